import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import autocannon from "autocannon";
import { publishThroughKills } from "../../tools/kills.ts";
import { startPostgresProcess } from "../../tools/postgres-process.ts";
import type { Figure } from "./figure.ts";
import { marker, openRaw } from "./raw.ts";
import { randomToken, startRegistry } from "./registry.ts";
import { inTurn, median } from "./statistics.ts";

const rounds = 3;
const secondsPerLoad = 4;
/** Of how many publishers each floor is. */
const promises = [
  { publishers: 1, promised: 0.25 },
  { publishers: 100, promised: 1 },
];
const kills = { kills: 50, publishes: 1_000, publishers: 50 };

type DatabaseOf = {
  name: string;
  directory: string;
  url(name: string): string;
  create(name: string): Promise<void>;
};

/** What publishing costs above the database itself. */
export function measureDurability(directory: string): Promise<Figure[]> {
  return onBoth(directory, measurePublishing);
}

/** That a server that is killed loses nothing. */
export function measureKills(directory: string): Promise<Figure[]> {
  return onBoth(directory, async (database) => [await killOften(database)]);
}

async function onBoth(
  directory: string,
  measure: (database: DatabaseOf) => Promise<Figure[]>,
): Promise<Figure[]> {
  // As it is installed: a commit that is acknowledged is on the disk.
  const postgres = await startPostgresProcess();
  const databases: DatabaseOf[] = [
    {
      name: "SQLite",
      directory: join(directory, "sqlite"),
      url: (name) => `sqlite:${join(directory, "sqlite", `${name}.sqlite`)}`,
      create: async () => {},
    },
    {
      name: "PostgreSQL",
      directory: join(directory, "postgres"),
      url: (name) => `${postgres.url}/${name}`,
      create: (name) => postgres.createDatabase(name),
    },
  ];
  const figures: Figure[] = [];
  try {
    for (const database of databases) {
      await mkdir(database.directory);
      figures.push(...(await measure(database)));
    }
  } finally {
    await postgres.stop();
  }
  return figures;
}

/** Publications per second by one and by many, each to the next of as many artifacts, against raw transactions. */
async function measurePublishing({ name, directory, url, create }: DatabaseOf): Promise<Figure[]> {
  const token = randomToken();
  await create("speed");
  const { registry } = await startRegistry(directory, token, undefined, url("speed"));
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const address = registry.address;
  let count = 0;

  async function publish(publishers: number): Promise<number> {
    const setupRequest = (request: autocannon.Request) => {
      count++;
      const path = `/v1/artifacts/bench/a${count % publishers}/versions`;
      return { ...request, path, body: JSON.stringify(publication(`n${count}`)) };
    };
    const requests = [{ method: "POST" as const, headers, setupRequest }];
    const result = await autocannon({
      url: address,
      connections: publishers,
      duration: secondsPerLoad,
      requests,
    });
    if (result.non2xx > 0 || result.errors > 0) {
      throw new Error(`${result.non2xx} publications were refused, ${result.errors} had no answer`);
    }
    return result["2xx"] / result.duration;
  }

  const body = JSON.stringify(publication(marker));
  const first = await fetch(`${address}/v1/artifacts/bench/raw/versions`, { method: "POST", headers, body });
  if (!first.ok) throw new Error(await first.text());
  const raw = await openRaw(url("speed"));
  try {
    const figures: Figure[] = [];
    for (const { publishers, promised } of promises) {
      const { a, b } = await inTurn(
        rounds,
        () => publish(publishers),
        () => raw.perSecond(secondsPerLoad),
      );
      const ratio = median(a) / median(b);
      figures.push({
        title: `server: publications acknowledged to ${publishers === 1 ? "1 publisher" : `${publishers} parallel publishers`} on ${name}, against raw transactions of the same rows`,
        measured: `${ratio.toFixed(2)} x`,
        promised: `>= ${promised} x`,
        holds: ratio >= promised,
        how: `${rounds} rounds of ${secondsPerLoad} s in turn, medians ${median(a).toFixed(0)} and ${median(b).toFixed(0)} per second`,
      });
    }
    return figures;
  } finally {
    await raw.close();
    await registry.end("SIGTERM");
  }
}

/** A version with one build, as a small Packer run publishes it. */
function publication(unique: string) {
  const images = ["us-east-1", "eu-west-1"].map((region) => ({
    platform: "aws",
    region,
    external_id: `ami-${unique}-${region}`,
  }));
  const build = {
    name: "amazon-ebs.web",
    artifact_type: "amazon.ami",
    metadata: { base: "debian-13" },
    labels: { team: "web" },
  };
  return { fingerprint: unique, builds: [{ ...build, images }] };
}

async function killOften({ name, directory, url, create }: DatabaseOf): Promise<Figure> {
  const token = randomToken();
  await create("kills");
  const start = async () => (await startRegistry(directory, token, undefined, url("kills"))).registry;
  const report = await publishThroughKills({ start, token, ...kills });
  const { lost, gaps, duplicates } = report;
  return {
    title: `server: ${kills.kills} kills (kill -9) during ${kills.publishes.toLocaleString("en")} publications each on ${name}`,
    measured: `${lost.length} acknowledged lost, ${gaps.length} gaps, ${duplicates.length} duplicates`,
    promised: "0, 0, 0",
    holds: lost.length + gaps.length + duplicates.length === 0,
    how: `${report.acknowledged.toLocaleString("en")} acknowledged by ${kills.publishers} parallel publishers`,
  };
}
