import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type SpoolRecord, writeSpoolRecord } from "@waybill/registry-client";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { publication, useRegistry } from "../../test/registry.ts";
import { bin } from "../../test/waybill.ts";

const run = useRegistry();

beforeEach(async () => {
  await rm(run.spool, { recursive: true, force: true });
});

function record(artifact: string, fingerprint: string, id: string, ended_at: string): SpoolRecord {
  const images = [{ platform: "aws", region: "us-east-1", external_id: id }];
  return {
    format: 1,
    address: run.address(),
    artifact,
    open: { fingerprint, expected_builds: ["web"] },
    build: { name: "web", report: { artifact_type: "amazon.ami", images, ended_at } },
    created_at: "2026-01-01T00:00:00Z",
    reason: "away",
  };
}

test("says that nothing waits", async () => {
  const nothing = `nothing waits in ${run.spool}\n`;
  expect(await run(["spool", "list"])).toEqual({ code: 0, stdout: "", stderr: nothing });
  expect(await run(["spool", "send"])).toEqual({ code: 0, stdout: "", stderr: nothing });
});

test("lists what waits, damaged files too", async () => {
  await writeSpoolRecord(run.spool, record("acme/web", "f1", "ami-1", "2026-01-01T00:00:00Z"));
  await writeFile(join(run.spool, "0.json"), "{");
  const { stdout } = await run(["spool", "list"]);
  expect(stdout).toMatch(/^damaged\t0\.json\t.*JSON/);
  expect(stdout).toContain(
    `waits\tacme/web\tweb\tus-east-1=ami-1\t2026-01-01T00:00:00Z\t${run.address()}\tf1: away\n`,
  );
});

test("sends the oldest first, once, even when two send at the same time", async () => {
  await writeSpoolRecord(run.spool, record("twice/web", "f2", "ami-2", "2026-01-02T00:00:00Z"));
  await writeSpoolRecord(run.spool, record("twice/web", "f1", "ami-1", "2026-01-01T00:00:00Z"));
  const both = await Promise.all([run(["spool", "send"]), run(["spool", "send"])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.map(({ stdout }) => stdout).join("")).toBe(
    "sent web of twice/web, which is complete as 1\nsent web of twice/web, which is complete as 2\n",
  );
  expect(await readdir(run.spool)).toEqual([]);
  const { stdout } = await run(["versions", "list", "twice/web"]);
  expect(stdout.split("\n").map((row) => row.split("\t").slice(0, 4).join(" "))).toEqual([
    "2 complete  f2",
    "1 complete  f1",
    "",
  ]);
});

test("ended by Ctrl-C while the registry does not answer, it keeps the record and nobody else waiting", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void silent.close());
  await once(silent, "listening");
  const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  const waiting = { ...record("silent/web", "f1", "ami-1", "2026-01-01T00:00:00Z"), address };
  await writeSpoolRecord(run.spool, waiting);
  const env = { ...process.env, ...run.settings(), WAYBILL_SPOOL_DIR: run.spool, WAYBILL_ADDRESS: address };
  const sender = spawn(process.execPath, [bin, "spool", "send"], { env, stdio: "ignore" });
  const [connection] = (await once(silent, "connection")) as [Socket];
  onTestFinished(() => void connection.destroy());
  sender.kill("SIGINT");
  expect(await once(sender, "close")).toEqual([130, null]);
  expect(await readdir(run.spool)).toHaveLength(1);
});

test("leaves latest where something newer is", async () => {
  await run(["publish", "newer/web", ...publication("new", "=ami-new")]);
  await writeSpoolRecord(run.spool, record("newer/web", "old", "ami-old", "2026-01-01T00:00:00Z"));
  const { code, stdout, stderr } = await run(["spool", "send"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "sent web of newer/web, which is complete as 2\n" });
  expect(stderr).toMatch(/^warning: web of newer\/web: .*latest.*\n$/);
  expect((await run(["resolve", "newer/web"])).stdout).toBe("ami-new\n");
});

