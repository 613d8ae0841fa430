import { expect, test } from "vitest";
import table from "../shim/options/options.json" with { type: "json" };
import { DataSourceOptions, PostProcessorOptions } from "./options.ts";

test("the program takes exactly the options that the shim checks", () => {
  const settings = Object.keys(table.settings);
  const present = Object.entries(table.post_processor).filter(([_name, option]) => !("now" in option));
  expect(Object.keys(PostProcessorOptions.shape).sort()).toEqual(
    [...present.map(([name]) => name), ...settings].sort(),
  );
  expect(Object.keys(DataSourceOptions.shape).sort()).toEqual(
    [...Object.keys(table.data_source), ...settings].sort(),
  );
});

test("an option that the shim would not pass is refused", () => {
  expect(PostProcessorOptions.safeParse({ artifact: "h/w", nonsense: 1 }).success).toBe(false);
});
