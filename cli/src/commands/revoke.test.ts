import { beforeAll, expect, test } from "vitest";
import { useRegistry, version } from "../../test/registry.ts";

const run = useRegistry();

/** An artifact `base` with two versions, `web` built from the first, and `production` of base at it. */
async function family(namespace: string): Promise<void> {
  const base = `${namespace}/base`;
  const client = run.client();
  await client.publish(base, version("one", "ami-1"));
  await client.publish(base, version("two", "ami-2"));
  await client.publish(`${namespace}/web`, version("one", "ami-web", [{ artifact: base, version: 2 }]));
  await client.channels.put(base, "production", { version: 1 });
  const ifUnchanged = await client.channels.get(base, "production");
  await client.channels.put(base, "production", { version: 2 }, { ifUnchanged });
}

beforeAll(() => family("acme"));

test("shows what revoking would touch, and touches nothing", async () => {
  const { code, stdout } = await run(["revoke", "acme/base", "2", "--preview", "--with-descendants"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^channel\tacme\/base production\tpoints at it\n/);
  expect(stdout).toContain("descendant\tacme/web 1\trevoked too, depth 1\n");
  expect((await run(["resolve", "acme/base"])).code).toBe(0);
  const json = JSON.parse((await run(["revoke", "acme/base", "2", "--preview", "--json"])).stdout);
  expect(json).toMatchObject({ descendants: [{ artifact: "acme/web", will_be_revoked: false }] });
});

test("asks a script to say --yes, and anybody for a reason", async () => {
  const unsure = await run(["revoke", "acme/base", "2", "--reason", "x"]);
  expect(unsure.code).toBe(2);
  expect(unsure.stderr).toContain("--preview shows what that touches; add --yes");
  const why = await run(["revoke", "acme/base", "2", "--yes"]);
  expect(why).toMatchObject({ code: 2, stderr: expect.stringContaining("--reason is missing") });
  const when = await run(["revoke", "acme/base", "2", "--reason", "x", "--yes", "--at", "tomorrow"]);
  expect(when).toMatchObject({ code: 2, stderr: expect.stringContaining("2026-12-31T18:00:00Z") });
  const both = ["--at", "2099-01-01", "--rollback-channels"];
  expect((await run(["revoke", "acme/base", "2", "--reason", "x", "--yes", ...both])).code).toBe(2);
});

test("shows a person first what it touches, and asks", async () => {
  await family("asked");
  // What Node says of a stream is all that tells a terminal from a pipe here.
  const terminal = "process.stdin.isTTY = process.stdout.isTTY = true";
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(terminal)}` };
  const revoke = ["revoke", "asked/base", "2", "--reason", "CVE-1"];

  const no = await run(revoke, { env, stdin: "n\n" });
  expect(no.stdout).toMatch(/channel +asked\/base production +points at it\n/);
  expect(no.stderr).toContain("Revoke asked/base 2? [y/N]");
  expect(no.stderr).toContain("nothing was done\n");
  expect((await run(["resolve", "asked/base"])).code).toBe(0);

  const yes = await run(revoke, { env, stdin: "y\n" });
  expect(yes.stdout).toMatch(/\nasked\/base 2 is revoked: CVE-1\n$/);
  expect((await run(["resolve", "asked/base"])).code).toBe(4);
});

test("revokes, moves no channel, and takes it back", async () => {
  await family("plain");
  const revoked = await run(["revoke", "plain/base", "2", "--reason", "CVE-1", "--yes"]);
  expect(revoked).toEqual({ code: 0, stdout: "plain/base 2 is revoked: CVE-1\n", stderr: "" });
  const read = await run(["resolve", "plain/base", "--channel", "production"]);
  expect(read.code).toBe(4);
  expect(read.stderr).toContain("CVE-1");
  expect((await run(["versions", "list", "plain/base"])).stdout).toMatch(/^2\trevoked\t/);
  expect((await run(["versions", "show", "plain/base", "2"])).stdout).toContain(
    "revocation\tis revoked: CVE-1\n",
  );
  expect((await run(["versions", "show", "plain/web", "1"])).stdout).toContain(
    "revoked ancestors\tplain/base 2\n",
  );

  const restored = await run(["unrevoke", "plain/base", "2", "--reason", "the scanner was wrong"]);
  expect(restored).toEqual({ code: 0, stdout: "unrevoked plain/base 2\n", stderr: "" });
  expect((await run(["resolve", "plain/base", "--channel", "production"])).stdout).toBe("ami-2\n");
});

test("revokes with descendants and channels in one step; descendants stay so until the ancestor is taken back", async () => {
  await family("whole");
  const all = ["--with-descendants", "--rollback-channels", "--yes"];
  const { stdout } = await run(["revoke", "whole/base", "2", "--reason", "CVE-1", ...all]);
  expect(stdout).toBe(
    "whole/base 2 is revoked: CVE-1\nthe same goes for 1 version built from it\nproduction of whole/base: 2 -> 1\n",
  );
  expect((await run(["resolve", "whole/base", "--channel", "production"])).stdout).toBe("ami-1\n");
  expect((await run(["resolve", "whole/web"])).code).toBe(4);
  expect(await run(["unrevoke", "whole/web", "1"])).toEqual({
    code: 1,
    stdout: "",
    stderr: "waybill: whole/web 1 was not revoked itself; it is revoked: CVE-1 (because of whole/base 2)\n",
  });
  await run(["revoke", "whole/web", "1", "--reason", "CVE-2", "--yes"]);
  expect((await run(["unrevoke", "whole/web", "1"])).stdout).toBe(
    "unrevoked whole/web 1, which still is revoked: CVE-1 (because of whole/base 2)\n",
  );
  await run(["unrevoke", "whole/base", "2"]);
  expect((await run(["resolve", "whole/web"])).code).toBe(0);
});

test("revokes from a date on", async () => {
  await family("later");
  const { stdout } = await run([
    "revoke",
    "later/base",
    "2",
    "--reason",
    "old",
    "--at",
    "2099-01-01",
    "--yes",
  ]);
  expect(stdout).toBe("later/base 2 will be revoked at 2099-01-01T00:00:00.000Z: old\n");
  expect((await run(["resolve", "later/base"])).stdout).toBe("ami-2\n");
  expect((await run(["unrevoke", "later/base", "2"])).stdout).toBe("unrevoked later/base 2\n");
});

test("reads on in spite of a revocation as told, by option or by WAYBILL_ON_REVOKED", async () => {
  await family("reads");
  await run(["revoke", "reads/base", "2", "--reason", "CVE-1", "--yes"]);
  const warned = await run(["resolve", "reads/base", "--on-revoked", "warn"]);
  expect(warned).toMatchObject({ code: 0, stdout: "ami-2\n", stderr: expect.stringContaining("CVE-1") });
  const previous = await run(["resolve", "reads/base"], { env: { WAYBILL_ON_REVOKED: "previous" } });
  expect(previous).toMatchObject({ code: 0, stdout: "ami-1\n" });
  const wrong = await run(["resolve", "reads/base"], { env: { WAYBILL_ON_REVOKED: "maybe" } });
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("WAYBILL_ON_REVOKED must be one of"),
  });
});

test("ends with 1 for a version that is not there", async () => {
  expect((await run(["revoke", "acme/base", "9", "--reason", "x", "--yes"])).code).toBe(1);
  expect((await run(["unrevoke", "acme/base", "9"])).code).toBe(1);
});

test("ends with 1 when there is no revocation to take back", async () => {
  expect(await run(["unrevoke", "acme/base", "1"])).toEqual({
    code: 1,
    stdout: "",
    stderr: "waybill: acme/base 1 was not revoked\n",
  });
});
