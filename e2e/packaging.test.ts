import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { repository } from "../tools/environment.ts";
import { run } from "../tools/run.ts";
import { expectSuccess, useWorkspaces } from "./harness/fixtures.ts";
import { Registry } from "./harness/registry.ts";
import { fileTemplate } from "./harness/templates.ts";

const timeoutMs = 30_000;
const unit = await readFile(join(repository, "packaging/systemd/waybill.service"), "utf8");
const hasSystemd = await run("systemd-analyze", ["--version"], { timeoutMs }).then(
  ({ code }) => code === 0,
  () => false,
);
if (!hasSystemd) console.log("skipped the checks of the systemd unit: there is no systemd-analyze here");

describe.skipIf(!hasSystemd)("the systemd unit", () => {
  let directory: string;
  let path: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "waybill-unit-"));
    path = join(directory, "waybill.service");
    // What it starts is not installed where tests run.
    await writeFile(path, unit.replace("ExecStart=/usr/local/bin/waybill", `ExecStart=${process.execPath}`));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test("has nothing that systemd does not know", async () => {
    expect(expectSuccess(await run("systemd-analyze", ["verify", path], { timeoutMs })).output).toBe("");
  });

  test("exposes less than 2 of 10", async () => {
    const args = ["security", "--offline=yes", "--threshold=20", path];
    expect(expectSuccess(await run("systemd-analyze", args, { timeoutMs })).output).toMatch(
      /Overall exposure level for waybill.service: 1\.\d/,
    );
  });
});

const spoolUnit = await readFile(join(repository, "packaging/systemd/waybill-spool.service"), "utf8");
const spoolTimer = await readFile(join(repository, "packaging/systemd/waybill-spool.timer"), "utf8");

describe.skipIf(!hasSystemd)("the units of the spool", () => {
  test("have nothing that systemd does not know", async () => {
    const directory = await mkdtemp(join(tmpdir(), "waybill-unit-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const service = spoolUnit.replace("/usr/local/bin/waybill", process.execPath);
    await writeFile(join(directory, "waybill-spool.service"), service);
    await writeFile(join(directory, "waybill-spool.timer"), spoolTimer);
    const names = ["waybill-spool.service", "waybill-spool.timer"].map((name) => join(directory, name));
    const env = { ...process.env, XDG_RUNTIME_DIR: directory };
    const verified = await run("systemd-analyze", ["verify", "--user", ...names], { env, timeoutMs });
    expect(expectSuccess(verified).output).toBe("");
  });
});

describe("what the timer of the spool starts", () => {
  const registry = new Registry();
  const newWorkspace = useWorkspaces();
  afterAll(() => registry.remove());
  const given = (name: string) => spoolUnit.match(new RegExp(`^${name}=(.*)$`, "m"))?.[1] ?? "";
  const [, ...args] = given("ExecStart").split(" ");

  test("sends what waits with the settings of its file alone, and takes no failure of a registry that is away", async () => {
    await registry.start();
    const workspace = await newWorkspace({ ...registry.settings, WAYBILL_TIMEOUT: "1s" });
    await workspace.write("web.pkr.hcl", fileTemplate(["web"], 'artifact = "hashicorp/timer"'));
    await registry.stop();
    expectSuccess(await workspace.packer(["build", "."]));

    const settings = Object.entries(registry.settings).map(([name, value]) => `${name}=${value}\n`);
    await workspace.write(".config/waybill/spool.env", settings.join(""));
    expect(given("EnvironmentFile")).toBe("%E/waybill/spool.env");
    // As systemd does: nothing but what the file says.
    const start = () =>
      workspace.run("env", [
        "-i",
        `PATH=${process.env.PATH}`,
        `WAYBILL_SPOOL_DIR=${workspace.spool}`,
        "sh",
        "-euc",
        `set -a; . .config/waybill/spool.env; exec waybill ${args.join(" ")} --timeout 1s`,
      ]);
    expect((await start()).code).toBe(Number(given("SuccessExitStatus")));
    expect(await workspace.list(".spool")).toHaveLength(1);

    await registry.start();
    expectSuccess(await start());
    expect(await workspace.list(".spool")).toEqual([]);
    expect(await registry.client.resolve({ artifact: "hashicorp/timer" })).toMatchObject({ number: 1 });
  });

  test("is started again and again by the timer, which the service is named after", () => {
    expect(spoolTimer).toMatch(/^OnUnitInactiveSec=\d+min$/m);
    expect(spoolTimer).not.toContain("Unit=");
  });
});

test("the systemd unit lets the driver be loaded from where the executable unpacks it, and from nowhere else in the data", () => {
  const value = (name: string) => unit.match(new RegExp(`^${name}=(.*)$`, "m"))?.[1]?.split(" ") ?? [];
  expect(value("NoExecPaths")).toEqual(["/"]);
  const [data = ""] = value("Environment").map((text) => text.replace("WAYBILL_DATA_DIR=", ""));
  expect(value("ExecPaths").filter((path) => path.startsWith(data))).toEqual([`${data}/lib`]);
  expect(value("StateDirectory").map((name) => `/var/lib/${name}`)).toEqual([data, `${data}/lib`]);
  expect(value("StateDirectoryMode")).toEqual(["0700"]);
});

/** The instructions of the container file, continued lines joined; no engine is needed to read it. */
async function instructions(): Promise<string[]> {
  const text = await readFile(join(repository, "packaging/container/Containerfile"), "utf8");
  const lines = text.replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, "");
  return lines.split("\n").filter(Boolean);
}

test("the container is not root, has one volume, which is the user's, and a health check", async () => {
  const file = await instructions();
  const those = (name: string) =>
    file.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  expect(those("USER")).toEqual(["8421:8421"]);
  expect(those("VOLUME")).toEqual(["/var/lib/waybill"]);
  expect(those("ENV")[0]).toContain("WAYBILL_DATA_DIR=/var/lib/waybill");
  expect(those("RUN")[0]).toContain(
    "install --directory --owner=waybill --group=waybill --mode=0700 /var/lib/waybill",
  );
  expect(those("RUN")[0]).toContain("--uid 8421");
  const [health = ""] = those("HEALTHCHECK");
  expect(JSON.parse(health.slice(health.indexOf("[")))).toEqual(["/usr/local/bin/waybill", "health"]);
  expect(JSON.parse(those("ENTRYPOINT")[0] ?? "")).toEqual(["/usr/local/bin/waybill"]);
});

test("what the container is made of is what make build leaves", async () => {
  const copies = (await instructions()).filter((line) => line.startsWith("COPY "));
  const sources = copies.flatMap((line) =>
    line
      .split(" ")
      .slice(1, -1)
      .filter((word) => !word.startsWith("--")),
  );
  expect(sources).toEqual(["dist/waybill", "LICENSE", "dist/waybill-THIRD-PARTY-NOTICES.txt"]);
  for (const source of sources) await access(join(repository, source));
});
