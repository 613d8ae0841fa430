import type { Publish, Version } from "@waybill/registry-client/types";
import {
  argument,
  artifactArgument,
  asWritten,
  checkArtifactName,
  importId,
  importVersion,
  isFingerprint,
  lasting,
  number,
  sameArtifact,
  text,
  timeouts,
  withoutNulls,
} from "../attributes.ts";
import { DiagnosticError } from "../framework/diagnostics.ts";
import { resource } from "../framework/resource.ts";
import type { Config, State } from "../framework/schema.ts";
import { atLeastOne, noNulls, notEmpty } from "../framework/validators.ts";
import { isEqual } from "../framework/values/equality.ts";
import { types } from "../framework/values/types.ts";
import { isRecord, type Value } from "../framework/values/values.ts";
import { isSemver } from "../functions/versions.ts";
import type { Registry } from "../registry.ts";

const required = (description: string) =>
  ({ type: types.string, required: true, validators: [notEmpty], description }) as const;
const optionalMap = (description: string) =>
  ({ type: types.map(types.string), optional: true, validators: [noNulls], description }) as const;

const schema = {
  description:
    "A version that no Packer made: it records images that are there already, such as one from a vendor. What a complete version says of its images never changes, so a change of them makes another version. Destroying it deletes the version; its number is not given again. Needs a token with `publish` on the artifact; to destroy it, `admin`.",
  attributes: {
    artifact: artifactArgument,
    fingerprint: {
      ...required("What makes this publication this one: a commit, or the id of the image."),
      validators: [notEmpty, isFingerprint],
      requiresReplace: true,
    },
    semver: { ...argument("Its semantic version, such as `1.4.0`.", isSemver), requiresReplace: true },
    latest: {
      type: types.bool,
      optional: true,
      computed: true,
      default: true,
      requiresReplace: true,
      description: "Whether it may be what `latest` is. Default: `true`.",
    },
    description: { type: types.string, optional: true, description: "What is in it." },
    labels: optionalMap("Labels of the version."),
    builds: {
      required: true,
      requiresReplace: true,
      validators: [atLeastOne("build"), noNulls],
      description: "What it consists of, by the name of the build.",
      nested: {
        mode: "map",
        attributes: {
          artifact_type: required("Such as `amazon.ami`."),
          metadata: optionalMap("Metadata of the build."),
          labels: optionalMap("Labels of the build."),
          images: {
            required: true,
            validators: [atLeastOne("image"), noNulls],
            description: "Its images.",
            nested: {
              mode: "list",
              attributes: {
                platform: required("Such as `aws`."),
                region: {
                  type: types.string,
                  required: true,
                  description: "Such as `us-east-1`; empty on platforms without regions.",
                },
                external_id: required("The id that the platform's own resources take, such as `ami-...`."),
                source_image_id: argument("The image it was made from."),
                labels: optionalMap("Labels of the image."),
              },
            },
          },
        },
      },
    },
    id: { ...text("`namespace/artifact/number`."), ...lasting },
    number: { ...number("The number of the version."), ...lasting },
    completed_at: { ...text("When it was published."), ...lasting },
  },
} as const;
type Schema = typeof schema;

