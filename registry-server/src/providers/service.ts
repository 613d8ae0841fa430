import { Problem } from "../http/problem.ts";
import type {
  MirroredArchives,
  MirroredVersions,
  ProviderAddress,
  ProviderPackage,
  ProviderVersions,
} from "./schema.ts";
import type { Archive, ProviderStore, Release } from "./store.ts";

/** The version of a release, as it is named in a path. */
type ReleaseAddress = ProviderAddress & { release: string };

/** Offers releases of Terraform providers as registries and mirrors do. */
export class ProviderService {
  readonly #store: ProviderStore | undefined;

  /** @param store nothing where the operator has named no directory */
  constructor(store: ProviderStore | undefined) {
    this.#store = store;
  }

  /** @throws Problem `provider_not_found` */
  async versions(address: ProviderAddress): Promise<ProviderVersions> {
    const releases = await this.#releases(address);
    return {
      versions: releases.map(({ version, protocols, archives }) => ({
        version,
        protocols,
        platforms: archives.map(({ os, arch }) => ({ os, arch })),
      })),
    };
  }

  /** @throws Problem `provider_not_found`, also when the release has nothing for the platform */
  async package(address: ReleaseAddress & { os: string; arch: string }): Promise<ProviderPackage> {
    const { publisher, os, arch } = address;
    const { version, protocols, archives, sums, signature } = await this.#release(address);
    const archive = archives.find((each) => each.os === os && each.arch === arch);
    if (archive === undefined) {
      const platforms = archives.map((each) => `${each.os}_${each.arch}`).join(", ");
      throw notFound(`${nameOf(address)} ${version} is not there for ${os}_${arch}, but for ${platforms}.`);
    }
    return {
      protocols,
      os,
      arch,
      filename: archive.file,
      download_url: urlOf(address, archive.file),
      shasums_url: urlOf(address, sums),
      shasums_signature_url: urlOf(address, signature),
      shasum: archive.sha256,
      signing_keys: { gpg_public_keys: (await this.#store?.keys(publisher)) ?? [] },
    };
  }

  /** Opens a file that belongs to a release. @throws Problem `provider_not_found` */
  async file(address: ReleaseAddress & { file: string }) {
    const { archives, sums, signature } = await this.#release(address);
    const isPart = [sums, signature, ...archives.map((each) => each.file)].includes(address.file);
    const opened = isPart ? await this.#store?.open(address.publisher, address.file) : undefined;
    if (opened) return opened;
    throw notFound(`${nameOf(address)} ${address.release} has no file "${address.file}".`);
  }

  /** The versions of a provider as a mirror lists them. @throws Problem `provider_not_found` */
  async mirrored(address: ProviderAddress): Promise<MirroredVersions> {
    const releases = await this.#releases(address);
    return { versions: Object.fromEntries(releases.map(({ version }) => [version, {}])) };
  }

  /** The archives of a version as a mirror lists them. @throws Problem `provider_not_found` */
  async archives(address: ReleaseAddress): Promise<MirroredArchives> {
    const { archives } = await this.#release(address);
    const entries = archives.map((archive) => {
      const { os, arch, file } = archive;
      return [`${os}_${arch}`, { url: urlOf(address, file), hashes: hashesOf(archive) }] as const;
    });
    return { archives: Object.fromEntries(entries) };
  }

  async #releases(address: ProviderAddress): Promise<Release[]> {
    if (this.#store === undefined) {
      throw notFound("This registry offers no providers; its operator names a directory: WAYBILL_PROVIDERS.");
    }
    const releases = await this.#store.releases(address);
    if (releases.length > 0) return releases;
    throw notFound(`This registry has no release of the provider ${nameOf(address)}.`);
  }

  async #release(address: ReleaseAddress): Promise<Release> {
    const releases = await this.#releases(address);
    const found = releases.find(({ version }) => version === address.release);
    if (found) return found;
    const versions = releases.map(({ version }) => version).join(", ");
    throw notFound(`There is no ${nameOf(address)} ${address.release}; there is ${versions}.`);
  }
}

function nameOf({ publisher, type }: ProviderAddress): string {
  return `${publisher}/${type}`;
}

/** Without the host, which clients add: the server need not know what it is called. */
function urlOf({ publisher, type, release }: ReleaseAddress, file: string): string {
  return `/v1/providers/${publisher}/${type}/${release}/files/${file}`;
}

function hashesOf({ sha256, h1 }: Archive): string[] {
  return [...(h1 === undefined ? [] : [h1]), `zh:${sha256}`];
}

function notFound(detail: string): Problem {
  return new Problem("provider_not_found", detail);
}
