import { expect, test } from "vitest";
import { client, json, play, problem } from "../test/server.ts";

const artifact = "hashicorp/web";

test("moves a channel only if it is as it was read, and hands on who was quicker", async () => {
  const now = { name: "production", revision: 13 };
  const { address, seen } = await play((_, response) =>
    problem(response, 412, "precondition_failed", { channel: now }),
  );
  const { channels } = client(address);
  const ifUnchanged = { revision: 12 };
  const refused = { kind: "refused", code: "precondition_failed", problem: { channel: now } };
  const moves = [
    channels.put(artifact, "production", { version: 12 }, { ifUnchanged }),
    channels.promote(artifact, "production", { from: "staging" }, { ifUnchanged }),
    channels.rollback(artifact, "production", {}, { ifUnchanged }),
    channels.delete(artifact, "production", { ifUnchanged }),
  ];
  for (const move of moves) await expect(move).rejects.toMatchObject(refused);
  expect(seen.map(({ headers }) => headers["if-match"])).toEqual(moves.map(() => '"12"'));
  expect(seen.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
    "DELETE /v1/artifacts/hashicorp/web/channels/production",
    "POST /v1/artifacts/hashicorp/web/channels/production/promote",
    "POST /v1/artifacts/hashicorp/web/channels/production/rollback",
    "PUT /v1/artifacts/hashicorp/web/channels/production",
  ]);
});

test("creates a channel without a condition", async () => {
  const { address, seen } = await play((_, response) => json(response, { name: "production", revision: 1 }));
  await client(address).channels.put(artifact, "production", { description: "What customers see" });
  expect(seen[0]?.headers["if-match"]).toBeUndefined();
  expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ description: "What customers see" });
});

test("sends and reads documents byte for byte, under any name of a build", async () => {
  // No text in any encoding, so that a single wrong byte shows.
  const bytes = Buffer.from([...Array(256).keys()]);
  const received: Buffer[] = [];
  const { address, seen, server } = await play(({ method }, response) => {
    if (method === "PUT") json(response, { name: "sbom.json", sha256: "" });
    else response.writeHead(200, { "content-type": "application/x-raw" }).end(bytes);
  });
  server.prependListener("request", (request) => request.on("data", (chunk) => received.push(chunk)));
  const { documents } = client(address);
  const content = { bytes, mediaType: "application/x-raw" };
  await documents.put(artifact, 12, "amazon-ebs.web/eu", "sbom.json", content);
  expect(Buffer.concat(received)).toEqual(bytes);
  expect(seen[0]).toMatchObject({
    url: "/v1/artifacts/hashicorp/web/versions/12/builds/amazon-ebs.web%2Feu/documents/sbom.json",
    headers: { "content-type": "application/x-raw", "content-length": "256" },
  });
  expect(await documents.get(artifact, 12, "amazon-ebs.web/eu", "sbom.json")).toEqual(content);
});

test("does not send a document that no registry takes", async () => {
  const { address, seen } = await play((_, response) => json(response, { sha256: "" }));
  const bytes = Buffer.alloc(16 * 1024 * 1024 + 1);
  const { documents } = client(address);
  const sent = documents.put(artifact, 12, "web", "big", { bytes, mediaType: "text/plain" });
  await expect(sent).rejects.toMatchObject({ kind: "refused", code: "body_too_large" });
  expect(seen).toHaveLength(0);
});

test("gives what was asked for as a query, labels as pairs, and nothing that was not given", async () => {
  const { address, seen } = await play((_, response) =>
    json(response, { items: [], next_cursor: null, parents: [], equal: true, versions: [] }),
  );
  const made = client(address, { namespace: "hashicorp" });
  await made.search({ q: "nginx", labels: { team: "web", os: "debian 13" }, type: undefined, limit: 5 });
  await made.lineage.of("web", 12, { direction: "up", depth: undefined });
  await made.lineage.outOfDate({ artifact: "web", cursor: "abc" });
  await made.listConsumers({ artifact: "web", version: 12 });
  await made.listConsumers({ artifact: "web", limit: 3 });
  await made.listConsumers({ consumer: "acme/production" });
  await made.diff("web", 11, "fingerprint:git+1");
  await made.revocations.preview("web", 12).catch(() => undefined);
  expect(seen.map(({ url }) => url)).toEqual([
    "/v1/search?q=nginx&limit=5&label=team%3Dweb&label=os%3Ddebian+13",
    "/v1/artifacts/hashicorp/web/versions/12/ancestry?direction=up",
    "/v1/ancestry/out-of-date?artifact=hashicorp%2Fweb&cursor=abc",
    "/v1/artifacts/hashicorp/web/versions/12/consumers",
    "/v1/artifacts/hashicorp/web/consumers?limit=3",
    "/v1/consumers?consumer=acme%2Fproduction",
    "/v1/artifacts/hashicorp/web/diff?from=11&to=fingerprint%3Agit%2B1",
    "/v1/artifacts/hashicorp/web/versions/12/revocation/preview",
  ]);
});
