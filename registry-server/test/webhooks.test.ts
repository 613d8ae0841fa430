import { afterEach, expect, it } from "vitest";
import { type RunningServer, startServer } from "../src/main.ts";
import { emptyPostgres, emptySqlite } from "./databases.ts";
import { Receiver } from "./receiver.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function send(server: RunningServer, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${server.url}/v1${path}`, {
    method,
    ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}`).toBe(true);
  return response.json();
}

const publish = (server: RunningServer, fingerprint: string) => {
  const images = [{ platform: "aws", region: "r", external_id: "ami-1" }];
  const builds = [{ name: "a", artifact_type: "t", images }];
  return send(server, "POST", "/artifacts/real/web/versions", { fingerprint, builds });
};

it.each(["sqlite", "postgres"])(
  "a server on %s delivers at once, and what was not taken after it started again",
  { timeout: 60_000 },
  async (dialect) => {
    const { url, remove } = dialect === "sqlite" ? emptySqlite() : await emptyPostgres();
    cleanups.push(remove);
    const start = async () => {
      const server = await startServer({ dev: true, databaseUrl: url, allowNetworks: "127.0.0.0/8" });
      let isOpen = true;
      const close = async () => {
        if (isOpen) await server.close();
        isOpen = false;
      };
      cleanups.push(close);
      return { server, close };
    };
    const receiver = await Receiver.start();
    const first = await start();
    await send(first.server, "POST", "/webhooks", { name: "real", url: receiver.url, artifacts: ["real"] });
    await publish(first.server, "f1");
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1);
    receiver.always(503);
    await publish(first.server, "f2");
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(2);
    await first.close();
    receiver.always(204);
    const second = await start();
    await expect.poll(() => receiver.received.length, { timeout: 40_000 }).toBe(3);
    const [, failed, taken] = receiver.received;
    expect(taken?.headers["webhook-id"]).toBe(failed?.headers["webhook-id"]);
    const state = async () => {
      const page = (await send(second.server, "GET", "/webhooks/real/deliveries")) as {
        items: { state: string }[];
      };
      return page.items.map((delivery) => delivery.state);
    };
    await expect.poll(state).toEqual(["delivered", "delivered"]);
  },
);
