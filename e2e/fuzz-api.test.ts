import { expect, test } from "vitest";
import { fuzzApi } from "../tools/fuzz-api.ts";

const timeoutMs = 15 * 60_000;

test("a real registry answers as its API document says, to requests that Schemathesis makes of it", {
  timeout: timeoutMs,
}, async (context) => {
  const result = await fuzzApi(["--quick"], () => {});
  // Said by fuzzApi on standard error, with the reason.
  if (result === undefined) return context.skip("there is no Python to run Schemathesis with");
  expect(result.code, result.output).toBe(0);
  expect(result.serverErrors).toBe("");
});
