import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backupToFile } from "../src/operating/backup.ts";
import { placeOf } from "../src/operating/places.ts";
import { newToken } from "../src/tokens/token.ts";
import { ami } from "./api.ts";
import { ServeProcess } from "./serve-process.ts";

describe("waybill serve", () => {
  let directory: string;
  let processes: ServeProcess[];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "waybill-serve-"));
    processes = [];
  });
  afterEach(async () => {
    for (const { child } of processes)
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });

  function serve(args: string[] = [], env: Record<string, string> = {}): ServeProcess {
    const defaults = { WAYBILL_LISTEN: "127.0.0.1:0", WAYBILL_DATA_DIR: directory };
    const started = new ServeProcess(args, { ...defaults, ...env });
    processes.push(started);
    return started;
  }

  const publish = (url: string, token: string, fingerprint: string) =>
    fetch(`${url}/v1/artifacts/serve/one/versions`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ fingerprint, builds: [{ name: "a", ...ami(`ami-${fingerprint}`) }] }),
    });

  it("says where it listens and where data lies, shows a token once, and ends with 0 on SIGTERM", async () => {
    const first = await serve().started();
    expect(first.stdout).toContain(`Data: ${join(directory, "waybill.sqlite")}`);
    const token = /Admin token \(shown once\): (wbl_\S{43})/.exec(first.stdout)?.[1] ?? "";
    expect((await publish(first.url, token, "f")).status).toBe(201);
    expect(await first.end("SIGTERM")).toBe(0);
    const log = await first.stderr;
    for (const line of log.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("time");
    expect(log).not.toContain("wbl_");
    const second = await serve().started();
    expect(second.stdout).not.toContain("wbl_");
    expect((await publish(second.url, token, "f")).status).toBe(200);
    expect(await second.end("SIGINT")).toBe(0);
  });

  it("shows the token at the first start that listens, also after one that found the port taken", async () => {
    const other = await serve([], { WAYBILL_DATA_DIR: join(directory, "other") }).started();
    const taken = serve([], { WAYBILL_LISTEN: new URL(other.url).host });
    await once(taken.child, "exit");
    expect(await taken.stderr).toContain("EADDRINUSE");
    const first = await serve().started();
    const token = /Admin token \(shown once\): (wbl_\S{43})/.exec(first.stdout)?.[1] ?? "";
    expect((await publish(first.url, token, "f")).status).toBe(201);
  });

  it("refuses a SQLite file that another server has, which it names, until that one is gone, however it went", async () => {
    const first = await serve().started();
    const second = serve(["--listen", "127.0.0.1:0"]);
    expect((await once(second.child, "exit"))[0]).toBe(1);
    const file = join(directory, "waybill.sqlite");
    expect(await second.stderr).toMatch(
      new RegExp(
        `^waybill serve: Another server uses the database file "${file}" \\(process ${first.child.pid} on .*\\).*\n$`,
      ),
    );
    const place = await placeOf(`sqlite:${file}`, directory);
    const needs = { place, files: undefined, progress: () => {} };
    expect((await backupToFile(join(directory, "backup.tar"), needs)).tables.tokens?.rows).toBeGreaterThan(0);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    await first.end("SIGKILL");
    const third = await serve().started();
    expect(await third.end("SIGTERM")).toBe(0);
    const alias = join(directory, "alias.sqlite");
    symlinkSync(file, alias);
    await serve().started();
    const byLink = serve(["--database-url", `sqlite:${alias}`]);
    expect((await once(byLink.child, "exit"))[0]).toBe(1);
    expect(await byLink.stderr).toContain("Another server uses");
  });

  it("of servers that start at the same moment on one SQLite file, one starts", async () => {
    const started = await Promise.allSettled([1, 2, 3, 4].map(() => serve().started()));
    expect(started.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("says which variables have no effect, with the nearest that has, whether it starts or not", async () => {
    const misspelt = { WAYBILL_DATABSE_URL: "sqlite:/nowhere", WAYBILL_TOKEN: "x", WAYBILL_ELSEWHERE: "x" };
    const started = await serve([], misspelt).started();
    const sentence =
      "WAYBILL_DATABSE_URL is not known, and so without effect; was WAYBILL_DATABASE_URL meant?";
    expect(started.stdout).toContain(
      `${sentence}.\nWAYBILL_ELSEWHERE is not known, and so without effect.\n`,
    );
    expect(started.stdout).not.toContain("WAYBILL_TOKEN");
    const failed = serve(["--listen", "nowhere"], misspelt);
    await once(failed.child, "exit");
    expect(await failed.stderr).toContain(sentence);
  });

  it("does not start where files cannot be kept, and says so in a sentence", async () => {
    writeFileSync(join(directory, "taken"), "");
    const failed = serve(["--files", `directory:${join(directory, "taken")}`]);
    expect((await once(failed.child, "exit"))[0]).toBe(1);
    expect(await failed.stderr).toMatch(
      /^waybill serve: Files cannot be kept in the directory ".*taken": it is no directory\. .*WAYBILL_FILES.*\n$/,
    );
  });

  it("starts where a bucket cannot be reached now, and says so", async () => {
    const away = { WAYBILL_FILES: "s3://bucket", WAYBILL_S3_ENDPOINT: "http://127.0.0.1:9" };
    const credentials = { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "y", AWS_MAX_ATTEMPTS: "1" };
    const started = await serve([], { ...away, ...credentials }).started();
    expect(started.stdout).toMatch(
      /\nNo files can be stored now\. Files cannot be kept in the bucket of s3:\/\/bucket: /,
    );
  });

  it("never prints the token it is given", async () => {
    const token = newToken();
    const started = await serve(["--log-level", "trace"], { WAYBILL_BOOTSTRAP_TOKEN: token }).started();
    expect((await publish(started.url, token, "f")).status).toBe(201);
    // Also where no token belongs, by mistake.
    await fetch(`${started.url}/v1/artifacts/serve/${token}`);
    await started.end("SIGTERM");
    const stderr = await started.stderr;
    expect(stderr).toContain("/v1/artifacts/serve/[redacted]");
    expect(started.stdout + stderr).not.toContain(token.slice(4));
  });

  it("is not ended by SIGHUP, which asks it to read certificates again", async () => {
    const started = await serve(["--dev"]).started();
    started.child.kill("SIGHUP");
    expect((await fetch(`${started.url}/v1/artifacts`)).status).toBe(200);
    expect(await started.end("SIGTERM")).toBe(0);
  });

  it("with --dev asks for no token and says so", async () => {
    const started = await serve(["--dev"]).started();
    expect(started.stdout).toContain("Development mode: no token is asked for");
    expect((await fetch(`${started.url}/v1/artifacts`)).status).toBe(200);
    await started.end("SIGTERM");
  });

  it.each([
    [
      ["--listen", "nowhere"],
      2,
      /^waybill serve: --listen must be host:port, such as 127\.0\.0\.1:8421 or \[::1\]:8421\.\n$/,
    ],
    [["--dev", "--listen", "0.0.0.0:0"], 2, /^waybill serve: --listen is "0\.0\.0\.0", but --dev .*\n$/],
    [
      ["--database-url", "postgres://u:secret@127.0.0.1:9/x"],
      3,
      /^waybill serve: The database cannot be used: .*ECONNREFUSED.*\n$/,
    ],
  ])("%j ends with %i and one sentence", async (args, code, message) => {
    const started = serve(args);
    const [exitCode] = await once(started.child, "exit");
    const stderr = await started.stderr;
    expect(exitCode).toBe(code);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("secret");
  });

  it("--help shows every flag and variable", async () => {
    const started = serve(["--help"]);
    const stdout = started.child.stdout ? await text(started.child.stdout) : "";
    expect(stdout).toMatch(/^Usage: waybill serve /);
    for (const name of ["--listen", "WAYBILL_DATABASE_URL", "WAYBILL_BOOTSTRAP_TOKEN", "--dev"])
      expect(stdout).toContain(name);
  });
});
