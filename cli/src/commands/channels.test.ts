import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { useRegistry, version } from "../../test/registry.ts";

const run = useRegistry();

/** An artifact with versions 1 to `count`. */
async function published(artifact: string, count: number): Promise<void> {
  const client = run.client();
  for (let number = 1; number <= count; number++) {
    await client.publish(artifact, version(`f${number}`, `ami-${number}`));
  }
}

const channels = (...args: string[]) => run(["channels", ...args]);
const cells = (stdout: string) =>
  stdout
    .split("\n")
    .slice(0, -1)
    .map((row) => row.split("\t"));

test("creates a channel, which is an error to read until it points somewhere", async () => {
  await published("create/web", 1);
  const created = await channels("create", "create/web", "production", "--description", "What customers see");
  expect(created).toEqual({
    code: 0,
    stdout: "artifact\tcreate/web\nchannel\tproduction\ndescription\tWhat customers see\n",
    stderr: "production points nowhere yet, so reading it is an error\n",
  });
  expect((await run(["resolve", "create/web", "--channel", "production"])).code).toBe(1);
  const again = await channels("create", "create/web", "production");
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("waybill channels describe create/web production");
  expect((await channels("create", "create/nothing", "production")).code).toBe(1);
});

test("assigns, promotes, rolls back, and remembers who, when and why", async () => {
  await published("moves/web", 3);
  await channels("create", "moves/web", "staging");
  await channels("create", "moves/web", "production");
  expect((await channels("assign", "moves/web", "staging", "1", "--reason", "first")).stdout).toBe(
    "staging of moves/web: nothing -> 1\n",
  );
  expect((await channels("promote", "moves/web", "staging", "production")).stdout).toBe(
    "production of moves/web: nothing -> 1\n",
  );
  expect((await channels("assign", "moves/web", "production", "f3")).stdout).toBe(
    "production of moves/web: 1 -> 3\n",
  );
  expect((await channels("rollback", "moves/web", "production", "--reason", "slow")).stdout).toBe(
    "production of moves/web: 3 -> 1\n",
  );
  expect((await run(["resolve", "moves/web", "--channel", "production"])).stdout).toBe("ami-1\n");

  const history = cells((await channels("history", "moves/web", "production")).stdout);
  expect(history.map(([version, , how, , , reason]) => [version, how, reason])).toEqual([
    ["1", "rollback", "slow"],
    ["3", "assign", ""],
    ["1", "promote from staging", ""],
  ]);
  const [latest, production, staging] = cells((await channels("list", "moves/web")).stdout);
  expect([latest?.slice(0, 2), production?.slice(0, 2), staging?.slice(0, 2)]).toEqual([
    ["latest", "3"],
    ["production", "1"],
    ["staging", "1"],
  ]);
  expect((await channels("rollback", "moves/web", "production", "--to", "3")).stdout).toBe(
    "production of moves/web: 1 -> 3\n",
  );
});

test("points a channel at nothing, and keeps that in its history", async () => {
  await published("clear/web", 1);
  await channels("create", "clear/web", "staging");
  await channels("assign", "clear/web", "staging", "1");
  expect((await channels("clear", "clear/web", "staging", "--reason", "over")).stdout).toBe(
    "staging of clear/web: 1 -> nothing\n",
  );
  expect((await run(["resolve", "clear/web", "--channel", "staging"])).code).toBe(1);
  expect((await channels("history", "clear/web", "staging")).stdout).toMatch(
    /^nothing\t\tassign\t.*\tover\n1\t/,
  );
});

test("says which revoked versions a rollback skips, and when there is nothing to go back to", async () => {
  await published("skips/web", 3);
  await channels("create", "skips/web", "production");
  for (const number of ["1", "2", "3"]) await channels("assign", "skips/web", "production", number);
  await run(["revoke", "skips/web", "2", "--reason", "CVE-1", "--yes"]);
  const { stdout, stderr } = await channels("rollback", "skips/web", "production");
  expect(stdout).toBe("production of skips/web: 3 -> 1\n");
  expect(stderr).toMatch(/^skipped 2: .*CVE-1.*\n$/);
  const nothing = await channels("rollback", "skips/web", "production");
  expect(nothing.code).toBe(4);
  expect(nothing.stderr).toContain("no earlier version");
});

