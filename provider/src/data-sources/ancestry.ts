import type { Relative } from "@waybill/registry-client/types";
import { artifactArgument, checkArtifactName, isVersionNumber, number, text } from "../attributes.ts";
import { dataSource } from "../framework/provider.ts";
import { oneOf, wholeNumber } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import type { Registry } from "../registry.ts";

const relatives = (description: string) =>
  ({
    computed: true,
    description,
    nested: {
      mode: "list",
      attributes: {
        artifact: text("`namespace/artifact`."),
        number: number("Number of the version."),
        semver: text("Its semantic version, where it has one."),
        depth: number("How many steps away it is."),
        revoked: { type: types.bool, computed: true, description: "Whether it is revoked." },
        out_of_date: {
          type: types.bool,
          computed: true,
          description: "Whether there is a newer one than what it, or the version below it, was built from.",
        },
      },
    },
  }) as const;

const schema = {
  description: "What a version was built from, and what was built from it.",
  attributes: {
    artifact: artifactArgument,
    number: {
      type: types.number,
      required: true,
      validators: [isVersionNumber],
      description: "The number of the version.",
    },
    direction: {
      type: types.string,
      optional: true,
      validators: [oneOf("up", "down", "both")],
      description:
        "`up` for what it was built from, `down` for what was built from it, or `both`. Default: `both`.",
    },
    depth: {
      type: types.number,
      optional: true,
      validators: [wholeNumber(1, 20)],
      description: "How many steps, up to 20.",
    },
    id: text("`namespace/artifact/number`."),
    parents: relatives("What it was built from, directly or not, the nearest first."),
    children: relatives("What was built from it, directly or not, the nearest first."),
    hidden: number("How many more are connected that the token may not read."),
    truncated: {
      type: types.bool,
      computed: true,
      description: "Whether something was left out, as there is too much.",
    },
  },
} as const;

/** `data "waybill_ancestry"`: what is it made of, and what is made of it? */
export const ancestry = dataSource<typeof schema, Registry>({
  schema,

  validate({ artifact }) {
    checkArtifactName(artifact, "artifact");
  },

  async read(config, context) {
    const artifact = context.client.artifact(config.artifact);
    const bounds = {
      ...(config.direction && { direction: config.direction as "up" | "down" | "both" }),
      ...(config.depth !== null && { depth: Number(config.depth) }),
    };
    const found = await context.client.ask(context, { ...config, artifact }, (registry, call) =>
      registry.lineage.of(artifact, Number(config.number), bounds, call),
    );
    return {
      id: `${artifact}/${config.number}`,
      parents: flatten(found.parents, "parents"),
      children: flatten(found.children, "children"),
      hidden: found.hidden,
      truncated: found.truncated,
    };
  },
});

/** A tree as a list: every version once, the nearest first. */
function flatten(tree: Relative[], side: "parents" | "children") {
  const seen = new Map<
    string,
    {
      artifact: string;
      number: number;
      semver: string | null;
      depth: number;
      revoked: boolean;
      out_of_date: boolean;
    }
  >();
  let level = tree;
  while (level.length > 0) {
    for (const { artifact, number: at, semver, depth, revoked, out_of_date } of level) {
      const key = `${artifact}/${at}`;
      if (!seen.has(key)) seen.set(key, { artifact, number: at, semver, depth, revoked, out_of_date });
    }
    level = level.flatMap((relative) => relative[side] ?? []);
  }
  return [...seen.values()];
}
