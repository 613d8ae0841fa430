import { expect, test } from "vitest";
import { useRegistry } from "../../test/registry.ts";
import { waybill } from "../../test/waybill.ts";

const registry = useRegistry();

test("says that the registry runs, without a token", async () => {
  const { code, stdout } = await registry(["health"], { env: { WAYBILL_TOKEN: "" } });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "waybill 0.1.0 runs\n" });
});

test("ends with 3 at the first attempt when nothing answers", async () => {
  const { code, stderr } = await waybill(["health", "--address", "http://127.0.0.1:9"]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^waybill: the registry at http:\/\/127\.0\.0\.1:9\/ cannot be reached/);
  expect(stderr).not.toContain("trying again");
});
