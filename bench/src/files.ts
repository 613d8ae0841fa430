import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { RegistryClient, readSettings } from "@waybill/registry-client";
import { saveFile } from "@waybill/registry-client/file-download";
import { describeFile, fileSource } from "@waybill/registry-client/file-source";
import type { Figure } from "./figure.ts";
import { randomToken, startRegistry } from "./registry.ts";
import { median } from "./statistics.ts";

const promisedRatio = 0.6;
const promisedMiB = 32;
const mebibyte = 2 ** 20;
const size = 2 ** 31;
const warmUpSize = 256 * mebibyte;
const rounds = 3;
const sampleEveryMs = 50;
const artifact = "bench/files";

/**
 * Sends 2 GiB, and gets them, over HTTP on this machine, against a plain copy: read, SHA-256, write, fsync, in one pass
 * of one process. The SHA-256 that a client knows a file by is made before the clock runs; what is stored, and what is
 * saved, is checked against it while it runs, and is on the disk when it stops.
 */
export async function measureFiles(directory: string): Promise<Figure[]> {
  const token = randomToken();
  const { registry, env } = await startRegistry(directory, token);
  const client = new RegistryClient(readSettings({}, env), { userAgent: "waybill-bench/0" });
  const source = join(directory, "source");
  const target = join(directory, "target");
  const files = { ups: [] as number[], downs: [] as number[], copies: [] as number[] };
  const memory = { before: 0, most: 0 };
  const sampling = setInterval(async () => {
    memory.most = Math.max(memory.most, await residentMiB(registry.pid));
  }, sampleEveryMs);
  try {
    for (let round = 0; round <= rounds; round++) {
      // Other bytes in each round: the store would not write the same ones again.
      const described = await makeFile(source, round === 0 ? warmUpSize : size);
      const copy = await secondsOf(() => plainCopy(source, target));
      await rm(target);
      const up = await secondsOf(() => client.files.upload(artifact, fileSource(source, described)));
      const version = await publish(client, described, round);
      const wanted = { artifact, version, build: "b", path: "f", ...described };
      const down = await secondsOf(() => saveFile(client.files, wanted, target));
      await rm(target);
      if (round === 0) {
        memory.before = memory.most = await residentMiB(registry.pid);
        continue;
      }
      files.copies.push(copy);
      files.ups.push(up);
      files.downs.push(down);
    }
  } finally {
    clearInterval(sampling);
    client.close();
    await registry.end("SIGTERM");
  }
  const growth = memory.most - memory.before;
  return [
    figure("up", files.ups, files.copies),
    figure("down", files.downs, files.copies),
    {
      title: "server: memory while 2 GiB go up and down",
      measured: `+ ${growth.toFixed(0)} MiB`,
      promised: `<= + ${promisedMiB} MiB`,
      holds: growth <= promisedMiB,
      how: `most resident memory of ${rounds} rounds, ${memory.most.toFixed(0)} MiB, over that after 256 MiB up and down`,
    },
  ];
}

function figure(way: "up" | "down", seconds: number[], copies: number[]): Figure {
  const ratio = median(copies) / median(seconds);
  return {
    title: `server: 2 GiB ${way}, against a plain copy with SHA-256`,
    measured: `${ratio.toFixed(2)} x`,
    promised: `>= ${promisedRatio} x`,
    holds: ratio >= promisedRatio,
    how: `${rounds} rounds in turn, medians ${speed(seconds)} and ${speed(copies)}, both checked and synced to disk`,
  };
}

const speed = (seconds: number[]): string => `${(size / mebibyte / median(seconds)).toFixed(0)} MiB/s`;

async function makeFile(path: string, bytes: number) {
  const file = await open(path, "w");
  for (let written = 0; written < bytes; written += 16 * mebibyte)
    await file.write(randomBytes(16 * mebibyte));
  // What is still on its way to the disk would slow down whatever is measured first.
  await file.sync();
  await file.close();
  return describeFile(path);
}

async function plainCopy(from: string, to: string): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(
    createReadStream(from, { highWaterMark: mebibyte }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(to, { highWaterMark: 4 * mebibyte, flush: true }),
  );
  hash.digest("hex");
}

async function publish(
  client: RegistryClient,
  file: { size: number; sha256: string },
  round: number,
): Promise<number> {
  const builds = [{ name: "b", artifact_type: "bench", files: [{ path: "f", ...file }] }];
  const { version } = await client.publish(artifact, { fingerprint: `round-${round}`, builds });
  return version.number ?? 0;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/** As Linux tells it; elsewhere `ps` does. */
async function residentMiB(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
