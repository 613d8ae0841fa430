import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { Api, ami } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Ancestry } from "./schema.ts";

const artifact = fc.constantFrom("a", "b", "c", "d");
const reference = fc.record({ artifact, version: fc.integer({ min: 1, max: 2 }) });
const publication = fc.record({
  artifact,
  /** Named parents, which may come later or never. */
  parents: fc.uniqueArray(reference, { maxLength: 3, selector: (one) => `${one.artifact}${one.version}` }),
  /** The image it makes and the one it was made from, of few, so that they meet. */
  image: fc.integer({ min: 0, max: 4 }),
  source: fc.option(fc.integer({ min: 0, max: 4 })),
});

forEachDatabase((test) => {
  let api: Api;
  let count = 0;

  beforeAll(() => {
    api = new Api(test.database);
  });

  it("no version is its own ancestor, whoever names whom as parent, in whatever order, at the same time", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(publication, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
        async (rounds) => {
          const namespace = `cycle${++count}`;
          const ami_ = (index: number) => `ami-${count.toString(16)}0${index}`;
          for (const together of rounds) {
            const published = together.map(({ artifact: name, parents, image, source }) =>
              api.publish(`${namespace}/${name}`, {
                fingerprint: `f${++count}-${Math.random()}`,
                builds: [
                  {
                    name: "a",
                    ...ami(ami_(image)),
                    images: [
                      {
                        platform: "aws",
                        region: "r",
                        external_id: ami_(image),
                        source_image_id: source === null ? null : ami_(source),
                      },
                    ],
                    parents: parents.map((parent) => ({
                      ...parent,
                      artifact: `${namespace}/${parent.artifact}`,
                    })),
                  },
                ],
              }),
            );
            await Promise.all(published);
          }
          const links = await test.database.reads
            .selectFrom("ancestry")
            .innerJoin("versions", "versions.id", "child_version_id")
            .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
            .select(["child_version_id as child", "parent_version_id as parent"])
            .where("artifacts.path", ">=", `${namespace}/`)
            .where("artifacts.path", "<", `${namespace}0`)
            .execute();
          expect(cycleIn(links)).toBe(false);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("of two versions that name each other, the one that was complete first is the parent", async () => {
    const publish = (name: string, parent: string) =>
      api.publish(`each/${name}`, {
        fingerprint: "f",
        builds: [{ name: "a", ...ami("ami-1"), parents: [{ artifact: `each/${parent}`, version: 1 }] }],
      });
    await publish("one", "two");
    await publish("two", "one");
    const { body } = await api.get<Ancestry>("/v1/artifacts/each/one/versions/1/ancestry");
    expect(body.parents).toEqual([]);
    expect(body.children).toMatchObject([{ artifact: "each/two", number: 1 }]);
  });
});

/** Takes away whoever has no parent left, again and again; what stays is a cycle. */
function cycleIn(links: { child: number; parent: number }[]): boolean {
  const left = links.filter(({ parent }) => links.some(({ child }) => child === parent));
  return left.length === links.length ? left.length > 0 : cycleIn(left);
}
