import { afterAll, beforeAll, expect, test } from "vitest";
import { Issuer } from "../../../registry-server/test/issuer.ts";
import { publication, useRegistry } from "../../test/registry.ts";

const run = useRegistry({ WAYBILL_ALLOW_NETWORKS: "127.0.0.0/8" });
const issuer = new Issuer();

beforeAll(async () => {
  await issuer.start();
  await issuer.addKey("one");
});
afterAll(() => issuer.close());

const facts = (stdout: string) =>
  Object.fromEntries(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t")),
  );

test("makes a token that does what it may, shows it once, and revokes it", async () => {
  const made = await run(["tokens", "create", "ci", "--scope", "publish:acme/web", "--expires", "90d"]);
  expect(made.code).toBe(0);
  expect(made.stdout).toMatch(/^wbl_[\w-]{43}\n$/);
  expect(made.stderr).toMatch(/^ci may publish:acme\/web, until 20\d\d-.*Z; it is not shown again\n$/);
  const env = { WAYBILL_TOKEN: made.stdout.trim() };
  expect((await run(["publish", "acme/web", ...publication("one", "=ami-1")], { env })).code).toBe(0);
  expect((await run(["publish", "acme/db", ...publication("one", "=ami-1")], { env })).code).toBe(4);
  expect((await run(["resolve", "acme/db"], { env })).code).toBe(1);
  expect(facts((await run(["tokens", "show"], { env })).stdout)).toMatchObject({ name: "ci" });
  const shown = facts((await run(["tokens", "show", "ci"])).stdout);
  expect(shown).toMatchObject({ scopes: "publish:acme/web", created_by: "admin" });
  expect(shown.last_used_at).toBeDefined();
  const list = await run(["tokens", "list"]);
  expect(list.stdout.split("\n").map((line) => line.split("\t")[0])).toEqual(["admin", "ci", ""]);
  expect((await run(["tokens", "revoke", "ci"])).code).toBe(2);
  expect(await run(["tokens", "revoke", "ci", "--yes"])).toMatchObject({ code: 0, stdout: "revoked ci\n" });
  expect((await run(["tokens", "show"], { env })).code).toBe(4);
  expect((await run(["tokens", "show", "ci"])).code).toBe(1);
});

test.each([
  [["create", "x"], /--scope/],
  [["create", "x", "--scope", "root:*"], /Write one of read, publish, promote, admin/],
  [["create", "x", "--scope", "read"], /Write one of/],
  [
    ["create", "x", "--scope", "read:*", "--expires", "soon"],
    /Write a duration such as 12h or 90d, or a day/,
  ],
  [["create", "x", "--scope", "read:*", "--expires", "0d"], /duration/],
])("waybill tokens %j is a mistake of its caller", async (args, told) => {
  const { code, stderr } = await run(["tokens", ...args]);
  expect(code).toBe(2);
  expect(stderr).toMatch(told);
});

test("does not revoke the last token of an admin", async () => {
  const { code, stderr } = await run(["tokens", "revoke", "admin", "--yes"]);
  expect(code).toBe(4);
  expect(stderr).toContain("Make another one first");
});

test("opens a namespace to everybody, and limits it", async () => {
  await run(["publish", "public/web", ...publication("one", "=ami-1")]);
  const nobody = { env: { WAYBILL_TOKEN: "" } };
  expect((await run(["resolve", "public/web"], nobody)).code).toBe(4);
  const set = await run(["namespaces", "set", "public", "--anonymous-read", "yes", "--quota", "2GiB"]);
  expect(facts(set.stdout)).toMatchObject({ read_by: "everybody", quota_bytes: "2147483648" });
  expect(await run(["resolve", "public/web"], nobody)).toMatchObject({ code: 0, stdout: "ami-1\n" });
  const list = await run(["namespaces", "list"], nobody);
  expect(list.stdout).toBe("public\teverybody\t0\t2147483648\t\n");
  const closed = await run(["namespaces", "set", "public", "--anonymous-read", "no", "--quota", "none"]);
  expect(facts(closed.stdout)).toMatchObject({ read_by: "tokens" });
  expect((await run(["resolve", "public/web"], nobody)).code).toBe(4);
  expect((await run(["namespaces", "set", "public"])).code).toBe(2);
  expect((await run(["namespaces", "set", "public", "--quota", "much"])).code).toBe(2);
  expect((await run(["namespaces", "show", "none"])).code).toBe(1);
});

test("a job with an identity token publishes without a secret, by a trust rule", async () => {
  const rule = ["--issuer", issuer.url, "--audience", "waybill", "--ttl", "30m"];
  const who = ["--claim", "repository=acme/*", "--scope", "publish:acme/ci-*"];
  const set = await run(["trust", "set", "builds", ...rule, ...who]);
  expect(set.code).toBe(0);
  expect(facts(set.stdout)).toMatchObject({ claims: "repository=acme/*", scopes: "publish:acme/ci-*" });
  const job = async (repository: string) => {
    const identity = await issuer.sign({ sub: "repo:acme/web", repository }, new Date());
    return { env: { WAYBILL_TOKEN: "", WAYBILL_OIDC_TOKEN: identity } };
  };
  const publish = ["publish", "acme/ci-web", ...publication("one", "=ami-1")];
  expect((await run(publish, await job("acme/web"))).code).toBe(0);
  const self = facts((await run(["tokens", "show"], await job("acme/web"))).stdout);
  expect(self).toMatchObject({ name: "builds:repo:acme/web", scopes: "publish:acme/ci-*" });
  const refused = await run(publish, await job("evil/web"));
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain("No trust rule of this registry accepts the identity token");
  const explain = async (repository: string) => {
    const { WAYBILL_OIDC_TOKEN } = (await job(repository)).env;
    return run(["trust", "explain"], { env: { WAYBILL_OIDC_TOKEN } });
  };
  expect(await explain("acme/web")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("\nbuilds\tyes\t\n"),
  });
  const why = await explain("evil/web");
  expect(why).toMatchObject({ code: 1, stderr: expect.stringContaining("no rule accepts the token") });
  expect(why.stdout).toContain('\nbuilds\tno\tthe claim "repository" is another one\n');
  expect(await run(["trust", "explain", "-"], { stdin: "nonsense" })).toMatchObject({ code: 2 });
  expect((await run(["trust", "list"])).stdout).toMatch(/^builds\thttp:\/\/127[^\n]*\t30m\n$/);
  expect((await run(["trust", "delete", "builds", "--yes"])).code).toBe(0);
  expect((await run(publish, await job("acme/web"))).code).toBe(4);
  expect((await run(["trust", "show", "builds"])).code).toBe(1);
  expect((await run(["trust", "set", "x", ...rule])).code).toBe(2);
});
