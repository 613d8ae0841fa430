import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repository } from "../tools/environment.ts";
import { run } from "../tools/run.ts";
import { expectSuccess } from "./harness/fixtures.ts";

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
