import { once } from "node:events";
import { mkdir, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, inject, onTestFinished, test } from "vitest";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { processesWith } from "./harness/processes.ts";
import { RecordingProxy } from "./harness/recording-proxy.ts";
import { fileSource, requiredPlugins } from "./harness/templates.ts";
import { until } from "./harness/until.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();
const packer = inject("packer");

/** Short, so that a test does not wait as long as a person would want to. */
const impatient = { WAYBILL_TIMEOUT: "1s" };

/** A build of one file, with what comes after it. */
const template = (artifact: string, more = "") => `${requiredPlugins}
${fileSource("web")}
build {
  sources = ["source.file.web"]
  post-processor "waybill" {
    artifact = "${artifact}"
  }
  ${more}
}
`;

const faults: Record<string, { answers: number; after?: number; body?: object }> = {
  "answers after 30 s": { answers: 200, after: 30_000 },
  "answers 500": {
    answers: 500,
    body: { type: "about:blank", title: "Broken", status: 500, code: "internal", detail: "It broke." },
  },
  "answers 401": {
    answers: 401,
    body: {
      type: "about:blank",
      title: "No",
      status: 401,
      code: "unauthorized",
      detail: "The token is not known.",
    },
  },
};

/** A registry that has one fault. */
async function faulty(name: string): Promise<string> {
  const fault = faults[name];
  if (!fault) return "http://127.0.0.1:1";
  const server = createServer((_request, response) => {
    setTimeout(() => {
      response.writeHead(fault.answers, { "content-type": "application/problem+json" });
      response.end(JSON.stringify(fault.body ?? {}));
    }, fault.after ?? 0).unref();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const run = (workspace: Workspace, settings: NodeJS.ProcessEnv = {}) =>
  workspace.waybill(["run", "--strict", "--", packer, "build", "."], settings);

test.each(["is away", ...Object.keys(faults)])(
  "a registry that %s costs no image, no record and no log",
  async (name) => {
    const artifact = `faults/${name.replace(/\W+/g, "-")}`;
    const workspace = await newWorkspace({ ...registry.settings, ...impatient, WAYBILL_FINGERPRINT: "f" });
    await workspace.write("web.pkr.hcl", template(artifact));
    const { code, output } = await run(workspace, { WAYBILL_ADDRESS: await faulty(name) });

    expect(code, output).toBe(4);
    expect(output).toContain("Build 'file.web' finished");
    expect(output).toContain("NOT PUBLISHED YET: ");
    expect(output).toMatch(
      / {4}file\.web: NOT PUBLISHED YET: .*; its log waits in .*\nTo send what waits, type: waybill spool send/,
    );
    expect(await workspace.list("images")).toEqual(["web.img"]);

    expectSuccess(await workspace.waybill(["spool", "send", "--moved"]));
    expect(await workspace.list(".spool/logs")).toEqual([]);
    expect(await registry.client.getVersion(artifact, 1)).toMatchObject({
      fingerprint: "f",
      state: "complete",
    });
    const log = expectSuccess(await workspace.waybill(["logs", "show", artifact, "1"]));
    expect(log.stdout).toContain("Build 'file.web' finished");
  },
);

test("a disk that is full for the spool costs no image, and it is said how to publish by hand", async () => {
  const workspace = await newWorkspace({ ...registry.settings, ...impatient, WAYBILL_FINGERPRINT: "f" });
  await workspace.write("web.pkr.hcl", template("faults/full"));
  await mkdir(workspace.spool);
  // A file system of its own, as small as can be and full, for this command alone.
  const fill =
    'mount -t tmpfs -o size=4k,mode=700 none "$0" && { head -c 4096 /dev/zero > "$0/full"; exec "$@"; }';
  const own = ["--user", "--map-root-user", "--mount", "sh", "-c"];
  const possible = await workspace
    .run("unshare", [...own, "mount -t tmpfs none /mnt"])
    .catch(() => undefined);
  if (possible?.code !== 0) {
    console.error("skipped: nobody may mount a file system here");
    return;
  }
  const command = ["waybill", "run", "--strict", "--", packer, "build", "."];
  const settings = { WAYBILL_ADDRESS: await faulty("is away") };
  const { code, output } = await workspace.run(
    "unshare",
    [...own, fill, workspace.spool, ...command],
    settings,
  );
  expect(code, output).toBe(4);
  expect(output).toMatch(/NOT PUBLISHED: .*could not be put into the spool.*ENOSPC/);
  expect(output).toContain("type: waybill publish faults/full --fingerprint f");
  expect(output).toContain("its log is NOT KEPT");
  expect(await workspace.list("images")).toEqual(["web.img"]);
  const byHand = [
    "publish",
    "faults/full",
    "--fingerprint",
    "f",
    "--build",
    "file.web",
    "--type",
    "file.image",
  ];
  expectSuccess(await workspace.waybill([...byHand, "--file", "images/web.img"]));
});

test("without Node, or with an old one, nothing is built, and it is said what to install", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write("web.pkr.hcl", template("faults/node"));
  await workspace.write("old-node", "#!/bin/sh\necho v20.1.0\n");
  await workspace.run("chmod", ["+x", "old-node"]);
  for (const node of ["no-such-node", workspace.path("old-node")]) {
    const { output } = expectFailure(await run(workspace, { WAYBILL_NODE: node }));
    expect(output).toContain("install Node.js 22 or newer, or set WAYBILL_NODE");
    expect(await workspace.list("images")).toEqual([]);
  }
});

test("a Node that is gone when it is needed costs no image", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write(
    "web.pkr.hcl",
    template("faults/gone").replace(
      "post-processor",
      `post-processor "shell-local" {
    inline = ["rm node"]
  }
  post-processor`,
    ),
  );
  await symlink(process.execPath, workspace.path("node"));
  const { code, output } = await run(workspace, { WAYBILL_NODE: workspace.path("node") });
  expect(code, output).toBe(4);
  expect(output).toContain("Waybill needs Node.js to publish");
  expect(output).toContain("Publish it by hand (waybill publish --help): faults/gone, build file.web");
  expect(output).toContain("file.web: NOT PUBLISHED");
  expect(await workspace.list("images")).toEqual(["web.img"]);
});

/** A registry that hangs until it is told otherwise. */
async function hanging(): Promise<RecordingProxy> {
  const proxy = await new RecordingProxy(registry.address).start();
  onTestFinished(() => proxy.stop());
  proxy.hangs = true;
  return proxy;
}

test("the program of the plugin, killed while it publishes, is started once more; killed again, it is said", async () => {
  const proxy = await hanging();
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_ADDRESS: proxy.address });
  await workspace.write("web.pkr.hcl", template("faults/killed"));
  const programs = async () =>
    (await processesWith("WAYBILL_SPOOL_DIR", workspace.spool)).filter(({ command }) =>
      command.includes("program.cjs"),
    );
  const killOne = async (asked: number) => {
    await until("a program of the plugin publishes", async () => {
      const isAsked =
        proxy.requests.filter(({ headers }) => headers.includes("packer-plugin")).length > asked;
      return isAsked && (await programs()).length === 1;
    });
    for (const { pid } of await programs()) process.kill(pid, "SIGKILL");
    return proxy.requests.filter(({ headers }) => headers.includes("packer-plugin")).length;
  };

  const mended = workspace.packer(["build", "."]);
  await killOne(0);
  proxy.hangs = false;
  const { output } = expectSuccess(await mended);
  expect(output).toContain("trying once more");
  expect(output).toContain("faults/killed: version 1 is complete");

  proxy.hangs = true;
  const asked = proxy.requests.filter(({ headers }) => headers.includes("packer-plugin")).length;
  const lost = run(workspace, { WAYBILL_TIMEOUT: "10s", WAYBILL_FINGERPRINT: "f" });
  await killOne(await killOne(asked));
  const twice = await lost;
  expect(twice.code, twice.output).toBe(4);
  expect(twice.output).toContain("the program of the plugin ended twice while it published");
  expect(twice.output).toContain(
    "Publish it by hand (waybill publish --help): faults/killed, build file.web, fingerprint f",
  );
  expect(await workspace.list("images")).toEqual(["web.img"]);
});
