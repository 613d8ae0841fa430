import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { StartError } from "../database/migrate.ts";
import { readPieces } from "../files/stores/reading.ts";
import type { Range } from "../http/streaming.ts";
import { keyIdOf } from "./key-id.ts";
import type { ProviderAddress } from "./schema.ts";

/** The zip of a release for one platform, with its sums as Terraform writes them. */
export type Archive = { os: string; arch: string; file: string; sha256: string; h1: string | undefined };

/** A release of a provider: what `make dist` writes, or the release page of any other provider has. */
export type Release = {
  version: string;
  protocols: string[];
  archives: Archive[];
  sums: string;
  signature: string;
};

export type SigningKey = { key_id: string; ascii_armor: string };

/** What a provider speaks that does not say so, as the registry protocol has it. */
const defaultProtocols = ["5.0"];

/**
 * The store of a directory, when one is named.
 *
 * @throws StartError when it cannot be read
 */
export async function openProviders(root: string | undefined): Promise<ProviderStore | undefined> {
  if (root === undefined) return undefined;
  await readdir(root).catch((error: Error) => {
    throw new StartError(
      `WAYBILL_PROVIDERS names a directory that cannot be read: ${error.message}. Name one that has a directory for each namespace.`,
    );
  });
  return new ProviderStore(root);
}

/** Reads releases of providers from a directory that has one directory for each publisher; nothing is remembered. */
export class ProviderStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** The releases of a provider that are whole: sums, their signature, and at least one archive that the sums name. */
  async releases({ publisher, type }: ProviderAddress): Promise<Release[]> {
    const names = new Set(await this.#names(publisher));
    const prefix = `terraform-provider-${type}_`;
    const found = [...names].map(async (sums) => {
      if (!sums.startsWith(prefix) || !sums.endsWith("_SHA256SUMS") || !names.has(`${sums}.sig`)) return [];
      const version = sums.slice(prefix.length, -"_SHA256SUMS".length);
      const start = `${prefix}${version}_`;
      const [sha256, h1, protocols] = await Promise.all([
        this.#sums(publisher, sums),
        names.has(`${start}H1SUMS`) ? this.#sums(publisher, `${start}H1SUMS`) : new Map<string, string>(),
        names.has(`${start}manifest.json`) ? this.#protocols(publisher, `${start}manifest.json`) : undefined,
      ]);
      const archives = [...sha256].flatMap(([file, sum]) => {
        const [, os = "", arch = ""] = /^([a-z0-9]+)_([a-z0-9]+)\.zip$/.exec(file.slice(start.length)) ?? [];
        if (os === "" || !file.startsWith(start) || !names.has(file)) return [];
        return [{ os, arch, file, sha256: sum, h1: h1.get(file) }];
      });
      const release = { version, protocols: protocols ?? defaultProtocols, archives, sums };
      return archives.length > 0 ? [{ ...release, signature: `${sums}.sig` }] : [];
    });
    return (await Promise.all(found)).flat();
  }

  /** The keys of a publisher: every `.asc` file that is one. */
  async keys(publisher: string): Promise<SigningKey[]> {
    const files = (await this.#names(publisher)).filter((name) => name.endsWith(".asc")).sort();
    const armors = await Promise.all(files.map((name) => this.#text(publisher, name)));
    return armors.flatMap((armor) => {
      const id = keyIdOf(armor);
      return id === undefined ? [] : [{ key_id: id, ascii_armor: armor }];
    });
  }

  /** A file of a publisher. @returns nothing when it is not there */
  async open(publisher: string, file: string) {
    const path = join(this.#root, publisher, file);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    return { size: found.size, open: (range: Range | undefined) => readPieces(path, range) };
  }

  #text(publisher: string, name: string): Promise<string> {
    return readFile(join(this.#root, publisher, name), "utf8");
  }

  async #names(publisher: string): Promise<string[]> {
    return readdir(join(this.#root, publisher)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
      throw error;
    });
  }

  /** Lines as `sha256sum` writes them, by the name of the file. */
  async #sums(publisher: string, name: string): Promise<Map<string, string>> {
    const lines = (await this.#text(publisher, name)).matchAll(/^(\S+) [ *](\S+)$/gm);
    return new Map([...lines].map(([, sum = "", file = ""]) => [file, sum]));
  }

  async #protocols(publisher: string, name: string): Promise<string[] | undefined> {
    return JSON.parse(await this.#text(publisher, name)).metadata?.protocol_versions;
  }
}
