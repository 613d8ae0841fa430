import { expect, test } from "vitest";
import { fuzzPlugin } from "../tools/fuzz-plugin.ts";

/** Building everything once more for the fuzzer takes most of it. */
const timeoutMs = 15 * 60_000;

test("whatever Packer and builders send to the shim of the plugin, it does not crash and tells no secret", {
  timeout: timeoutMs,
}, async () => {
  const ended: string[] = [];
  await fuzzPlugin("5000x", (target, { code, output }) => {
    expect(code, output).toBe(0);
    ended.push(target);
  });
  expect(ended.sort()).toEqual(["FuzzOptions", "FuzzPlain", "FuzzReadArtifact"]);
});
