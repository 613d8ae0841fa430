import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publication, useRegistry } from "../../test/registry.ts";
import { scratch, waybill } from "../../test/waybill.ts";

const run = useRegistry();
const bin = join(import.meta.dirname, "..", "..", "bin", "waybill.js");

let isPublished = false;

/** A registry of its own without a server, made by restoring a backup of the one that runs. */
async function restored(): Promise<{ dir: string; archive: string }> {
  // Enough that it does not fit where the tests have little room; random, so that it does not compress.
  const metadata = Array.from(
    { length: 20 },
    (_, index) => `key-${index}=${randomBytes(3_000).toString("base64")}`,
  );
  const options = metadata.flatMap((each) => ["--metadata", each]);
  if (!isPublished) await run(["publish", "acme/web", ...publication("one", "us-east-1=ami-1"), ...options]);
  isPublished = true;
  const dir = scratch();
  const archive = join(scratch(), "backup.tar");
  const env = { WAYBILL_DATA_DIR: run.dataDir, WAYBILL_DATABASE_URL: run.databaseUrl };
  expect(await waybill(["backup", archive], { env })).toMatchObject({ code: 0 });
  expect(await waybill(["restore", archive, "--data-dir", dir])).toMatchObject({ code: 0 });
  return { dir, archive };
}

test("backs a running registry up, restores it, and both are whole", async () => {
  const { dir, archive } = await restored();
  const dry = await waybill(["restore", archive, "--dry-run", "--json"]);
  expect(JSON.parse(dry.stdout)).toMatchObject({ archive, tables: { versions: { rows: 1 } } });
  expect(
    dry.stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toContainEqual({ note: "versions: 1 rows" });
  const checked = await waybill(["check", "--data-dir", dir]);
  expect(checked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^all is well: \d+ checks\n$/) });
});

test("goes through pipes, and says when the other end is gone", async () => {
  const { dir } = await restored();
  const shell = (line: string) =>
    spawnSync("sh", ["-c", line], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, N: process.execPath, W: bin, D: dir, T: join(scratch(), "new") },
    });
  expect(
    shell("$N $W backup - --data-dir $D | $N $W restore - --data-dir $T && $N $W check --data-dir $T"),
  ).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("all is well"),
  });
  const cut = shell('( $N $W backup - --data-dir $D; echo "ended with $?" >&2 ) | true');
  expect(cut.stderr).toContain("ended with 4");
});

test.runIf(existsSync("/dev/full"))("a full disk leaves no archive and no registry", async () => {
  const { dir, archive } = await restored();
  const full = spawnSync(
    "sh",
    ["-c", `"$0" "${bin}" backup - --data-dir "${dir}" > /dev/full`, process.execPath],
    { encoding: "utf8" },
  );
  expect(full).toMatchObject({ status: 4, stderr: expect.stringContaining("ENOSPC") });

  // A limit of the size of files is as good as a full disk, and takes no mounting.
  const place = scratch();
  const limited = (blocks: number, command: string) =>
    spawnSync(
      "sh",
      ["-c", `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "${bin}" ${command}`, process.execPath],
      { encoding: "utf8", cwd: place },
    );
  const backup = limited(64, `backup b.tar --data-dir "${dir}"`);
  expect(backup).toMatchObject({
    status: 4,
    stderr: expect.stringMatching(/b\.tar cannot be written: EFBIG.*Nothing was kept/),
  });
  expect(readdirSync(place)).toEqual([]);
  const restore = limited(100, `restore "${archive}" --data-dir "${place}/data"`);
  expect(restore).toMatchObject({ status: 4, stderr: expect.stringContaining("Nothing was put in place") });
  expect(readdirSync(join(place, "data"))).toEqual([]);
});

