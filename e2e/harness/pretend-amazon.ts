import { join } from "node:path";
import { isolatedEnvironment, repository } from "../../tools/environment.ts";
import { run } from "../../tools/run.ts";

const buildTimeoutMs = 10 * 60_000;
const installTimeoutMs = 60_000;

/** Builds the plugin of `e2e/pretend-amazon`, and installs it where Packer looks for the real one. */
export async function installPretendAmazon(packer: string, home: string): Promise<void> {
  const binary = join(repository, "dist", "e2e", "packer-plugin-amazon");
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];
  await must("go", ["build", ...flags, "-o", binary, "."], {
    cwd: join(repository, "e2e", "pretend-amazon"),
    env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly" },
    timeoutMs: buildTimeoutMs,
  });
  await must(packer, ["plugins", "install", "--path", binary, "github.com/hashicorp/amazon"], {
    cwd: home,
    env: isolatedEnvironment(home),
    timeoutMs: installTimeoutMs,
  });
}

async function must(...[command, args, options]: Parameters<typeof run>): Promise<void> {
  const result = await run(command, args, options);
  if (result.code !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${result.output}`);
}
