import { readSettings, SettingsError } from "@waybill/registry-client";
import fc from "fast-check";
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

test("whatever is given, options and settings are read or refused with a sentence that does not show the token", () => {
  const value = fc.oneof(
    fc.string(),
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom("-1s", "http://a:b@c", "[::1", "9e9h"),
  );
  const given = fc.dictionary(fc.constantFrom(...Object.keys(PostProcessorOptions.shape)), value);
  const env = fc.dictionary(
    fc.constantFrom(
      "WAYBILL_ADDRESS",
      "WAYBILL_TIMEOUT",
      "WAYBILL_TOKEN",
      "WAYBILL_NAMESPACE",
      "WAYBILL_CONSUMER",
    ),
    fc.string(),
  );
  const settings = fc.record({ address: value, timeout: value, namespace: value });
  fc.assert(
    fc.property(given, settings, env, (options, set, environment) => {
      const texts = Object.fromEntries(Object.entries(set).map(([key, text]) => [key, String(text)]));
      const { data } = PostProcessorOptions.safeParse({ artifact: "h/w", ...options, ...texts });
      for (const token of ["planted-secret", "planted secret"]) {
        try {
          readSettings({ ...(data ?? texts), token }, environment);
        } catch (error) {
          expect(error).toBeInstanceOf(SettingsError);
          expect(String(error)).not.toContain("planted");
        }
      }
    }),
  );
});
