import { expect, expectTypeOf, test } from "vitest";
import { callsOf, seen, value } from "../../test/harness/service-calls.ts";
import { dataSource, provider, type ReadContext, resource, types } from "./index.ts";

type Client = { find(name: string): { size: number } };

const zone = dataSource({
  schema: {
    description: "A zone.",
    attributes: {
      name: { type: types.string, required: true, description: "." },
      alias: { type: types.string, optional: true, description: "." },
      size: { type: types.number, computed: true, description: "." },
      hosts: {
        optional: true,
        description: ".",
        nested: {
          mode: "list",
          attributes: { address: { type: types.string, required: true, description: "." } },
        },
      },
    },
  },
  async read({ name, alias, hosts }, { client }: ReadContext<Client>) {
    expectTypeOf(name).toEqualTypeOf<string>();
    expectTypeOf(alias).toEqualTypeOf<string | null>();
    expectTypeOf(hosts?.[0]?.address).toEqualTypeOf<string | undefined>();
    return { size: client.find(name).size };
  },
});

resource({
  schema: {
    description: "A host.",
    attributes: { address: { type: types.string, computed: true, description: "." } },
  },
  // @ts-expect-error: what is computed must be returned, with its type
  create: async (_config, _context: ReadContext<Client>) => ({ address: 1 }),
  read: async (state) => state,
  delete: async () => undefined,
});

test("types come from a schema where it stands, and of the client from the first handler that names it", async () => {
  const call = callsOf(
    provider({
      schema: { description: ".", attributes: {} },
      configure: () => ({ find: (name: string) => ({ size: name.length }) }),
      dataSources: { z_zone: zone },
    }),
  );
  await call("configureProvider", { config: value({}) });
  const config = value({ name: "abc", alias: null, size: null, hosts: null });
  const { state } = await call("readDataSource", { typeName: "z_zone", config });
  expect(seen(state)).toMatchObject({ size: 3 });
});
