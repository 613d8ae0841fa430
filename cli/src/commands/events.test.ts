import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeAll, expect, test } from "vitest";
import { until } from "../../../e2e/harness/until.ts";
import { useRegistry, version } from "../../test/registry.ts";
import { bin } from "../../test/waybill.ts";

const run = useRegistry();
const events = (...args: string[]) => run(["events", ...args]);

beforeAll(async () => {
  const client = run.client();
  await client.publish("acme/web", version("one"));
  await client.publish("acme/api", version("one"));
});

test("lists what happened, who did it and to what, the newest first", async () => {
  const { code, stdout } = await events("--artifact", "acme/web", "--action", "version.*");
  expect(code).toBe(0);
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((row) => row.split("\t"));
  expect(rows.map(([, , actor, action, what]) => [actor, action, what])).toEqual([
    ["admin", "version.completed", "acme/web 1"],
    ["admin", "version.opened", "acme/web one"],
  ]);
  expect((await events("--actor", "nobody")).stderr).toContain("there is no such event");
});

test("exports JSON lines, and later only what came after", async () => {
  const first = (await events("--export")).stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(first[0]).toMatchObject({ action: "token.created", actor: "server" });
  expect(first.at(-1)).toMatchObject({ action: "version.completed", artifact: "acme/api", number: 1 });
  await run.client().publish("acme/web", version("two"));
  const next = (await events("--export", "--after", String(first.at(-1).id))).stdout.trimEnd().split("\n");
  expect(next.map((line) => JSON.parse(line).artifact)).toEqual(["acme/web", "acme/web", "acme/web"]);
});

test("follows until it is interrupted", async () => {
  const child = spawn(
    process.execPath,
    [bin, "events", "--follow", "--artifact", "acme/followed", "--after", "0"],
    {
      env: { ...process.env, ...run.settings() },
    },
  );
  let seen = "";
  child.stdout.on("data", (chunk: Buffer) => (seen += chunk));
  await run.client().publish("acme/followed", version("one"));
  await until("the version was seen", async () => seen.includes("version.completed"));
  child.kill("SIGINT");
  await once(child, "exit");
  expect(
    seen
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line).action),
  ).toEqual(["artifact.created", "version.opened", "build.reported", "version.completed"]);
});

test.each([
  [["--follow", "--export"], "give either --follow or --export"],
  [["--after", "1"], "--after is for --follow and --export"],
  [["--export", "--after", "x"], '--after takes the id of an event, not "x"'],
  [["--follow", "--since", "2026-01-01"], "--follow begins now"],
  [["--action", "version.broken"], "the actions are"],
])("says what is wrong with %j", async (args, message) => {
  const { code, stderr } = await events(...args);
  expect([code, stderr]).toEqual([args.includes("--action") ? 4 : 2, expect.stringContaining(message)]);
});
