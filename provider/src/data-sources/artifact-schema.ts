import { ON_REVOKED } from "@waybill/registry-client/query";
import { argument, isChannel, isFingerprint, text, textMap } from "../attributes.ts";
import type { Attribute } from "../framework/schema.ts";
import { oneOf, type Validator } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";
import { isConstraint } from "../functions/versions.ts";

const isVersion: Validator = (value) =>
  parseVersion(String(value)) === undefined
    ? `must be the number of a version, such as "7", or "latest"; for semantic versions use constraint, as in "= 1.4.0"`
    : undefined;

/** Reads `7` or `latest`; undefined for anything else. */
export function parseVersion(text: string): number | "latest" | undefined {
  if (text === "latest") return text;
  const number = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

export const artifactSchema = {
  description:
    "One version of an artifact and its images. Give at most one of `channel`, `version`, `constraint` and `fingerprint`; without any, it is the newest complete version.",
  attributes: {
    name: {
      type: types.string,
      required: true,
      description: "`namespace/artifact`, or only the artifact when the provider has a `namespace`.",
    },
    type: argument("Only builds of this artifact type, such as `amazon.ami`."),
    channel: argument("The version that this channel points to, such as `production`.", isChannel),
    version: argument('The version with this number, such as `"7"`, or `"latest"`.', isVersion),
    constraint: argument("The highest semantic version that satisfies this, such as `~> 1.4`.", isConstraint),
    fingerprint: {
      ...argument(
        "The version that was published with this fingerprint, such as a git commit.",
        isFingerprint,
      ),
      computed: true,
    },
    platform: argument("Only images on this platform, such as `aws`."),
    region: argument("Only images in this region, such as `us-east-1`."),
    build: argument("Only what this build made, such as `amazon-ebs.web`."),
    on_revoked: argument(
      "What to do when the version is revoked: `error`, `warn` (read it, with a warning) or `previous` (read the newest earlier one that is not revoked; for `channel` and `constraint`, and an error where there is none). Default: that of the provider.",
      oneOf(...ON_REVOKED),
    ),
    id: text("`namespace/artifact/number`."),
    number: { type: types.number, computed: true, description: "The number of the version." },
    semver: text("The semantic version, where the version has one."),
    external_id: text(
      "The id of the image as its platform's own resources take it (`ami-...`). Null unless exactly one image is left: choose with `region`, `platform` or `build`.",
    ),
    images: {
      computed: true,
      description: "The images that are left.",
      nested: {
        mode: "list",
        attributes: {
          build: text("The build that made it."),
          artifact_type: text("Such as `amazon.ami`."),
          platform: text("Such as `aws`."),
          region: text("Such as `us-east-1`."),
          external_id: text("The id of the image."),
          source_image_id: text("The image it was built from, where that is known."),
          labels: textMap("Labels of the image."),
        },
      },
    },
    files: {
      computed: true,
      description: "The files that the builds made.",
      nested: {
        mode: "list",
        attributes: {
          build: text("The build that made it."),
          path: text("Path as the build named it."),
          size: { type: types.number, computed: true, description: "Size in bytes." },
          sha256: text("SHA-256 of the content, in hexadecimal."),
        },
      },
    },
    metadata: textMap("Metadata on which all builds that are left agree."),
    metadata_full: textMap(
      "The metadata, and for each region `region-<region>` with the id of its image: `metadata_full.region-us-east-1`.",
    ),
    labels: textMap("Labels on which the version and all builds that are left agree."),
    created_at: text("When the version was opened."),
    revocation: {
      computed: true,
      description: "Set when the version is revoked.",
      nested: {
        mode: "single",
        attributes: { reason: text("Why."), revoked_at: text("Since when.") },
      },
    },
  },
} as const satisfies { description: string; attributes: Record<string, Attribute> };
