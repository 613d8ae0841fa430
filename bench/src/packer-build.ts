import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensurePacker } from "../../tools/ensure-tools.ts";
import { repository } from "../../tools/environment.ts";
import { run } from "../../tools/run.ts";
import { type Figure, milliseconds } from "./figure.ts";
import { randomToken, startRegistry } from "./registry.ts";
import { inTurn, median } from "./statistics.ts";

const rounds = 9;
const promisedMs = 400;
const buildTimeoutMs = 60_000;

// The same plugin is required in both, so that both pay for finding and describing it.
const template = (postProcessor: string) => `
packer {
  required_plugins {
    waybill = { source = "github.com/waybill/waybill", version = ">= 0.1.0" }
  }
}
source "null" "bench" { communicator = "none" }
build {
  sources = ["null.bench"]
  post-processor ${postProcessor}
}
`;

/** A build that does nothing, published to the registry, against the same build with Packer's own manifest. */
export async function measurePackerBuild(directory: string): Promise<Figure> {
  const packer = await ensurePacker("1.16.0");
  const { registry, env } = await startRegistry(directory, randomToken());
  try {
    await mkdir(join(directory, "packer-plugins"), { recursive: true });
    await check("waybill", ["plugin", "install"], { cwd: repository, env });
    await writeFile(
      join(directory, "waybill.pkr.hcl"),
      template('"waybill" {\n artifact = "bench/null"\n artifact_type = "null.image"\n}'),
    );
    await writeFile(join(directory, "manifest.pkr.hcl"), template('"manifest" { output = "manifest.json" }'));
    const build = (name: string) => async () => {
      await rm(join(directory, "manifest.json"), { force: true });
      const started = performance.now();
      await check(packer, ["build", `${name}.pkr.hcl`], { cwd: directory, env });
      return performance.now() - started;
    };
    const { a, b } = await inTurn(rounds, build("waybill"), build("manifest"));
    const extra = median(a) - median(b);
    return {
      title: "plugin: a null `packer build` that publishes, over the same with `manifest`",
      measured: `+ ${milliseconds(extra)}`,
      promised: `<= + ${promisedMs} ms`,
      holds: extra <= promisedMs,
      how: `${rounds} rounds in turn, medians ${milliseconds(median(a))} and ${milliseconds(median(b))}`,
    };
  } finally {
    await registry.end("SIGTERM");
  }
}

async function check(
  command: string,
  args: string[],
  where: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const { code, output } = await run(command, args, { ...where, timeoutMs: buildTimeoutMs });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${output}`);
}
