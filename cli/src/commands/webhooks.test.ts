import { expect, test } from "vitest";
import { useRegistry } from "../../test/registry.ts";

const run = useRegistry({ WAYBILL_ALLOW_NETWORKS: "127.0.0.0/8" });
const webhooks = (...args: string[]) => run(["webhooks", ...args]);
// Nobody listens there: no test of this file reaches anything.
const url = "http://127.0.0.1:9/hook";

test("makes one, shows its secret once, and lists it", async () => {
  const made = await webhooks(
    "create",
    "deployer",
    "--url",
    url,
    "--event",
    "version.*",
    "--artifact",
    "acme",
  );
  expect(made.code, made.stderr).toBe(0);
  expect(made.stdout).toMatch(/^secret \(shown once\)\twhsec_\S{44}$/m);
  const { stdout } = await webhooks("show", "deployer");
  expect(stdout).toBe(
    `name\tdeployer\nformat\tstandard\nto\t${url}\nevents\tversion.*\nartifacts\tacme\nstate\tenabled\n`,
  );
  expect((await webhooks("list")).stdout).toBe(`deployer\tstandard\tenabled\t${url}\tversion.*\n`);
  const again = await webhooks("create", "deployer", "--url", url);
  expect([again.code, again.stderr]).toEqual([
    4,
    expect.stringContaining('There is a webhook "deployer" already'),
  ]);
});

test("one for Slack keeps its address to itself", async () => {
  const { stdout } = await webhooks(
    "create",
    "chat",
    "--slack",
    "--url",
    "https://hooks.slack.com/services/T0/B0/x",
  );
  expect(stdout).toContain("to\thttps://hooks.slack.com/...\n");
  expect(stdout).toContain("events\tversion.completed channel.assigned revocation.effective\n");
  expect(stdout).not.toContain("secret");
});

test("changes, disables and enables one", async () => {
  await webhooks("create", "moving", "--url", url);
  expect((await webhooks("change", "moving", "--event", "*", "--disable")).stdout).toContain(
    "state\tdisabled\n",
  );
  expect((await webhooks("change", "moving", "--enable")).stdout).toContain("state\tenabled\n");
  expect((await webhooks("change", "moving")).stderr).toContain("say what to change");
});

test("tries one out, and says why it does not work", async () => {
  await webhooks("create", "tried", "--url", url);
  const { code, stdout, stderr } = await webhooks("test", "tried");
  expect(code).toBe(4);
  expect(stderr).toContain("the test was not delivered");
  expect(stdout).toMatch(/^delivered\tno\nerror\t127\.0\.0\.1:9 cannot be reached: .*ECONNREFUSED.*\n/);
});

test("shows what was sent, and sends it again", async () => {
  await webhooks("create", "shown", "--url", url, "--event", "webhook.created");
  await webhooks("create", "other", "--url", url);
  const { stdout } = await webhooks("deliveries", "shown");
  const [id = "", , action] = stdout.split("\t");
  expect(action).toBe("webhook.created");
  expect((await webhooks("deliveries", "shown", "--id", id)).stdout).toContain(`id\t${id}\n`);
  expect((await webhooks("replay", "shown", "--since", "2026-01-01")).stdout).toMatch(
    /^\d to be delivered\n$/,
  );
  expect((await webhooks("replay", "shown")).stderr).toContain("give either --delivery or --since");
});

test("changes the secret, with an overlap", async () => {
  await webhooks("create", "rotated", "--url", url);
  const { stdout } = await webhooks("rotate-secret", "rotated", "--overlap", "48");
  expect(stdout).toMatch(/^secret \(shown once\)\twhsec_\S{44}\nearlier ones sign until\t\S+Z\n$/);
  expect((await webhooks("show", "rotated")).stdout).toContain("earlier secrets sign until");
});

test("deletes one when told so", async () => {
  await webhooks("create", "gone", "--url", url);
  expect((await webhooks("delete", "gone")).code).toBe(2);
  expect((await webhooks("delete", "gone", "--yes")).stdout).toBe("deleted gone\n");
  expect((await webhooks("show", "gone")).code).toBe(1);
});

test("e-mail needs a server that can send it", async () => {
  const { code, stderr } = await webhooks("create", "mail", "--email", "--to", "team@example.com");
  expect([code, stderr]).toEqual([4, expect.stringContaining("WAYBILL_SMTP_URL")]);
});
