import { cp } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { processesWith } from "./harness/processes.ts";
import { RecordingProxy } from "./harness/recording-proxy.ts";
import { until } from "./harness/until.ts";
import { Workspace } from "./harness/workspace.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

const configuration = `
terraform {
  required_providers {
    waybill = {
      source = "waybill/waybill"
    }
  }
}
variable "artifact" {}
variable "description" {
  default = "first"
}
variable "is_there" {
  default = true
}
data "waybill_artifact" "parent" {
  name = "\${var.artifact}-parent"
}
resource "waybill_version" "web" {
  count       = var.is_there ? 1 : 0
  artifact    = var.artifact
  fingerprint = "vendor-1"
  description = var.description
  builds = {
    web = {
      artifact_type = "amazon.ami"
      images        = [{ platform = "aws", region = "us-east-1", external_id = data.waybill_artifact.parent.external_id }]
    }
  }
}
`;

type Stage = {
  readonly stage: string;
  /** What is there before. */
  readonly before: boolean;
  readonly args: readonly string[];
  /** The request that tells that it has come so far. */
  readonly method: string;
  readonly path: RegExp;
};

const apply = ["apply", "-auto-approve"] as const;
const stages: Stage[] = [
  { stage: "plan", before: false, args: ["plan"], method: "POST", path: /resolve$/ },
  { stage: "create", before: false, args: apply, method: "POST", path: /versions$/ },
  {
    stage: "update",
    before: true,
    args: [...apply, "-var=description=new"],
    method: "PATCH",
    path: /versions/,
  },
  {
    stage: "delete",
    before: true,
    args: [...apply, "-var=is_there=false"],
    method: "DELETE",
    path: /versions/,
  },
  {
    stage: "refresh of a destroy",
    before: true,
    args: ["destroy", "-auto-approve"],
    method: "GET",
    path: /versions/,
  },
  { stage: "destroy", before: true, args: ["destroy", "-auto-approve"], method: "DELETE", path: /versions/ },
];

let count = 0;

describe.skipIf(process.platform !== "linux")("on Linux, which tells of processes in /proc", () => {
  describe.for(inject("terraforms"))("$title", ({ title, path }) => {
    let initialized: Workspace;
    let workspace: Workspace;
    let proxy: RecordingProxy;
    let artifact: string;
    const terraform = (args: readonly string[], interrupt?: AbortSignal) =>
      workspace.run(path, args, { TF_VAR_artifact: artifact }, interrupt);

    /** Terraform, and the providers that it started. */
    const processes = () => processesWith("TMPDIR", workspace.path("tmp"));

    beforeAll(async () => {
      initialized = await Workspace.create();
      await initialized.write("main.tf", configuration);
      expectSuccess(await initialized.run(path, ["init"]));
    });
    afterAll(() => initialized.remove());

    beforeEach(async () => {
      artifact = `kills/a${++count}`;
      const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-1" }];
      const builds = [{ name: "a", artifact_type: "amazon.ami", images }];
      await registry.client.publish(`${artifact}-parent`, { fingerprint: "1", builds });
      proxy = await new RecordingProxy(registry.address).start();
      workspace = await newWorkspace({ ...registry.settings, WAYBILL_ADDRESS: proxy.address });
      workspace.settings = { ...workspace.settings, TMPDIR: workspace.path("tmp") };
      await workspace.write("tmp/.keep", "");
      await cp(initialized.directory, workspace.directory, { recursive: true });
    });
    afterEach(() => proxy.stop());

    /** Runs a command up to a request of a stage, does something to it there, and lets the request go on. */
    async function runUntil(
      { args, method, path: where }: Stage,
      what: "request" | "answer",
      hurt: (interrupt: AbortController) => void | Promise<void>,
    ) {
      const reached = Promise.withResolvers<void>();
      const go = Promise.withResolvers<void>();
      proxy.hold = (request, when) => {
        if (when !== what || request.method !== method || !where.test(request.path)) return;
        reached.resolve();
        return go.promise;
      };
      const interrupt = new AbortController();
      const running = terraform(args, interrupt.signal);
      await Promise.race([reached.promise, running]);
      await hurt(interrupt);
      go.resolve();
      const result = await running;
      proxy.hold = () => undefined;
      return result;
    }

    /** Nothing runs, nothing lies about, and what the state says is true or told as a change: all goes on by itself. */
    async function expectSound(isDestroyed: boolean): Promise<void> {
      await until("all processes are gone", async () => (await processes()).length === 0);
      await until("all directories are gone", async () => (await workspace.list("tmp")).join() === ".keep");
      // What locked the state may have been killed.
      await workspace.removeFile(".terraform.tfstate.lock.info").catch(() => undefined);
      if (isDestroyed) {
        expectSuccess(await terraform(["destroy", "-auto-approve"]));
      } else {
        expectSuccess(await terraform(apply));
        const plan = await terraform(["plan", "-detailed-exitcode"]);
        expect(plan.code, plan.output).toBe(0);
      }
      const found = await registry.client.listVersions(artifact).catch(() => ({ items: [] }));
      const state = JSON.parse(await workspace.read("terraform.tfstate"));
      const numbers = state.resources
        .filter(({ type }: { type: string }) => type === "waybill_version")
        .flatMap(({ instances }: { instances: { attributes: { number: number } }[] }) =>
          instances.map(({ attributes }) => attributes.number),
        );
      expect(found.items.map(({ number }) => number)).toEqual(numbers);
      expect(numbers).toHaveLength(isDestroyed ? 0 : 1);
    }

    const isDestroy = ({ args }: Stage) => args[0] === "destroy";
    const prepare = async ({ before }: Stage) => {
      if (before) expectSuccess(await terraform(apply));
    };

    // What of a request was held makes a difference to the registry only, so the first client does for both.
    const isFirst = title === inject("terraforms")[0]?.title;
    for (const what of isFirst ? (["request", "answer"] as const) : (["answer"] as const)) {
      const side = what === "request" ? "before the registry acts" : "when the registry has acted";

      test.for(stages)(`the provider is killed at $stage, ${side}`, async (stage) => {
        await prepare(stage);
        const result = await runUntil(stage, what, async () => {
          const providers = (await processes()).filter(({ command }) =>
            /terraform-provider-waybill/.test(command),
          );
          expect(providers.length).toBeGreaterThan(0);
          for (const { pid } of providers) process.kill(pid, "SIGKILL");
        });
        expectFailure(result);
        await expectSound(isDestroy(stage));
      });

      test.for(stages)(`terraform is interrupted at $stage, ${side}`, async (stage) => {
        await prepare(stage);
        await runUntil(stage, what, (interrupt) => interrupt.abort());
        if (stage.stage === "create") {
          const made = await registry.client.listVersions(artifact).catch(() => ({ items: [] }));
          const inState = (await terraform(["state", "list"])).stdout.includes("waybill_version.web");
          expect(inState).toBe(made.items.length === 1);
        }
        await expectSound(isDestroy(stage));
      });

      test.for(stages)(`terraform is killed at $stage, ${side}`, async (stage) => {
        await prepare(stage);
        const result = await runUntil(stage, what, async () => {
          for (const { pid, command } of await processes()) {
            if (!/terraform-provider-waybill/.test(command)) process.kill(pid, "SIGKILL");
          }
        });
        expect(result.code).toBeNull();
        await expectSound(isDestroy(stage));
      });
    }
  });
});
