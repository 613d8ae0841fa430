/** Measures what we promise, prints it, and keeps it in RESULTS.md. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { measureDurability } from "./durability.ts";
import type { Figure } from "./figure.ts";
import { measureFiles } from "./files.ts";
import { measureLogs } from "./logs.ts";
import { measureMemory } from "./memory.ts";
import { measureOverload } from "./overload.ts";
import { measurePackerBuild } from "./packer-build.ts";
import { measureProviderStart } from "./provider-start.ts";
import { measureReleases } from "./releases.ts";
import { measureResolve } from "./resolve.ts";

const measurements: Record<string, (directory: string) => Promise<Figure | Figure[]>> = {
  resolve: measureResolve,
  releases: measureReleases,
  overload: measureOverload,
  durability: measureDurability,
  files: measureFiles,
  logs: measureLogs,
  provider: measureProviderStart,
  packer: measurePackerBuild,
  memory: measureMemory,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in measurements));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}; choose from ${Object.keys(measurements).join(", ")}.`);
  process.exit(2);
}

const directory = await mkdtemp(join(tmpdir(), "waybill-bench-"));
const figures: Figure[] = [];
try {
  for (const [name, measure] of Object.entries(measurements)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const own = join(directory, name);
    await mkdir(own);
    for (const figure of [await measure(own)].flat()) {
      figures.push(figure);
      console.log(
        `${figure.holds ? "holds" : "FAILS"}  ${figure.title}: ${figure.measured} (${figure.promised}; ${figure.how})`,
      );
    }
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}

// A part of the figures would replace all of them.
if (asked.length === 0) await writeFile(join(import.meta.dirname, "..", "RESULTS.md"), table(figures));
process.exitCode = figures.every((figure) => figure.holds) ? 0 : 1;

function table(rows: readonly Figure[]): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} x ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}-${process.arch}, Node ${process.versions.node}`;
  return [
    "# Figures",
    "",
    `Written by \`make bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}.`,
    "Each compares two things measured in turn in one run, so that the machine cancels out.",
    "",
    "| what | measured | promised | how |",
    "|---|---|---|---|",
    ...rows.map(({ title, measured, promised, how }) => `| ${title} | ${measured} | ${promised} | ${how} |`),
    "",
  ].join("\n");
}
