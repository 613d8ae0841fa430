import { afterEach, expect, it } from "vitest";
import { emptyPostgres, emptySqlite } from "../../test/databases.ts";
import { startServer } from "../main.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

it.each(["sqlite", "postgres"])("a server that ends in order on %s forgets no consumer", async (dialect) => {
  const { url, remove } = dialect === "sqlite" ? emptySqlite() : await emptyPostgres();
  cleanups.push(remove);
  const first = await startServer({ dev: true, databaseUrl: url });
  const artifact = `${first.url}/v1/artifacts/drain/it`;
  const published = await fetch(`${artifact}/versions`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      fingerprint: "f",
      builds: [
        { name: "a", artifact_type: "t", images: [{ platform: "aws", region: "r", external_id: "ami-1" }] },
      ],
    }),
  });
  expect(published.status).toBe(201);
  const read = (consumer: string) =>
    fetch(`${artifact}/resolve`, { headers: { "Waybill-Consumer": consumer } });
  const statuses = (await Promise.all(["a", "b", "a"].map(read))).map((response) => response.status);
  expect(statuses).toEqual([200, 200, 200]);
  await first.close();
  const second = await startServer({ dev: true, databaseUrl: url });
  cleanups.push(() => second.close());
  const response = await fetch(`${second.url}/v1/artifacts/drain/it/consumers`);
  const { items } = (await response.json()) as { items: { consumer: string; count: number }[] };
  expect(items.map(({ consumer, count }) => [consumer, count]).sort()).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
});