test("names the rule that refuses a version", async () => {
  await published("rules/web", 1);
  const rules = ["--require-region", "eu-west-1", "--after", "staging"];
  await channels("create", "rules/web", "staging");
  expect((await channels("create", "rules/web", "production", ...rules)).stdout).toContain(
    "requires\tregions eu-west-1; assigned to staging before\n",
  );
  const refused = await channels("assign", "rules/web", "production", "1");
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain("eu-west-1");
  expect(
    (await channels("describe", "rules/web", "production", "--require-region", "us-east-1")).stdout,
  ).toContain("requires\tregions us-east-1; assigned to staging before\n");
  expect((await channels("assign", "rules/web", "production", "1")).stderr).toContain("staging");
  expect((await channels("describe", "rules/web", "production", "--no-rules")).stdout).not.toContain(
    "requires",
  );
  expect((await channels("assign", "rules/web", "production", "1")).code).toBe(0);
});

test("does not overwrite what somebody else assigned meanwhile, and says who it was", async () => {
  await published("race/web", 2);
  await channels("create", "race/web", "production");
  await channels("assign", "race/web", "production", "1");
  // Between the command's reading and its writing, somebody else is quicker.
  const address = await meddling(() =>
    channels("assign", "race/web", "production", "2", "--reason", "release 2"),
  );
  const { code, stdout, stderr } = await run(["channels", "assign", "race/web", "production", "1"], {
    env: { WAYBILL_ADDRESS: address },
  });
  expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  expect(stderr).toMatch(
    /^waybill: production was moved to version 2 at 2\S+Z by \S+ \(release 2\) meanwhile; nothing was done, look at it and try again\n$/,
  );
});

/** A way to the registry on which `meddle` is done before the first write goes through. */
async function meddling(meddle: () => Promise<unknown>): Promise<string> {
  let done: Promise<unknown> | undefined;
  const proxy = createServer(async (incoming, answer) => {
    if (incoming.method !== "GET") {
      done ??= meddle();
      await done;
    }
    const url = new URL(incoming.url ?? "", run.address());
    const { method, headers } = incoming;
    incoming.pipe(
      request(url, { method, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 0, response.headers);
        response.pipe(answer);
      }),
    );
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

test("shows JSON as the registry has it", async () => {
  await published("json/web", 1);
  await channels("create", "json/web", "production");
  expect(
    JSON.parse((await channels("assign", "json/web", "production", "1", "--json")).stdout),
  ).toMatchObject({
    name: "production",
    version: { number: 1 },
  });
  expect(JSON.parse((await channels("list", "json/web", "--json")).stdout)).toMatchObject([
    { name: "latest", managed: true },
    { name: "production" },
  ]);
});

test("deletes only when told so twice, and ends with 1 when there is none", async () => {
  await published("gone/web", 1);
  expect((await channels("list", "gone/web")).stderr).toContain(
    "waybill channels create gone/web production",
  );
  await channels("create", "gone/web", "production");
  expect((await channels("delete", "gone/web", "production")).code).toBe(2);
  expect((await channels("delete", "gone/web", "production", "--yes")).stdout).toBe(
    "deleted production of gone/web\n",
  );
  expect((await channels("show", "gone/web", "production")).code).toBe(1);
  expect((await channels("assign", "gone/web", "production", "1")).code).toBe(1);
});

test.each([
  [["describe", "a/b", "c"], "nothing to change"],
  [["create", "a/b", "c", "--scope", "read"], "Allowed choices are publish, promote"],
  [["rollback", "a/b", "c", "--to", "latest"], "Write a whole number from 1 up."],
])("calls %j a wrong usage and says why", async (args, sentence) => {
  const { code, stderr } = await channels(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
});
