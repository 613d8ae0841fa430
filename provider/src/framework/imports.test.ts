import { globSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const source = resolve(import.meta.dirname, "..");
const own = ["framework/", "plugin/", "generated/"];

test("the framework and the plugin layer know nothing of Waybill", () => {
  const files = globSync(["framework/**/*.ts", "plugin/**/*.ts"], { cwd: source }).filter(
    (file) => !file.endsWith(".test.ts"),
  );
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const text = readFileSync(join(source, file), "utf8");
    expect(
      text.toLowerCase().replaceAll("terraform-provider-waybill", "").replaceAll("waybill/waybill", ""),
      file,
    ).not.toContain("waybill");
    for (const [, specifier = ""] of text.matchAll(/(?:from|import\() ?"([^"]+)"/g)) {
      const target = specifier.startsWith(".")
        ? relative(source, resolve(source, file, "..", specifier))
        : specifier;
      const allowed =
        specifier.startsWith("node:") ||
        specifier.startsWith("@grpc/") ||
        own.some((at) => target.startsWith(at));
      expect(allowed, `${file} imports ${specifier}`).toBe(true);
    }
  }
});

test("the plugin layer knows nothing of the framework", () => {
  for (const file of globSync("plugin/**/*.ts", { cwd: source })) {
    expect(readFileSync(join(source, file), "utf8"), file).not.toContain("../framework/");
  }
});
