import { expect, test } from "vitest";
import { callsOf, seen, value } from "../../test/harness/service-calls.ts";
import { ephemeralResource } from "./ephemeral.ts";
import { provider } from "./provider.ts";
import { types } from "./values/types.ts";

const leaseSchema = {
  description: "A lease.",
  attributes: {
    title: { type: types.string, required: true, description: "." },
    secret: { type: types.string, computed: true, sensitive: true, description: "." },
  },
} as const;

test("an ephemeral resource is opened, renewed and closed with what it was opened with", async () => {
  const closed: unknown[] = [];
  const lease = ephemeralResource<typeof leaseSchema, object>({
    schema: leaseSchema,
    open: async ({ title }) => ({
      result: { secret: `${title}!` },
      private: { title },
      renewAt: new Date("2030-01-01T00:00:00Z"),
    }),
    renew: async ({ title }) => ({ private: { title: `${title}+` } }),
    close: async (held) => {
      closed.push(held);
    },
  });
  const call = callsOf(
    provider({
      schema: { description: ".", attributes: {} },
      configure: () => ({}),
      ephemeralResources: { n_lease: lease },
    }),
  );
  const typeName = "n_lease";
  await call("configureProvider", { config: value({}) });
  const opened = await call("openEphemeralResource", {
    typeName,
    config: value({ title: "a", secret: null }),
  });
  expect(seen(opened.result)).toEqual({ title: "a", secret: "a!" });
  expect(opened.renewAt).toEqual(new Date("2030-01-01T00:00:00Z"));
  const renewed = await call("renewEphemeralResource", { typeName, private: opened.private });
  await call("closeEphemeralResource", { typeName, private: renewed.private });
  expect(closed).toEqual([{ title: "a+" }]);
});
