/** What a registry has kept of publications during which it was killed again and again. */
import type { RegistryProcess } from "./registry-process.ts";

const artifacts = 10;
const pageSize = 200;

export type KillReport = {
  kills: number;
  /** How many publications were acknowledged before the kill of their round. */
  acknowledged: number;
  /** Acknowledged, and afterwards not there, or with another number. */
  lost: string[];
  /** Artifacts whose versions are not numbered 1, 2, 3 ... */
  gaps: string[];
  /** Fingerprints that are there more than once, or that nobody published. */
  duplicates: string[];
};

type Acknowledged = { artifact: string; number: number };
type Options = {
  /** Starts the registry on what it had stored before. */
  start(): Promise<RegistryProcess>;
  token: string;
  kills: number;
  /** How many versions are published in each round; the kill comes at any moment of it. */
  publishes: number;
  publishers: number;
};

/**
 * Publishes in rounds, in each of which the registry is killed. What was not acknowledged is sent again to the next, as
 * a client would.
 */
export async function publishThroughKills(options: Options): Promise<KillReport> {
  const { start, token, kills, publishes, publishers } = options;
  const acknowledged = new Map<string, Acknowledged>();
  let unsent: string[] = [];
  let before = 0;
  for (let kill = 0; kill < kills; kill++) {
    const registry = await start();
    const killAt = acknowledged.size + Math.ceil(Math.random() * (publishes - publishers));
    const fresh = Array.from({ length: publishes }, (_, index) => `k${kill}-${index}`);
    const ended = { at: undefined as Promise<unknown> | undefined };
    unsent = await publishAll(
      registry.address,
      token,
      [...unsent, ...fresh],
      publishers,
      (fingerprint, one) => {
        acknowledged.set(fingerprint, one);
        if (acknowledged.size >= killAt) ended.at ??= registry.end("SIGKILL");
      },
    );
    await (ended.at ?? registry.end("SIGKILL"));
    before = acknowledged.size;
  }
  const registry = await start();
  try {
    const left = await publishAll(registry.address, token, unsent, publishers, (fingerprint, one) => {
      acknowledged.set(fingerprint, one);
    });
    if (left.length > 0)
      throw new Error(`a registry that nobody killed did not take ${left.length} versions`);
    return { kills, acknowledged: before, ...(await compare(registry.address, token, acknowledged)) };
  } finally {
    await registry.end("SIGTERM");
  }
}

/** Publishes versions; returns those that were not acknowledged because the registry was gone. */
async function publishAll(
  address: string,
  token: string,
  fingerprints: readonly string[],
  publishers: number,
  acknowledge: (fingerprint: string, one: Acknowledged) => void,
): Promise<string[]> {
  const waiting = [...fingerprints].reverse();
  const unsent: string[] = [];
  let isGone = false;

  async function publisher(): Promise<void> {
    for (let fingerprint = waiting.pop(); fingerprint !== undefined; fingerprint = waiting.pop()) {
      const reply = isGone ? undefined : await publish(address, token, fingerprint).catch(() => undefined);
      if (reply) {
        acknowledge(fingerprint, reply);
      } else {
        isGone = true;
        unsent.push(fingerprint);
      }
    }
  }

  await Promise.all(Array.from({ length: publishers }, publisher));
  return unsent;
}

async function publish(
  address: string,
  token: string,
  fingerprint: string,
): Promise<Acknowledged | undefined> {
  const artifact = `kills/a${Number(fingerprint.split("-")[1]) % artifacts}`;
  const images = [{ platform: "aws", region: "us-east-1", external_id: `ami-${fingerprint}` }];
  const response = await fetch(`${address}/v1/artifacts/${artifact}/versions`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ fingerprint, builds: [{ name: "a", artifact_type: "amazon.ami", images }] }),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${body}`);
  return { artifact, number: (JSON.parse(body) as { number: number }).number };
}

type Stored = { fingerprint: string; number: number; artifact: string };

async function compare(address: string, token: string, acknowledged: ReadonlyMap<string, Acknowledged>) {
  const stored: Stored[] = [];
  const gaps: string[] = [];
  for (let index = 0; index < artifacts; index++) {
    const versions = await versionsOf(address, token, `kills/a${index}`);
    const numbers = versions.map((version) => version.number).sort((a, b) => a - b);
    if (numbers.some((number, at) => number !== at + 1)) gaps.push(`kills/a${index}`);
    stored.push(...versions);
  }
  const byFingerprint = Map.groupBy(stored, (version) => version.fingerprint);
  const isKept = ([fingerprint, { artifact, number }]: [string, Acknowledged]) =>
    byFingerprint.get(fingerprint)?.some((one) => one.number === number && one.artifact === artifact);
  return {
    lost: [...acknowledged].filter((one) => !isKept(one)).map(([fingerprint]) => fingerprint),
    gaps,
    duplicates: [...byFingerprint]
      .filter(([fingerprint, versions]) => versions.length > 1 || !acknowledged.has(fingerprint))
      .map(([fingerprint]) => fingerprint),
  };
}

async function versionsOf(address: string, token: string, artifact: string): Promise<Stored[]> {
  const versions: Stored[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query = new URLSearchParams({ limit: `${pageSize}`, ...(cursor !== "" && { cursor }) });
    const response = await fetch(`${address}/v1/artifacts/${artifact}/versions?${query}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const page = (await response.json()) as { items: Stored[]; next_cursor: string | null };
    versions.push(...page.items);
    cursor = page.next_cursor;
  }
  return versions;
}
