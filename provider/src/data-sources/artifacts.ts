import { argument, isMoment, number, text, textMap } from "../attributes.ts";
import { DiagnosticError } from "../framework/diagnostics.ts";
import { dataSource } from "../framework/provider.ts";
import { noNulls, wholeNumber } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import type { Registry } from "../registry.ts";

/** A plan is no place for thousands of versions; who wants more asks for less at a time. */
const mostVersions = 1_000;
const pageSize = 200;

const schema = {
  description:
    "Versions that fit, in all artifacts that the token may read, the newest first. All that is given has to fit. `artifacts` holds the newest of each artifact, for `for_each`.",
  attributes: {
    query: argument("Words, or beginnings of words, of names and descriptions."),
    namespace: argument("Only in this namespace."),
    labels: {
      type: types.map(types.string),
      optional: true,
      validators: [noNulls],
      description: "Labels that it must have.",
    },
    type: argument("Artifact type, such as `amazon.ami`."),
    platform: argument("Platform, such as `aws`."),
    region: argument("Region, such as `us-east-1`."),
    external_id: argument("The id of an image: which version is it from?"),
    commit: argument("A git commit, or its beginning."),
    since: argument("Completed at this time or later, such as `2026-01-31T00:00:00Z`.", isMoment),
    until: argument("Completed before this time.", isMoment),
    limit: {
      type: types.number,
      optional: true,
      validators: [wholeNumber(1, mostVersions)],
      description: `How many versions at most, up to ${mostVersions}. More that fit are an error without it.`,
    },
    versions: {
      computed: true,
      description: "The versions, the newest first.",
      nested: {
        mode: "list",
        attributes: {
          artifact: text("`namespace/artifact`."),
          number: number("The number of the version."),
          semver: text("The semantic version, where it has one."),
          fingerprint: text("The fingerprint of the version."),
          description: text("What is in it."),
          labels: textMap("Labels of the version."),
          revoked: { type: types.bool, computed: true, description: "Whether it is revoked." },
          completed_at: text("When it was complete."),
        },
      },
    },
    artifacts: {
      type: types.map(types.number),
      computed: true,
      description: "Of each artifact, the number of its newest version that fits and is not revoked.",
    },
  },
} as const;

/** `data "waybill_artifacts"`: which versions are there of this kind? */
export const artifacts = dataSource<typeof schema, Registry>({
  schema,

  async read({ query, labels, limit, ...filter }, context) {
    const most = limit === null ? mostVersions : Number(limit);
    const given = Object.entries({ ...filter, q: query }).filter(([, value]) => value !== null);
    const wanted = {
      ...Object.fromEntries(given),
      ...(labels && { labels: labels as Record<string, string> }),
    };
    const found = [];
    let cursor: string | undefined;
    do {
      const page = await context.client.ask(context, { query, ...filter }, (registry, call) =>
        registry.search({ ...wanted, limit: Math.min(pageSize, most - found.length), cursor }, call),
      );
      found.push(...page.items);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined && found.length < most);
    if (cursor !== undefined && limit === null) {
      throw new DiagnosticError(
        "Too many versions fit",
        `More than ${mostVersions} versions fit. Ask for less, or set limit to have the newest only.`,
      );
    }
    const versions = found.map((version) => ({
      artifact: version.artifact,
      number: version.number,
      semver: version.semver,
      fingerprint: version.fingerprint,
      description: version.description,
      labels: version.labels,
      revoked: version.revocation?.revoked ?? false,
      completed_at: version.completed_at,
    }));
    const usable = versions.filter(({ revoked }) => !revoked).reverse();
    return {
      versions,
      artifacts: Object.fromEntries(usable.map(({ artifact, number: at }) => [artifact, at])),
    };
  },
});
