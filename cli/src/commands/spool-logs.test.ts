import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type SpooledLog, writeSpooledLog } from "@waybill/registry-client/spool-logs";
import { expect, test } from "vitest";
import { useRegistry } from "../../test/registry.ts";

const run = useRegistry();

function record(artifact: string, more: Partial<SpooledLog> = {}): SpooledLog {
  return {
    format: 1,
    address: run.address(),
    artifact,
    open: { fingerprint: "f", expected_builds: ["web", "worker"] },
    build: "web",
    offset: 0,
    created_at: "2026-01-01T00:00:00.000Z",
    reason: "away",
    ...more,
  };
}

const show = (artifact: string) => run(["logs", "show", artifact, "f", "--build", "web"]);

test("logs wait in the spool for their owner only, and are sent once, with the failure of their build", async () => {
  const failure = { error: "no room left", failed_at: "2026-01-01T00:00:00.000Z" };
  const bytes = Buffer.from("\x1b[1m==> web: hello\x1b[0m\n\xff", "latin1");
  const path = await writeSpooledLog(run.spool, record("acme/logs", { failure }), bytes);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await run(["spool", "list"])).stdout).toBe(
    `waits\tacme/logs\tweb\tits log, ${bytes.length} bytes; it failed\t2026-01-01T00:00:00.000Z\t${run.address()}\tf: away\n`,
  );

  const both = await Promise.all([run(["spool", "send"]), run(["spool", "send"])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.map(({ stdout }) => stdout).join("")).toBe("sent the log of web of acme/logs\n");
  expect(await readdir(join(run.spool, "logs"))).toEqual([]);
  expect((await show("acme/logs")).stdout).toBe(bytes.toString());
  const version = await run.client().getVersion("acme/logs", "fingerprint:f");
  expect(version.failed_builds).toEqual([{ name: "web", ...failure }]);
});

test("the rest of a log goes after what the registry has", async () => {
  const client = run.client();
  await client.publish("acme/rest", record("").open);
  await client.logs.append("acme/rest", "fingerprint:f", "web", { offset: 0, bytes: Buffer.from("one\n") });
  await writeSpooledLog(run.spool, record("acme/rest", { offset: 4 }), Buffer.from("two\n"));
  await run(["spool", "send"]);
  expect((await show("acme/rest")).stdout).toBe("one\ntwo\n");
  const logs = await client.logs.list("acme/rest", "fingerprint:f");
  expect(logs).toMatchObject([{ ended_at: expect.any(String) }]);
});

test("a log that the registry refuses is set aside with the reason, and the next one is sent", async () => {
  const path = await writeSpooledLog(run.spool, record("acme/gap", { offset: 9 }), Buffer.from("x"));
  await writeSpooledLog(run.spool, record("acme/after"), Buffer.from("y"));
  const { code, stdout, stderr } = await run(["spool", "send"]);
  expect([code, stdout]).toEqual([0, "sent the log of web of acme/after\n"]);
  expect(stderr).toContain("has 0 bytes");
  const name = path.slice(join(run.spool, "logs", "/").length);
  expect(await readdir(join(run.spool, "logs", "refused"))).toEqual([name, `${name}.reason.txt`]);
});

test("a log for another registry stays, and one that cannot be sent now ends with 3", async () => {
  await writeSpooledLog(
    run.spool,
    record("acme/other", { address: "http://127.0.0.1:1/" }),
    Buffer.from("x"),
  );
  expect((await run(["spool", "send"])).code).toBe(0);
  const { code } = await run(["spool", "send"], { env: { WAYBILL_ADDRESS: "http://127.0.0.1:1/" } });
  expect(code).toBe(3);
  expect((await run(["spool", "send", "--moved"])).stdout).toBe("sent the log of web of acme/other\n");
});