test("sets aside what the registry refuses, ends with 4 and says where it is", async () => {
  await run(["publish", "refused/web", ...publication("f", "=ami-1"), "--build", "web"]);
  await writeSpoolRecord(run.spool, record("refused/web", "f", "ami-2", "2026-01-01T00:00:00Z"));
  const { code, stderr } = await run(["spool", "send"]);
  expect(code).toBe(4);
  expect(stderr).toMatch(/^warning: .*\.json is now in .*refused: Version 1 of "refused\/web" is complete/);
  expect(stderr).toContain(`waybill: 1 of 1 could not be published, see ${run.spool}/refused\n`);
  expect(await readdir(join(run.spool, "refused"))).toHaveLength(2);
  expect((await run(["spool", "send"])).code).toBe(0);
  expect((await run(["spool", "list"])).stdout).toMatch(
    /^refused\trefused\/web\tweb\tus-east-1=ami-2\t.*\tf: Version 1 of "refused\/web" is complete.*\n$/,
  );
  expect((await run(["spool", "send", "--refused"])).code).toBe(4);
});

test("waybill doctor names what waits and what was refused, with the command for each", async () => {
  for (const dir of [run.spool, join(run.spool, "refused")])
    await writeSpoolRecord(dir, record("acme/web", "f1", "ami-1", "2026-01-01T00:00:00Z"));
  const { stdout } = await run(["doctor", "--client"]);
  expect(stdout).toMatch(/spool\t.*1 publications wait to be sent.*waybill spool send/);
  expect(stdout).toMatch(/spool\t.*1 publications were refused and set aside.*waybill spool list/);
});

test("assigns channels, and says which one stays where it is and why", async () => {
  await run(["publish", "moved/on", ...publication("new", "=ami-new")]);
  await run(["channels", "create", "moved/on", "staging"]);
  await run(["channels", "assign", "moved/on", "staging", "1"]);
  const waiting = record("moved/on", "old", "ami-old", "2026-01-01T00:00:00Z");
  await writeSpoolRecord(run.spool, { ...waiting, channels: ["staging", "old"] });
  const { code, stderr } = await run(["spool", "send"]);
  expect(code).toBe(0);
  expect(stderr).toContain(
    "warning: channel staging of moved/on: it stays at version 1, which was built later\n",
  );
  expect((await run(["resolve", "moved/on", "--channel", "staging"])).stdout).toBe("ami-new\n");
  expect((await run(["resolve", "moved/on", "--channel", "old"])).stdout).toBe("ami-old\n");
});

test("what the token is not for waits, is named, and ends with 4; the rest is sent", async () => {
  const { stdout: token } = await run(["tokens", "create", "one", "--scope", "publish:mine/*"]);
  await writeSpoolRecord(run.spool, record("theirs/web", "f1", "ami-1", "2026-01-01T00:00:00Z"));
  await writeSpoolRecord(run.spool, record("mine/web", "f2", "ami-2", "2026-01-02T00:00:00Z"));
  const { code, stdout, stderr } = await run(["spool", "send", "--token", token.trim()]);
  expect(stderr).toMatch(/^warning: theirs\/web still waits: .*publish/);
  expect({ code, stdout }).toEqual({
    code: 4,
    stdout: "sent web of mine/web, which is complete as 1\n",
  });
  expect(await readdir(run.spool)).toHaveLength(1);
});

test("keeps all when the registry is away, and ends with 3", async () => {
  const away = "http://127.0.0.1:9/";
  await writeSpoolRecord(run.spool, {
    ...record("away/web", "f", "ami-1", "2026-01-01T00:00:00Z"),
    address: away,
  });
  expect((await run(["spool", "send", "--address", away, "--timeout", "1s"])).code).toBe(3);
  expect(await readdir(run.spool)).toHaveLength(1);
});

test("sends nothing meant for another registry unless that has moved", async () => {
  const old = "https://waybill.old.test/";
  await writeSpoolRecord(run.spool, {
    ...record("moved/web", "f", "ami-1", "2026-01-01T00:00:00Z"),
    address: old,
  });
  const { code, stderr } = await run(["spool", "send"]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `some wait for ${old}; send them with --address ${old}, or with --moved to ${run.address()}\n`,
  });
  expect(JSON.parse((await run(["spool", "send", "--moved", "--json"])).stdout)).toEqual({
    sent: 1,
    set_aside: 0,
    left: 0,
    other_addresses: [],
    logs_sent: 0,
  });
});

test("says when the spool cannot be read", async () => {
  await mkdir(join(run.spool, ".."), { recursive: true });
  await writeFile(run.spool, "a file");
  const { code, stderr } = await run(["spool", "list"]);
  expect(code).toBe(4);
  expect(stderr).toContain("ENOTDIR");
});
