import { mkdir, readdir } from "node:fs/promises";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import type { RunResult } from "../tools/run.ts";
import { expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { type Process, processesWith } from "./harness/processes.ts";
import { RecordingProxy } from "./harness/recording-proxy.ts";
import { requiredPlugins } from "./harness/templates.ts";
import { until } from "./harness/until.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();
const packer = inject("packer");

/** Waits for a file; what Packer started for the person who runs it does not end with it. */
const pause = (name: string) => `post-processor "shell-local" {
    inline = ["touch ${name}.waiting; while [ ! -e ${name} ] && [ ! -e over ]; do sleep 0.05; done"]
  }`;

const template = (artifact: string) => `${requiredPlugins}
source "amazon-ebs" "web" { region = "us-east-1" }
build {
  sources = ["source.amazon-ebs.web"]
  ${pause("before")}
  post-processor "waybill" {
    artifact = "${artifact}"
  }
  ${pause("after")}
}
`;

const phases = ["before", "while", "after"] as const;
type Phase = (typeof phases)[number];

class Building {
  readonly workspace: Workspace;
  readonly ended: Promise<RunResult>;
  readonly #interrupt = new AbortController();

  private constructor(workspace: Workspace, words: string[]) {
    this.workspace = workspace;
    const [command = "", ...args] = words;
    this.ended = workspace.run(command, args, {}, this.#interrupt.signal);
  }

  /** Starts a build, and lets it go on until something is to happen to it before, while or after it is published. */
  static async start(phase: Phase, artifact: string, ...words: string[]): Promise<Building> {
    const proxy = await new RecordingProxy(registry.address).start();
    onTestFinished(() => proxy.stop());
    const workspace = await newWorkspace({ ...registry.settings, WAYBILL_ADDRESS: proxy.address });
    Object.assign(workspace.settings, { WAYBILL_FINGERPRINT: "f", TMPDIR: workspace.path("tmp") });
    await mkdir(workspace.path("tmp"));
    await workspace.write("web.pkr.hcl", template(artifact));
    const building = new Building(workspace, words);
    await building.#reach("before");
    if (phase === "before") return building;
    proxy.hangs = phase === "while";
    await workspace.write("before", "");
    if (phase === "after") await building.#reach("after");
    else await until("the plugin asks the registry", () => proxy.requests.some(byPlugin));
    return building;
  }

  async #reach(phase: Phase): Promise<void> {
    await until(`the build is ${phase} publishing`, async () =>
      (await this.workspace.list()).includes(`${phase}.waiting`),
    );
  }

  /** All that was started and still runs. */
  processes(): Promise<Process[]> {
    return processesWith("WAYBILL_SPOOL_DIR", this.workspace.spool);
  }

  async kill(which: (packers: Process[]) => Process[] = (packers) => packers): Promise<void> {
    const packers = (await this.processes()).filter(({ command }) => command.startsWith(`${packer} build`));
    for (const { pid } of which(packers.sort((a, b) => a.pid - b.pid))) process.kill(pid, "SIGKILL");
    await this.workspace.write("over", "");
  }

  async interrupt(): Promise<void> {
    this.#interrupt.abort();
    await this.workspace.write("over", "");
  }

  /** Holds that the image is there, and that nothing that runs, no socket and no directory of ours is. */
  async expectKept(): Promise<void> {
    expect(await this.workspace.list("cloud/us-east-1")).toHaveLength(1);
    await until("nothing runs any more", async () => (await this.processes()).length === 0);
    const left = await readdir(this.workspace.path("tmp"), { recursive: true });
    // The roll call of a run is read until it is over, and nobody knows when; the next run sweeps it.
    expect(
      left.filter((name) => /waybill/.test(name) && !/^waybill-\d+(\/roll-call-.*)?$/.test(name)),
    ).toEqual([]);
  }

  async state(artifact: string): Promise<string | undefined> {
    expectSuccess(await this.workspace.waybill(["spool", "send", "--moved"], registry.settings));
    const { items } = await registry.client.listVersions(artifact).catch(() => ({ items: [] }));
    return items[0]?.state;
  }
}

const byPlugin = ({ headers }: { headers: string }) => headers.includes("waybill-packer-plugin");
const underRun = ["waybill", "run", "--strict", "--", packer, "build", "."];

if (process.platform !== "linux") console.error("skipped: only Linux tells what runs");
describe.skipIf(process.platform !== "linux")("Packer under waybill run", () => {
  test.each(phases)("killed %s publishing", async (phase) => {
    const artifact = `killed/${phase}`;
    const building = await Building.start(phase, artifact, ...underRun);
    await building.kill();
    const { code, output } = await building.ended;
    expect(code).toBeNull();
    await building.expectKept();
    if (phase === "before") {
      expect(output).toContain("FAILED: Packer was ended by SIGKILL");
      expect(output).toContain("waybill publish killed/before --fingerprint f --build amazon-ebs.web");
      const open = await registry.client.getVersion(artifact, "fingerprint:f");
      expect(open.failed_builds).toMatchObject([{ error: "Packer was ended by SIGKILL" }]);
    }
    if (phase === "while") expect(output).toMatch(/NOT PUBLISHED YET: .*type: waybill spool send/s);
    if (phase === "after") expect(output).toContain("amazon-ebs.web: published, with its log");
    expect(await building.state(artifact)).toBe(phase === "before" ? "incomplete" : "complete");
  });

  test.each(phases)("interrupted %s publishing", async (phase) => {
    const artifact = `interrupted/${phase}`;
    const building = await Building.start(phase, artifact, ...underRun);
    await building.interrupt();
    const { code, output } = await building.ended;
    expect(code, output).toBe(1);
    expect(output).toContain("Cancelling build after receiving interrupt");
    await building.expectKept();
    const published = "amazon-ebs.web: published, with its log";
    const waits = "NOT PUBLISHED YET: Packer was interrupted.*type: waybill spool send";
    // Packer goes on with the next post-processor all the same, and may tell it only when that has begun.
    const said = { before: `${published}|${waits}`, while: waits, after: published };
    expect(output).toMatch(new RegExp(said[phase], "s"));
    expect(await building.state(artifact)).toBe("complete");
  });

  test("of its two processes the first one killed", async () => {
    const building = await Building.start("before", "killed/first", ...underRun);
    await building.kill(([first]) => (first ? [first] : []));
    expect((await building.ended).code).toBeNull();
    // The second one ends with the next line that it writes.
    await building.expectKept();
  });

  test("of its two processes the second one killed, which Packer calls a success", async () => {
    const building = await Building.start("before", "killed/second", ...underRun);
    await building.kill(([, second]) => (second ? [second] : []));
    const { code, output } = await building.ended;
    expect(code, output).toBe(4);
    expect(output).toContain("FAILED: Packer ended in the middle of it");
    expect(output).toContain("waybill publish killed/second --fingerprint f --build amazon-ebs.web");
    await building.expectKept();
  });
});

test.each(["killed", "interrupted"])("Packer alone, %s while publishing", async (what) => {
  const artifact = `alone/${what}`;
  const building = await Building.start("while", artifact, packer, "build", ".");
  if (what === "killed") await building.kill();
  else await building.interrupt();
  await building.ended;
  await building.expectKept();
  expect(await building.state(artifact)).toBe("complete");
});
