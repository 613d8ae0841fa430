import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { Api, ami } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { RevocationState } from "./schema.ts";

/**
 * A forest of versions: each may have been built from those before it, and is published before, between or after what
 * is done. `outside` puts it into another namespace, where it only passes ancestry on.
 */
const node = fc.record({
  parents: fc.array(fc.nat({ max: 6 }), { maxLength: 2 }),
  outside: fc.boolean(),
});
const step = fc.record({
  what: fc.constantFrom("publish", "publish", "revoke", "spread", "restore"),
  target: fc.nat({ max: 6 }),
});

forEachDatabase((test) => {
  let api: Api;
  let count = 0;

  beforeAll(() => {
    api = new Api(test.database);
  });

  it("each version has exactly the causes of its revoked ancestors that spread, whatever came first", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(node, { minLength: 2, maxLength: 6 }),
        fc.array(step, { maxLength: 14 }),
        async (nodes, steps) => {
          const forest = new Forest(`in${++count}`, nodes);
          for (const { what, target } of steps) {
            const index = target % nodes.length;
            if (what === "publish") await forest.publish(index);
            else await forest.change(index, what);
          }
          for (const [index] of nodes.entries()) await forest.publish(index);
          await forest.check();
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);

  class Forest {
    readonly #nodes: { artifact: string; parents: number[]; outside: boolean }[];
    readonly #published = new Set<number>();
    /** The versions with a cause of their own, and whether it spreads. */
    readonly #causes = new Map<number, boolean>();

    constructor(ns: string, nodes: { parents: number[]; outside: boolean }[]) {
      this.#nodes = nodes.map(({ parents, outside }, index) => ({
        artifact: `${outside ? `x${ns}` : ns}/n${index}`,
        parents: [...new Set(index === 0 ? [] : parents.map((parent) => parent % index))],
        outside,
      }));
    }

    async publish(index: number): Promise<void> {
      const node = this.#nodes[index];
      if (!node || this.#published.has(index)) return;
      this.#published.add(index);
      const parents = node.parents.map((parent) => ({ artifact: this.#nodes[parent]?.artifact, version: 1 }));
      const build = { name: "a", ...ami(`ami-${count}-${index}`), ...(parents.length > 0 && { parents }) };
      await api.publish(node.artifact, { fingerprint: "f", builds: [build] });
    }

    async change(index: number, what: "revoke" | "spread" | "restore"): Promise<void> {
      if (!this.#published.has(index)) return;
      const path = this.#path(index);
      if (what === "restore") {
        this.#causes.delete(index);
        await api.send("DELETE", path);
      } else {
        const spreads = what === "spread";
        this.#causes.set(index, spreads);
        await api.send("PUT", path, { reason: "r", with_descendants: spreads });
      }
    }

    async check(): Promise<void> {
      for (const [index, node] of this.#nodes.entries()) {
        const state = (await api.get<RevocationState>(this.#path(index))).body;
        const ancestors = this.#ancestors(index);
        const inherited = [...ancestors].filter(
          (other) => this.#causes.get(other) === true && this.#nodes[other]?.outside === node.outside,
        );
        const expected = [...inherited, ...(this.#causes.has(index) ? [index] : [])];
        expect(state.causes.map((cause) => cause.artifact).sort()).toEqual(this.#names(expected));
        expect(state.revoked).toBe(expected.length > 0);
        const marked = [...ancestors].filter((other) => this.#isRevoked(other));
        expect(state.revoked_ancestors.map((other) => other.artifact)).toEqual(this.#names(marked));
      }
    }

    #isRevoked(index: number): boolean {
      if (this.#causes.has(index)) return true;
      return [...this.#ancestors(index)].some(
        (other) =>
          this.#causes.get(other) === true && this.#nodes[other]?.outside === this.#nodes[index]?.outside,
      );
    }

    #ancestors(index: number): Set<number> {
      const found = new Set<number>();
      const open = [...(this.#nodes[index]?.parents ?? [])];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        found.add(next);
        open.push(...(this.#nodes[next]?.parents ?? []));
      }
      return found;
    }

    #names(indexes: number[]): (string | undefined)[] {
      return indexes.map((index) => this.#nodes[index]?.artifact).sort();
    }

    #path(index: number): string {
      return `/v1/artifacts/${this.#nodes[index]?.artifact}/versions/1/revocation`;
    }
  }
});