test("ended by Ctrl-C it leaves nothing; killed, what says that it is no registry", async () => {
  const { archive } = await restored();
  for (const [signal, left] of [
    ["SIGINT", []],
    ["SIGKILL", ["waybill.sqlite.restoring"]],
  ] as const) {
    const dir = scratch();
    // The archive never ends: what is restored waits for more.
    const child = spawn(process.execPath, [bin, "restore", "-", "--data-dir", dir], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    child.stdin?.on("error", () => undefined).write(readFileSync(archive).subarray(0, -4_096));
    await says(child, /versions: 1 rows/);
    child.kill(signal);
    await once(child, "close");
    expect(readdirSync(dir).filter((name) => !name.endsWith("-journal") && name !== "files")).toEqual(left);
    if (signal !== "SIGKILL") continue;
    const again = await waybill(["restore", archive, "--data-dir", dir]);
    expect(again).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("waybill.sqlite.restoring exists"),
    });
    expect((await waybill(["check", "--data-dir", dir])).code).toBe(4);
  }
});

test("does not migrate what a server uses", async () => {
  const to = `sqlite:${join(scratch(), "new.sqlite")}`;
  const refused = await waybill(["migrate", "--from", run.databaseUrl, "--to", to]);
  expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining("Stop it first") });
  expect(existsSync(to.slice("sqlite:".length))).toBe(false);
  const { dir } = await restored();
  const from = `sqlite:${join(dir, "waybill.sqlite")}`;
  const done = await waybill(["migrate", "--from", from, "--to", to]);
  expect(done).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^copied \d+ rows in \d+ tables to .*; both are the same\n$/),
  });
});

test("names what is wrong with the data, and ends with 4", async () => {
  const { dir } = await restored();
  const file = join(dir, "waybill.sqlite");
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xa5, bytes.length - 8_192));
  const { code, stdout, stderr } = await waybill(["check", "--data-dir", dir, "--json"]);
  expect(code).toBe(4);
  expect(JSON.parse(stdout).findings[0]).toMatchObject({ check: "database", place: "the file" });
  expect(stderr).toContain("wrong with the data");
});

test("asks the doctor about server and way to the registry", async () => {
  const { dir } = await restored();
  const { code, stdout } = await run(["doctor", "--data-dir", dir, "--json"]);
  const { found } = JSON.parse(stdout) as { found: { subject: string; state: string }[] };
  const states = Object.fromEntries(found.map(({ subject, state }) => [subject, state]));
  expect(states).toMatchObject({
    tables: "right",
    registry: "right",
    token: "right",
    "clock of the registry": "right",
  });
  expect(code).toBe(0);
  const wrong = await run(["doctor", "--client"], { env: { WAYBILL_TOKEN: `wbl_${"x".repeat(43)}` } });
  expect(wrong).toMatchObject({ code: 4, stdout: expect.stringMatching(/^wrong\ttoken\t/m) });
  expect(wrong.stdout).not.toContain("data directory");
});

test("says what restore is for to who means a revocation", async () => {
  const { code, stderr } = await waybill(["restore", "acme/web", "7"]);
  expect(code).toBe(2);
  expect(stderr).toContain("waybill unrevoke acme/web 7");
  expect((await waybill(["restore", "--help"])).stdout).not.toContain("[version]");
});

test.each([
  [["backup", "x.tar", "--database-url", "mysql://x"], 2, "--database-url must be sqlite:"],
  [["backup", "x.tar", "--database-url", "postgres://u:hunter2@127.0.0.1:1/x"], 3, "cannot be reached"],
  [["backup", "x.tar", "--data-dir", "/nowhere"], 4, "There is no registry in"],
  [["restore", "/nowhere.tar"], 4, "cannot be read: ENOENT"],
  [["migrate", "--from", "sqlite:/a", "--to", "sqlite:/a"], 4, "the same database"],
  [["migrate", "--from", "sqlite:/a", "--to", "sqlite:/b", "--files-to", "directory:/c"], 2, "go together"],
])("%j is refused in a sentence", async (args, expected, sentence) => {
  const { code, stderr } = await waybill(args, { cwd: scratch() });
  expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringContaining(sentence) });
  expect(stderr).not.toContain("hunter2");
});

async function says(child: ChildProcess, pattern: RegExp): Promise<void> {
  let said = "";
  for await (const chunk of child.stderr ?? []) {
    said += chunk;
    if (pattern.test(said)) return;
  }
  throw new Error(`it ended without saying ${pattern}: ${said}`);
}
