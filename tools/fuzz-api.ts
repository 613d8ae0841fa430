/**
 * Sends a real registry what Schemathesis makes of its own API document, and holds every answer to that document.
 * `node tools/fuzz-api.ts [--quick] [arguments of schemathesis run]`: `--quick` is what `make test` has time for.
 */
import { randomBytes } from "node:crypto";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RegistryClient, readSettings } from "@waybill/registry-client";
import { ensurePython } from "./ensure-python.ts";
import { furnishHome, isolatedEnvironment, repository } from "./environment.ts";
import { startRegistryProcess } from "./registry-process.ts";
import { type RunResult, run } from "./run.ts";

const timeLimitMs = 2 * 60 * 60_000;
/** Cases per route and kind of data; the quick run also keeps its seed, so that it says the same each time. */
const effort = {
  quick: ["--max-examples", "5", "--generation-deterministic", "--phases", "examples,coverage,fuzzing"],
  whole: ["--max-examples", "100"],
};

/**
 * @param onOutput told what Schemathesis says while it works
 * @returns how Schemathesis ended, with what the server wrote of failures; nothing when there is no Python
 */
export async function fuzzApi(
  args: string[],
  onOutput: (text: string) => void,
): Promise<(RunResult & { serverErrors: string }) | undefined> {
  const programs = await ensurePython();
  if (programs === undefined) return undefined;
  const home = await mkdtemp(join(tmpdir(), "waybill-fuzz-"));
  const token = `wbl_${randomBytes(32).toString("base64url")}`;
  const settings = {
    WAYBILL_LISTEN: "127.0.0.1:0",
    WAYBILL_DATA_DIR: join(home, "data"),
    WAYBILL_BOOTSTRAP_TOKEN: token,
    WAYBILL_TOKEN: token,
    // So that webhooks may be e-mail; it comes to nobody.
    WAYBILL_SMTP_URL: "smtp://127.0.0.1:9",
    WAYBILL_MAIL_FROM: "waybill@example.com",
    WAYBILL_TOKEN_RATE: "off",
    WAYBILL_ADDRESS_RATE: "off",
  };
  const env = isolatedEnvironment(home, settings);
  await furnishHome(home);
  const registry = await startRegistryProcess(home, env);
  try {
    await fill(registry.address, token);
    // It reads both where it runs, and leaves what it remembers there.
    for (const name of ["schemathesis.toml", "hooks.py"]) {
      await copyFile(join(repository, "tools", "python", name), join(home, name));
    }
    const quick = args.includes("--quick");
    const given = [...(quick ? effort.quick : effort.whole), ...args.filter((each) => each !== "--quick")];
    const result = await run(
      join(programs, "schemathesis"),
      ["run", `${registry.address}/openapi.json`, ...given],
      { cwd: home, env, timeoutMs: timeLimitMs, onOutput },
    );
    const errors = registry
      .output()
      .split("\n")
      .filter((line) => line.startsWith('{"level":"error"'));
    return { ...result, serverErrors: errors.join("\n") };
  } finally {
    await registry.end("SIGTERM");
    await rm(home, { recursive: true, force: true });
  }
}

/** What the examples of the document name, so that requests made of them come to something. */
async function fill(address: string, token: string): Promise<void> {
  const client = new RegistryClient(readSettings({ address, token }, {}), {
    userAgent: "waybill-fuzz/0.1.0",
  });
  const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-0c2a4e5f6a7b8c9d0" }];
  const builds = [{ name: "amazon-ebs.web", artifact_type: "amazon.ami", images }];
  for (const artifact of ["hashicorp/logstream", "hashicorp/web"]) {
    for (let number = 1; number <= 9; number++) {
      await client.publish(artifact, { fingerprint: `version-${number}`, builds });
    }
    await client.channels.put(artifact, "production", { version: 7 });
    await client.channels.put(artifact, "staging", { version: 8 });
  }
  client.close();
}

if (import.meta.main) {
  const result = await fuzzApi(process.argv.slice(2), (text) => process.stdout.write(text));
  if (result?.serverErrors) console.error(`\nWhat the server wrote of its failures:\n${result.serverErrors}`);
  process.exitCode = result?.code ?? (result ? 1 : 0);
}