/** `resource "waybill_version"` */
export const version = resource<Schema, Registry>({
  schema,
  timeouts,
  takesOver: true,
  meansSame: (name, before, after, client) =>
    sameArtifact(name, before, after, client) ||
    (name === "builds" && isEqual(withoutEmpty(before), withoutEmpty(after))),

  validate({ artifact }) {
    checkArtifactName(artifact, "artifact");
  },

  async create(config, context) {
    const { client } = context;
    const artifact = client.artifact(config.artifact);
    const published = await client.ask(context, { ...config, artifact }, (registry, call) =>
      registry.publish(artifact, publication(config), call),
    );
    for (const { code, message } of published.version.warnings) {
      // It is there, so it gets into the state; the error has the next apply make it anew.
      if (code === "semver_taken")
        context.diagnostics.error("Semantic version is taken", `${message} Give this one another semver.`, [
          "semver",
        ]);
      else context.diagnostics.warning("Published with a warning", message);
    }
    return { latest: config.latest, ...computed(published.version) };
  },

  async read(state, context) {
    const { artifact, number: at } = importId(String(state.id), "number");
    const found = await context.client.find(context, { ...state, artifact }, (registry, call) =>
      registry.getVersion(artifact, Number(at), call),
    );
    return found && { ...view(found, state), artifact: asWritten(state.artifact, artifact, context.client) };
  },

  async update({ description, labels }, prior, context) {
    const { artifact, number: at } = importId(String(prior.id), "number");
    const changed = await context.client.ask(context, { ...prior, artifact }, (registry, call) =>
      registry.changeVersion(artifact, Number(at), { description, labels: textsOf(labels) }, call),
    );
    return { latest: prior.latest, ...computed(changed) };
  },

  async delete(state, context) {
    const { artifact, number: at } = importId(String(state.id), "number");
    await context.client.find(context, { ...state, artifact }, (registry, call) =>
      registry.deleteVersion(artifact, Number(at), call),
    );
  },

  import(id) {
    const { artifact } = importVersion(id);
    return { id, artifact };
  },
});

function publication({ fingerprint, semver, latest, description, labels, builds }: Config<Schema>): Publish {
  return {
    fingerprint,
    ...withoutNulls({ semver, latest, description }),
    labels: textsOf(labels),
    builds: Object.entries(builds as Readonly<Record<string, Build | null>>).map(([name, build]) => {
      if (!build)
        throw new DiagnosticError("Invalid builds", `The build ${name} is null.`, ["builds", { key: name }]);
      return {
        name,
        artifact_type: String(build.artifact_type),
        metadata: textsOf(build.metadata),
        labels: textsOf(build.labels),
        images: (build.images ?? []).map(reported),
      };
    }),
  };
}

type Build = {
  readonly artifact_type: string | null;
  readonly metadata: Texts;
  readonly labels: Texts;
  readonly images: readonly Image[] | null;
};
type Image = {
  readonly platform: string | null;
  readonly region: string | null;
  readonly external_id: string | null;
  readonly source_image_id: string | null;
  readonly labels: Texts;
};
type Texts = Readonly<Record<string, string | null>> | null;

function reported({ platform, region, external_id, source_image_id, labels }: Image) {
  return {
    platform: String(platform),
    region: region ?? "",
    external_id: String(external_id),
    ...withoutNulls({ source_image_id }),
    labels: textsOf(labels),
  };
}

function textsOf(map: Texts): Record<string, string> {
  return (map ?? {}) as Record<string, string>;
}

/** Maps that are empty are none to the registry, so neither is another version. */
function withoutEmpty(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, withoutEmpty(member)]);
  return members.length === 0 ? null : Object.fromEntries(members);
}

function computed({ artifact, number: at, completed_at }: Version) {
  return { id: `${artifact}/${at}`, number: at, completed_at };
}

/** As the registry has it; where the state says nothing of a map and the registry has an empty one, both say the same. */
function view(found: Version, state: State<Schema>) {
  const map = (now: Record<string, string>, before: object | null | undefined) =>
    Object.keys(now).length === 0 ? (before && Object.keys(before).length === 0 ? {} : null) : now;
  const builds = found.builds.map(({ name, artifact_type, metadata, labels, images }) => {
    const before = state.builds?.[name];
    const shown = images.map((image, index) => ({
      platform: image.platform,
      region: image.region,
      external_id: image.external_id,
      source_image_id: image.source_image_id,
      labels: map(image.labels, before?.images?.[index]?.labels),
    }));
    return [
      name,
      {
        artifact_type,
        metadata: map(metadata, before?.metadata),
        labels: map(labels, before?.labels),
        images: shown,
      },
    ];
  });
  return {
    fingerprint: found.fingerprint,
    semver: found.semver,
    latest: found.latest !== false,
    description: found.description ?? (state.description === "" ? "" : null),
    labels: map(found.labels, state.labels),
    builds: Object.fromEntries(builds),
    ...computed(found),
  };
}
