import { describe, expect, test } from "vitest";
import { configurationSchema, configure, validateConfiguration } from "./configuration.ts";
import { Diagnostics } from "./framework/diagnostics.ts";
import { Unknown } from "./framework/values/values.ts";
import { createLogger } from "./plugin/logger.ts";

const logger = createLogger("test", {});
const names = Object.keys(configurationSchema.attributes) as (keyof typeof configurationSchema.attributes)[];
const nothing = Object.fromEntries(names.map((name) => [name, null])) as Record<(typeof names)[number], null>;

describe("configuring", () => {
  test("takes arguments before the environment", () => {
    const env = { WAYBILL_ADDRESS: "http://env:1", WAYBILL_TOKEN: "wbl_env", WAYBILL_ON_REVOKED: "warn" };
    const written = { ...nothing, address: "http://written:2", timeout: "2m", on_revoked: "previous" };
    const { settings, onRevoked } = configure(written, logger, env);
    expect(settings).toMatchObject({
      address: new URL("http://written:2/"),
      token: "wbl_env",
      timeoutMs: 120_000,
    });
    expect(onRevoked).toBe("previous");
    expect(configure(nothing, logger, env).onRevoked).toBe("warn");
    expect(configure(nothing, logger, {}).onRevoked).toBeUndefined();
  });

  test.each([
    [{ address: "host:1" }, {}, "Invalid address", ["address"]],
    [{}, { WAYBILL_ADDRESS: "host:1" }, "Invalid address", []],
    [{}, { WAYBILL_TIMEOUT: "soon" }, "Invalid timeout", []],
    [{}, { WAYBILL_ON_REVOKED: "maybe" }, "Invalid on_revoked", []],
  ])("with %j and %j ends with %s", (written, env, summary, path) => {
    expect(() => configure({ ...nothing, ...written }, logger, env)).toThrow(
      expect.objectContaining({ summary, path }),
    );
  });
});

test("validating reports every argument at its place, and nothing that is unknown", () => {
  const diagnostics = new Diagnostics();
  const config = {
    ...nothing,
    address: "ftp://x",
    token: "two words",
    timeout: new Unknown(),
    namespace: "Big",
  };
  validateConfiguration(config, diagnostics);
  expect(diagnostics.list.map(({ path }) => path)).toEqual([["address"], ["token"], ["namespace"]]);
  expect(JSON.stringify(diagnostics.list)).not.toContain("two words");
});
