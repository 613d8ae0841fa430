import { expect, test } from "vitest";
import { readOnRevoked, resolveQuery } from "./query.ts";
import { SettingsError } from "./settings.ts";

test("a query has what was written, and nothing that was left empty", () => {
  const chosen = { channel: "", version: "12", region: "us-east-1", type: undefined };
  const options = { artifact: "acme/web", ...chosen, token: "wbl_secret", output: "number" };
  expect(resolveQuery(options, {})).toEqual({ artifact: "acme/web", version: 12, region: "us-east-1" });
  expect(resolveQuery({ artifact: "acme/web", version: "latest" }, {})).toEqual({ artifact: "acme/web" });
  const labels = { team: "platform" };
  expect(resolveQuery({ artifact: "acme/web", version: 7, labels }, {})).toEqual({
    artifact: "acme/web",
    version: 7,
    labels,
  });
});

test("what happens with revoked versions is what the options say, and else the environment", () => {
  const env = { WAYBILL_ON_REVOKED: "warn" };
  expect(resolveQuery({ artifact: "acme/web" }, env)).toHaveProperty("on_revoked", "warn");
  expect(resolveQuery({ artifact: "acme/web", on_revoked: "previous" }, env)).toHaveProperty(
    "on_revoked",
    "previous",
  );
  expect(readOnRevoked(undefined, { WAYBILL_ON_REVOKED: "" })).toBeUndefined();
});

test.each([
  ["maybe", {}, 'on_revoked must be one of "error", "warn", "previous", not "maybe"'],
  [undefined, { WAYBILL_ON_REVOKED: "no" }, /^WAYBILL_ON_REVOKED must be one of .*, not "no"$/],
])("%s with %j is an error that names where it was said", (given, env, message) => {
  expect(() => readOnRevoked(given, env)).toThrow(SettingsError);
  expect(() => readOnRevoked(given, env)).toThrow(message);
});
