import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RegistryClient } from "@waybill/registry-client/client";
import { readSettings } from "@waybill/registry-client/settings";
import { RecordingProxy } from "../../e2e/harness/recording-proxy.ts";
import { ensureOpenTofu, findTerraform } from "../../tools/ensure-tools.ts";
import { repository } from "../../tools/environment.ts";
import { run } from "../../tools/run.ts";
import { type Figure, milliseconds } from "./figure.ts";
import { randomToken, startRegistry } from "./registry.ts";
import { inTurn, median } from "./statistics.ts";

const commandTimeoutMs = 10 * 60_000;
const sizes = [
  { artifacts: 1, rounds: 15, promised: 2.2 },
  { artifacts: 200, rounds: 9, promised: 1.2 },
];
const requests = [
  { parallelism: 10, promised: 21 },
  { parallelism: 200, promised: 5 },
];
/** Ours, and the same data source in Go with terraform-plugin-framework, which asks once for each artifact. */
const providers = ["waybill", "peer"] as const;
type Provider = (typeof providers)[number];

/** A whole `terraform plan` with our provider, against the same plan with its peer in Go, both installed by `init`. */
export async function measurePlan(directory: string): Promise<Figure[]> {
  const terraform = (await findTerraform()) ?? (await ensureOpenTofu());
  const { registry, env } = await startRegistry(directory, randomToken());
  try {
    await install(directory);
    await fill(env, Math.max(...sizes.map(({ artifacts }) => artifacts)));
    const figures: Figure[] = [];
    for (const { artifacts, rounds, promised } of sizes) {
      const plan = async (provider: Provider) => {
        const cwd = join(directory, `${provider}-${artifacts}`);
        await mkdir(cwd);
        await writeFile(join(cwd, "main.tf"), configuration(provider, artifacts));
        await mustRun(terraform, ["init"], { cwd, env });
        return async () => {
          const started = performance.now();
          await mustRun(terraform, ["plan"], { cwd, env });
          return performance.now() - started;
        };
      };
      const { a, b } = await inTurn(rounds, await plan("waybill"), await plan("peer"));
      const ratio = median(a) / median(b);
      figures.push({
        title: `provider: plan with ${artifacts} artifact${artifacts > 1 ? "s" : ""}, against the same in Go`,
        measured: `${ratio.toFixed(2)} x`,
        promised: `<= ${promised} x`,
        holds: ratio <= promised,
        how: `${rounds} rounds in turn, medians ${milliseconds(median(a))} and ${milliseconds(median(b))}`,
      });
    }
    return [...figures, ...(await countRequests(terraform, join(directory, "waybill-200"), env))];
  } finally {
    await registry.end("SIGTERM");
  }
}

/** How many requests a plan with 200 artifacts is to the registry. */
async function countRequests(terraform: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Figure[]> {
  const proxy = await new RecordingProxy(env.WAYBILL_ADDRESS ?? "").start();
  const figures: Figure[] = [];
  for (const { parallelism, promised } of requests) {
    proxy.requests.length = 0;
    const asked = { cwd, env: { ...env, WAYBILL_ADDRESS: proxy.address } };
    await mustRun(terraform, ["plan", `-parallelism=${parallelism}`], asked);
    const count = proxy.requests.length;
    figures.push({
      title: `provider: requests to the registry for 200 artifacts at -parallelism=${parallelism}`,
      measured: `${count}`,
      promised: `<= ${promised}`,
      holds: count <= promised,
      how: "one plan, counted on the way",
    });
  }
  await proxy.stop();
  return figures;
}

/** Puts both where Terraform looks for providers. */
async function install(directory: string): Promise<void> {
  const mirror = join(directory, "mirror");
  const os = process.platform === "win32" ? "windows" : process.platform;
  const target = `${os}_${process.arch === "x64" ? "amd64" : process.arch}`;
  const suffix = os === "windows" ? ".exe" : "";
  for (const provider of providers) {
    const folder = join(mirror, "registry.terraform.io/waybill", provider, "0.1.0", target);
    const executable = join(folder, `terraform-provider-${provider}_v0.1.0${suffix}`);
    await mkdir(folder, { recursive: true });
    if (provider === "waybill") {
      await copyFile(join(repository, `dist/terraform-provider-waybill_v0.1.0${suffix}`), executable);
    } else {
      const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off" };
      const args = ["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", executable, "."];
      await mustRun("go", args, { cwd: join(repository, "bench/peers"), env });
    }
  }
  const rc = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`;
  await writeFile(join(directory, "terraform.rc"), rc);
}

async function fill(env: NodeJS.ProcessEnv, count: number): Promise<void> {
  const client = new RegistryClient(readSettings({}, env), { userAgent: "waybill-bench/0.1.0" });
  for (let index = 0; index < count; index++) {
    const images = ["us-east-1", "eu-west-1"].map((region) => ({
      platform: "aws",
      region,
      external_id: `ami-${region}-${index}`,
    }));
    const build = {
      name: "amazon-ebs.web",
      artifact_type: "amazon.ami",
      metadata: { index: `${index}` },
      images,
    };
    await client.publish(`fleet/web${index}`, { fingerprint: "one", builds: [build] });
  }
  client.close();
}

function configuration(provider: Provider, count: number): string {
  return `
terraform {
  required_providers {
    ${provider} = {
      source = "registry.terraform.io/waybill/${provider}"
    }
  }
}
data "${provider}_artifact" "each" {
  count  = ${count}
  name   = "fleet/web\${count.index}"
  region = "us-east-1"
}
output "images" {
  value = data.${provider}_artifact.each[*].external_id
}
`;
}

async function mustRun(
  command: string,
  args: string[],
  where: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const { code, output } = await run(command, args, { ...where, timeoutMs: commandTimeoutMs });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${output}`);
}
