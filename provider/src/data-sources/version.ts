import type { Version } from "@waybill/registry-client/types";
import {
  argument,
  artifactArgument,
  checkArtifactName,
  isFingerprint,
  isVersionNumber,
  number,
  text,
  textMap,
} from "../attributes.ts";
import { dataSource } from "../framework/provider.ts";
import { atMostOneOf } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import type { Registry } from "../registry.ts";

const schema = {
  description:
    "All that is recorded of one version, whether it may be used or not: for an image to launch, use `waybill_artifact`.",
  attributes: {
    artifact: artifactArgument,
    number: {
      type: types.number,
      optional: true,
      computed: true,
      validators: [isVersionNumber],
      description: "The number of the version.",
    },
    fingerprint: {
      ...argument("The fingerprint of the version, such as a git commit.", isFingerprint),
      computed: true,
    },
    id: text("`namespace/artifact/number`."),
    semver: text("The semantic version, where it has one."),
    description: text("What is in it."),
    labels: textMap("Labels of the version."),
    revoked: { type: types.bool, computed: true, description: "Whether it is revoked." },
    reason: text("Why it is, or will be, revoked."),
    builds: {
      computed: true,
      description: "What it consists of, by the name of the build.",
      nested: {
        mode: "map",
        attributes: {
          artifact_type: text("Such as `amazon.ami`."),
          metadata: textMap("Metadata of the build."),
          labels: textMap("Labels of the build."),
          packer_version: text("The Packer that made it."),
          commit: text("The git commit it was made from."),
          parents: {
            computed: true,
            description: "The versions that it was made from, as the build declared them.",
            nested: {
              mode: "list",
              attributes: {
                artifact: text("`namespace/artifact`."),
                number: number("Number of the version."),
              },
            },
          },
          images: {
            computed: true,
            description: "Its images.",
            nested: {
              mode: "list",
              attributes: {
                platform: text("Such as `aws`."),
                region: text("Such as `us-east-1`."),
                external_id: text("The id of the image."),
                source_image_id: text("The image it was made from, where that is known."),
                labels: textMap("Labels of the image."),
              },
            },
          },
        },
      },
    },
    created_at: text("When it was opened."),
    completed_at: text("When it was complete."),
  },
} as const;

/** `data "waybill_version"`: what is recorded of one version? */
export const version = dataSource<typeof schema, Registry>({
  schema,

  validate(config, diagnostics) {
    checkArtifactName(config.artifact, "artifact");
    atMostOneOf(["number", "fingerprint"], config, diagnostics);
    if (config.number === null && config.fingerprint === null) {
      diagnostics.error("Missing version", "Give the number or the fingerprint of the version.", ["number"]);
    }
  },

  async read(config, context) {
    const { client } = context;
    const artifact = client.artifact(config.artifact);
    const which =
      config.number === null ? (`fingerprint:${config.fingerprint}` as const) : Number(config.number);
    return view(
      await client.ask(context, { ...config, artifact }, (registry, call) =>
        registry.getVersion(artifact, which, call),
      ),
    );
  },
});

function view(found: Version) {
  const builds = found.builds.map((build) => [
    build.name,
    {
      artifact_type: build.artifact_type,
      metadata: build.metadata,
      labels: build.labels,
      packer_version: build.provenance.packer_version ?? null,
      commit: build.provenance.git?.commit ?? null,
      parents: build.parents.map(({ artifact, version: at }) => ({ artifact, number: at ?? null })),
      images: build.images.map(({ platform, region, external_id, source_image_id, labels }) => ({
        platform,
        region,
        external_id,
        source_image_id,
        labels,
      })),
    },
  ]);
  const {
    number: at,
    fingerprint,
    semver,
    description,
    labels,
    revocation,
    created_at,
    completed_at,
  } = found;
  return {
    id: `${found.artifact}/${at ?? fingerprint}`,
    number: at,
    fingerprint,
    semver,
    description,
    labels,
    revoked: revocation?.revoked ?? false,
    reason: revocation?.reason ?? null,
    builds: Object.fromEntries(builds),
    created_at,
    completed_at,
  };
}
