/** Measures what we promise, prints it, and keeps it in RESULTS.md. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureDurability, measureKills } from "./durability.ts";
import type { Figure } from "./figure.ts";
import { measureFiles } from "./files.ts";
import { measureLogs } from "./logs.ts";
import { measureMemory } from "./memory.ts";
import { measureOverload } from "./overload.ts";
import { measurePackerBuild } from "./packer-build.ts";
import { measurePackerRun } from "./packer-run.ts";
import { measurePlan } from "./plan.ts";
import { measureProviderStart } from "./provider-start.ts";
import { measureReleases } from "./releases.ts";
import { measureResolve } from "./resolve.ts";
import { keepFigures } from "./results.ts";

const measurements: Record<string, (directory: string) => Promise<Figure | Figure[]>> = {
  resolve: measureResolve,
  releases: measureReleases,
  overload: measureOverload,
  durability: measureDurability,
  kills: measureKills,
  files: measureFiles,
  logs: measureLogs,
  provider: measureProviderStart,
  plan: measurePlan,
  packer: measurePackerBuild,
  run: measurePackerRun,
  memory: measureMemory,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in measurements));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}; choose from ${Object.keys(measurements).join(", ")}.`);
  process.exit(2);
}

const directory = await mkdtemp(join(tmpdir(), "waybill-bench-"));
let allHold = true;
try {
  for (const [name, measure] of Object.entries(measurements)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const own = join(directory, name);
    await mkdir(own);
    const figures = [await measure(own)].flat();
    for (const { holds, title, measured, promised, how } of figures) {
      console.log(`${holds ? "holds" : "FAILS"}  ${title}: ${measured} (${promised}; ${how})`);
      allHold &&= holds;
    }
    await keepFigures(name, figures, Object.keys(measurements));
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
process.exitCode = allHold ? 0 : 1;
