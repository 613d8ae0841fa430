import { startGoHelper } from "../../tools/go-helper.ts";

type Answer = { matches?: boolean[]; order?: number; error?: string };

/** hashicorp/go-version, asked question by question. */
export type GoVersion = {
  /** Which versions a constraint allows; nothing when it refuses the constraint or a version. */
  allows(constraint: string, versions: string[]): Promise<boolean[] | undefined>;
  /** Below 0 when the first version is the lower one, 0 when they are equal. */
  compare(a: string, b: string): Promise<number>;
  end(): Promise<void>;
};

/** Builds the helper in tools/go-version-check, which needs Go, and starts it. */
export async function startGoVersion(): Promise<GoVersion> {
  const { ask, end } = await startGoHelper<object, Answer>("go-version-check");
  return {
    async allows(constraint, versions) {
      return (await ask({ constraint, versions })).matches;
    },
    async compare(a, b) {
      const { order, error } = await ask({ versions: [a, b] });
      if (order === undefined) throw new Error(error);
      return order;
    },
    end,
  };
}
