import { beforeAll, expect, test } from "vitest";
import { until } from "../../../e2e/harness/until.ts";
import { useRegistry, version } from "../../test/registry.ts";

const run = useRegistry();
const consumers = (...args: string[]) => run(["consumers", ...args]);

beforeAll(async () => {
  const client = run.client();
  await client.publish("acme/web", version("one"));
  await client.publish("acme/web", version("two"));
  await client.publish("acme/unread", version("one"));
  await run(["resolve", "acme/web", "--version", "1", "--consumer", "acme/production"]);
  await run(["resolve", "acme/web", "--version", "1"], { env: { WAYBILL_CONSUMER: "acme/production" } });
  const ci = { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/infra", GITHUB_JOB: "plan" };
  await run(["resolve", "acme/web"], { env: ci });
  await until("both were seen", async () => (await consumers("acme/web")).stdout.split("\n").length === 3);
});

const time = expect.stringMatching(/^2\S+Z$/);
const rows = async (...args: string[]) => {
  const { code, stdout } = await consumers(...args);
  expect(code).toBe(0);
  return stdout
    .trimEnd()
    .split("\n")
    .map((row) => row.split("\t"));
};

test("shows who resolved what, how often and when last", async () => {
  expect(await rows("acme/web")).toEqual([
    ["acme/infra/plan", "acme/web 2", time, time, "1", "waybill-cli/0.1.0"],
    ["acme/production", "acme/web 1", time, time, "2", "waybill-cli/0.1.0"],
  ]);
});

test("shows who resolved one version, and what one consumer resolves", async () => {
  const [one] = await rows("acme/web", "--version", "1");
  expect(one?.[0]).toBe("acme/production");
  const [read] = await rows("--named", "acme/infra/plan");
  expect(read?.[1]).toBe("acme/web 2");
  const { stdout } = await consumers("acme/web", "--version", "1", "--json");
  expect(JSON.parse(stdout)).toMatchObject([{ consumer: "acme/production", number: 1, count: 2 }]);
});

test("says that nobody reads, and ends with 1 for what is not there", async () => {
  expect(await consumers("acme/unread")).toEqual({
    code: 0,
    stdout: "",
    stderr: "nobody resolved it\n",
  });
  expect((await consumers("acme/nothing")).code).toBe(1);
});

test.each([[[]], [["acme/web", "--named", "x"]], [["--version", "1", "--named", "x"]]])(
  "does not know what %j asks for",
  async (args) => {
    const { code, stderr } = await consumers(...args);
    expect(code).toBe(2);
    expect(stderr).toContain("give an artifact, with or without --version, or else --named");
  },
);
