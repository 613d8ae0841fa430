import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { useRegistry, version } from "../../test/registry.ts";
import { scratch } from "../../test/waybill.ts";

const run = useRegistry();
const bin = join(import.meta.dirname, "..", "..", "bin", "waybill.js");
const text = "\x1b[32m==> docker.web: building\x1b[0m\r\n==> docker.web: done\n";

beforeAll(async () => {
  await run.client().publish("acme/web", version("one"));
  await run.client().publish("acme/two", { fingerprint: "two", expected_builds: ["a", "b"] });
});

const logs = (...args: string[]) => run(["logs", ...args]);

test("a log is appended from a file, once, and shown as it was", async () => {
  expect(await logs("show", "acme/web", "1")).toMatchObject({ code: 1, stdout: "" });
  const file = join(scratch(), "build.log");
  writeFileSync(file, text);
  for (const _ of ["first", "again"]) {
    expect(await logs("append", "acme/web", "1", "--file", file)).toMatchObject({
      code: 0,
      stdout: `the log of ami has ${text.length} bytes\n`,
    });
  }
  expect(await logs("show", "acme/web", "1")).toMatchObject({ code: 0, stdout: text });
  expect((await logs("show", "acme/web", "1", "--offset", "31")).stdout).toBe(text.slice(31));
  expect((await logs("list", "acme/web", "1")).stdout).toMatch(/^ami\t56\twhole\t/);
  writeFileSync(file, "another\n");
  const other = await logs("append", "acme/web", "1", "--file", file);
  expect(other).toMatchObject({
    code: 4,
    stderr: expect.stringContaining("this is another log. Delete the"),
  });
  expect((await logs("delete", "acme/web", "1", "--yes")).code).toBe(0);
  expect(await logs("show", "acme/web", "1")).toMatchObject({ code: 1 });
});

test("what is built is passed on, sent while it comes, and followed", async () => {
  const env = { ...process.env, ...run.settings() };
  const stdio = ["pipe", "pipe", "pipe"] as const;
  const named = ["acme/live", "f1", "--build", "docker.web"];
  const appending = spawn(process.execPath, [bin, "logs", "append", ...named, "--open"], {
    env,
    stdio: [...stdio],
  });
  appending.stdin.write("one\n");
  await once(appending.stdout, "data");
  await expect
    .poll(() =>
      run
        .client()
        .logs.list("acme/live", "fingerprint:f1")
        .catch(() => []),
    )
    .toHaveLength(1);
  const following = spawn(process.execPath, [bin, "logs", "follow", ...named], { env, stdio: [...stdio] });
  const seen: string[] = [];
  following.stdout.setEncoding("utf8").on("data", (part) => seen.push(part));
  await once(following.stdout, "data");
  appending.stdin.write("two\n");
  await expect.poll(() => seen.join("")).toBe("one\ntwo\n");
  appending.stdin.end("three\n");
  const [[appended], [followed]] = await Promise.all([once(appending, "close"), once(following, "close")]);
  expect([appended, followed]).toEqual([0, 0]);
  expect(seen.join("")).toBe("one\ntwo\nthree\n");
});

test("a log can be written in several steps", async () => {
  const append = (stdin: string, ...args: string[]) =>
    run(["logs", "append", "acme/two", "two", "--build", "a", ...args], { stdin });
  expect((await append("step 1\n", "--more")).stdout).toBe("step 1\n");
  expect((await logs("list", "acme/two", "two")).stdout).toMatch(/^a\t7\tgrowing\t/);
  expect((await append("step 2\n", "--continue")).code).toBe(0);
  expect((await logs("show", "acme/two", "two")).stdout).toBe("step 1\nstep 2\n");
});

test("a build is not kept waiting, and not failed in the middle, by a registry that refuses its log", async () => {
  const { code, stdout, stderr } = await run(["logs", "append", "acme/two", "two", "--build", "z"], {
    stdin: "one\ntwo\n",
  });
  expect({ code, stdout }).toEqual({ code: 4, stdout: "one\ntwo\n" });
  expect(stderr).toContain('the log is not sent any more: The build "z" is not one that the version');
});

test("what is not clear is asked for", async () => {
  expect((await logs("append", "acme/two", "two")).stderr).toContain("choose a build with --build: a, b");
  expect((await logs("append", "acme/two", "7", "--open", "--build", "a")).stderr).toContain(
    "--open needs a fingerprint; if 7 is one, write fingerprint:7",
  );
  expect((await logs("append", "acme/two", "two", "--build", "b", "--file", "/none")).stderr).toContain(
    "/none cannot be read: ENOENT",
  );
  expect((await logs("show", "acme/two", "two", "--offset", "x")).code).toBe(2);
});
