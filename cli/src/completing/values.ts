import { RegistryClient, readSettings, type Settings } from "@waybill/registry-client";
import { version } from "../version.ts";
import type { Candidate } from "./complete.ts";
import type { Place } from "./place.ts";

/** Somebody waits at the keyboard, and can also type on. */
const TIMEOUT = "1s";
const MOST = 100;

type Asked = Pick<Place, "current" | "given" | "options">;

/**
 * Asks the registry what may stand for `<artifact>`, `<channel>` or `<version>`. A registry that does not answer at
 * once, or refuses, knows nothing.
 */
export async function candidatesFor(
  placeholder: string,
  place: Asked,
  env: NodeJS.ProcessEnv,
): Promise<Candidate[]> {
  const find = FINDERS.find(([pattern]) => pattern.test(placeholder))?.[1];
  if (!find) return [];
  try {
    const settings = settingsOf(place.options, env);
    const client = new RegistryClient(settings, { userAgent: `waybill-cli/${version}`, retries: 0 });
    try {
      return await find(client, place, settings);
    } finally {
      client.close();
    }
  } catch {
    return [];
  }
}

type Find = (client: RegistryClient, place: Asked, settings: Settings) => Promise<Candidate[]>;

const FINDERS: [placeholder: RegExp, find: Find][] = [
  [/^artifact$/, artifacts],
  [/channel$/, channels],
  [/(version|number)$/, versions],
];

async function artifacts(
  client: RegistryClient,
  { current }: Asked,
  settings: Settings,
): Promise<Candidate[]> {
  const [namespace, name] = current.includes("/") ? current.split("/") : [settings.namespace, current];
  const filter = { namespace, q: name || undefined, limit: MOST };
  const { items } = await client.listArtifacts(filter);
  return items.map((item) => ({
    value: current.includes("/") || !settings.namespace ? item.artifact : item.name,
    meaning: item.description ?? "",
  }));
}

async function channels(client: RegistryClient, { given: [artifact = ""] }: Asked): Promise<Candidate[]> {
  const { items } = await client.channels.list(artifact, { limit: MOST });
  return items.map(({ name, version }) => ({
    value: name,
    meaning: version ? `version ${version.number}` : "points nowhere",
  }));
}

async function versions(client: RegistryClient, { given: [artifact = ""] }: Asked): Promise<Candidate[]> {
  const { items } = await client.listVersions(artifact, { state: "complete", limit: MOST });
  return items.map(({ number, semver, fingerprint }) => ({
    value: String(number),
    meaning: semver ? `${semver}, ${fingerprint}` : fingerprint,
  }));
}

function settingsOf(options: Record<string, string>, env: NodeJS.ProcessEnv): Settings {
  const { "--address": address, "--token": token, "--namespace": namespace, "--ca-file": ca_file } = options;
  return readSettings({ address, token, namespace, ca_file, timeout: TIMEOUT }, env);
}
