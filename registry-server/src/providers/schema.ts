import { z } from "@hono/zod-openapi";

const word = (what: string) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, `must be ${what}: 1 to 63 of a-z, 0-9, underscore and hyphen`);

const versionPattern = "(0|[1-9]\\d{0,8})(\\.(0|[1-9]\\d{0,8})){2}(-[0-9A-Za-z][0-9A-Za-z.-]{0,62})?";
const accepted = "must be a version such as 0.1.0";

/** A provider as its source address names it: `waybill/waybill`. */
export const providerParams = z.object({
  publisher: word("the namespace of a provider").openapi({ example: "waybill" }),
  type: word("the type of a provider").openapi({ example: "waybill" }),
});

export const releaseParams = providerParams.extend({
  release: z
    .string()
    .regex(new RegExp(`^${versionPattern}$`), accepted)
    .openapi({ example: "0.1.0" }),
});

export const packageParams = releaseParams.extend({
  os: word("an operating system").openapi({ example: "linux" }),
  arch: word("an architecture").openapi({ example: "amd64" }),
});

export const releaseFileParams = releaseParams.extend({
  file: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,200}$/, "must be the name of a file of the release")
    .openapi({ example: "terraform-provider-waybill_0.1.0_SHA256SUMS" }),
});

export const mirrorParams = providerParams.extend({
  host: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$/, "must be the host name of a registry")
    .openapi({ example: "registry.terraform.io" }),
});

export const mirroredParams = mirrorParams.extend({
  document: z
    .string()
    .regex(new RegExp(`^${versionPattern}\\.json$`), `${accepted}, followed by .json`)
    .openapi({ example: "0.1.0.json" }),
});

export const servicesExample = { "providers.v1": "/v1/providers/" };
export const TerraformServicesSchema = z
  .object({ "providers.v1": z.string() })
  .openapi("TerraformServices", { example: servicesExample });

export const versionsExample = {
  versions: [{ version: "0.1.0", protocols: ["6.0"], platforms: [{ os: "linux", arch: "amd64" }] }],
};
export const ProviderVersionsSchema = z
  .object({
    versions: z.array(
      z.object({
        version: z.string(),
        protocols: z.array(z.string()),
        platforms: z.array(z.object({ os: z.string(), arch: z.string() })),
      }),
    ),
  })
  .openapi("ProviderVersions", { example: versionsExample });

const files = "/v1/providers/waybill/waybill/0.1.0/files/terraform-provider-waybill_0.1.0";
export const packageExample = {
  protocols: ["6.0"],
  os: "linux",
  arch: "amd64",
  filename: "terraform-provider-waybill_0.1.0_linux_amd64.zip",
  download_url: `${files}_linux_amd64.zip`,
  shasums_url: `${files}_SHA256SUMS`,
  shasums_signature_url: `${files}_SHA256SUMS.sig`,
  shasum: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  signing_keys: {
    gpg_public_keys: [
      { key_id: "51852D87348FFC4C", ascii_armor: "-----BEGIN PGP PUBLIC KEY BLOCK-----\n..." },
    ],
  },
};
export const ProviderPackageSchema = z
  .object({
    protocols: z.array(z.string()),
    os: z.string(),
    arch: z.string(),
    filename: z.string(),
    download_url: z.string(),
    shasums_url: z.string(),
    shasums_signature_url: z.string(),
    shasum: z.string(),
    signing_keys: z.object({
      gpg_public_keys: z.array(z.object({ key_id: z.string(), ascii_armor: z.string() })),
    }),
  })
  .openapi("ProviderPackage", { example: packageExample });

export const mirrorExample = { versions: { "0.1.0": {} } };
export const MirroredVersionsSchema = z
  .object({ versions: z.record(z.string(), z.object({})) })
  .openapi("MirroredVersions", { example: mirrorExample });

export const archivesExample = {
  archives: {
    linux_amd64: { url: `${files}_linux_amd64.zip`, hashes: [`zh:${packageExample.shasum}`] },
  },
};
export const MirroredArchivesSchema = z
  .object({ archives: z.record(z.string(), z.object({ url: z.string(), hashes: z.array(z.string()) })) })
  .openapi("MirroredArchives", { example: archivesExample });

export type ProviderAddress = z.output<typeof providerParams>;
export type ProviderVersions = z.output<typeof ProviderVersionsSchema>;
export type ProviderPackage = z.output<typeof ProviderPackageSchema>;
export type MirroredVersions = z.output<typeof MirroredVersionsSchema>;
export type MirroredArchives = z.output<typeof MirroredArchivesSchema>;
