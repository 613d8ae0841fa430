import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { Agent, get } from "node:http";
import { join } from "node:path";
import type { RegistryProcess } from "../../tools/registry-process.ts";
import type { Figure } from "./figure.ts";
import { filled, fillReleases, type Size } from "./fill-releases.ts";
import { randomToken, startRegistry } from "./registry.ts";
import { inTurn, lowerQuartile, median, type Pair } from "./statistics.ts";

/** How often each artifact is resolved, and how often what looks further is asked. */
const rounds = { resolve: 3, further: 100 };
/** The first one after a large answer pays for cleaning up after that. */
const resolvesPerRound = 20;
const small: Size = { artifacts: 1_000, versionsEach: 10 };
const large: Size = { artifacts: 1_000, versionsEach: 1_000 };
const mostGrowth = 1.2;
const mostResolves = 50;

const versionsOf = ({ artifacts, versionsEach }: Size) => (artifacts * versionsEach).toLocaleString("en");

/** What is asked of an artifact; the same share of both registries' versions can answer it. */
const selectors: Record<string, (size: Size) => string> = {
  "by channel": () => `channel=${filled.channel}`,
  "by number": ({ versionsEach }) => `version=${randomInt(versionsEach) + 1}`,
  "by constraint": ({ versionsEach }) =>
    `constraint=${encodeURIComponent(`>= 1.0, < 1.${randomInt(versionsEach) + 1}.1`)}`,
  "`latest` with a type": () => `type=${filled.rareType}`,
};

/** Resolving in a large registry against a small one, and what looks further against resolving in the large one. */
export async function measureReleases(directory: string): Promise<Figure[]> {
  const token = randomToken();
  const few = await startFilled(join(directory, "small"), token, small);
  const many = await startFilled(join(directory, "large"), token, large);
  try {
    const figures: Figure[] = [];
    for (const [name, selector] of Object.entries(selectors)) {
      const [inMany, inFew] = [
        await askInTurn(many, resolvePaths(large, selector), token),
        await askInTurn(few, resolvePaths(small, selector), token),
      ];
      const pair = await inTurn(rounds.resolve * large.artifacts, inMany, inFew);
      const title = `server: resolve ${name} at ${versionsOf(large)} versions, against ${versionsOf(small)}`;
      figures.push(ratio(title, pair, mostGrowth));
    }
    const resolving = await askInTurn(
      many,
      resolvePaths(large, () => ""),
      token,
    );
    for (const [name, path] of Object.entries(furtherPaths)) {
      const further = await askInTurn(many, [path], token);
      const pair = await inTurn(rounds.further, further, () => medianOf(resolvesPerRound, resolving));
      figures.push(
        ratio(`server: ${name} at ${versionsOf(large)} versions, against one resolve`, pair, mostResolves),
      );
    }
    return figures;
  } finally {
    await few.end("SIGTERM");
    await many.end("SIGTERM");
  }
}

const { generations, descendants } = filled;
const furtherPaths = {
  [`ancestry of depth ${generations} with ${descendants.toLocaleString("en")} descendants`]: `/v1/artifacts/${filled.root}/versions/1/ancestry?direction=down&depth=${generations}`,
  "a page of search by a word and a type": `/v1/search?q=web&type=${filled.rareType}`,
};

/** One request per artifact, so that as many versions are asked for in a small registry as in a large one. */
function resolvePaths(size: Size, selector: (size: Size) => string): string[] {
  return Array.from(
    { length: size.artifacts },
    (_, index) => `/v1/artifacts/${filled.artifact(index)}/resolve?${selector(size)}`,
  );
}

async function startFilled(directory: string, token: string, size: Size): Promise<RegistryProcess> {
  await mkdir(directory);
  // The first start makes the tables, the second finds them full.
  const first = await startRegistry(directory, token);
  await first.registry.end("SIGTERM");
  fillReleases(first.database, size);
  return (await startRegistry(directory, token)).registry;
}

/**
 * Asks for all paths once, so that no server meets one for the first time while it is measured.
 *
 * @returns asks for the next path, again and again, and gives the milliseconds it took
 */
async function askInTurn(
  registry: RegistryProcess,
  paths: string[],
  token: string,
): Promise<() => Promise<number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let index = 0;
  async function ask(): Promise<number> {
    const path = paths[index++ % paths.length] ?? "";
    const started = performance.now();
    const request = get(registry.address + path, { agent, headers: { authorization: `Bearer ${token}` } });
    const [response] = await once(request, "response");
    response.resume();
    await once(response, "end");
    if (response.statusCode !== 200) throw new Error(`${path} answers ${response.statusCode}`);
    return performance.now() - started;
  }
  for (const _ of paths) await ask();
  return ask;
}

async function medianOf(count: number, ask: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  while (times.length < count) times.push(await ask());
  return median(times);
}

function ratio(title: string, { a, b }: Pair, most: number): Figure {
  const [slow, fast] = [lowerQuartile(a), lowerQuartile(b)];
  const value = slow / fast;
  return {
    title,
    measured: `${value.toFixed(2)} x`,
    promised: `<= ${most} x`,
    holds: value <= most,
    how: `SQLite, ${a.length.toLocaleString("en")} rounds in turn, lower quartiles ${slow.toFixed(2)} and ${fast.toFixed(2)} ms`,
  };
}
