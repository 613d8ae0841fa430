import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { client, json, play, problem, TOKEN } from "../test/server.ts";
import { LARGEST_ANSWER_BYTES } from "./transport.ts";

const query = { artifact: "hashicorp/web" };

test("says who asks, with which token, on one kept-alive connection", async () => {
  const { address, seen, server } = await play((_, response) =>
    json(response, { artifact: "hashicorp/web" }),
  );
  let connections = 0;
  server.on("connection", () => connections++);
  const made = client(address, { consumer: "acme/prüfung" });
  await made.resolve(query);
  await made.resolve(query);
  expect(connections).toBe(1);
  expect(seen[1]?.headers).toMatchObject({
    authorization: `Bearer ${TOKEN}`,
    "user-agent": "waybill-test/0",
    "waybill-consumer": "acme/pr%C3%BCfung",
  });
});

test("encodes every part of a path and of a query", async () => {
  const { address, seen } = await play((_, response) => json(response, { artifact: "a/b", version: {} }));
  const made = client(address);
  await made.resolve({ ...query, constraint: "~> 1.0", labels: { "a b": "x=y&z" } });
  await made.reportBuild("hashicorp/web", "git+1", "amazon-ebs.web/eu ü", { artifact_type: "amazon.ami" });
  expect(seen.map(({ url }) => url)).toEqual([
    "/v1/artifacts/hashicorp/web/resolve?constraint=%7E%3E+1.0&labels=a+b%3Dx%3Dy%26z",
    "/v1/artifacts/hashicorp/web/versions/fingerprint%3Agit%2B1/builds/amazon-ebs.web%2Feu%20%C3%BC",
  ]);
});

test("keeps the path of an address behind a reverse proxy", async () => {
  const { address, seen } = await play((_, response) => json(response, { status: "ok" }));
  await client(`${address}/waybill`).health();
  expect(seen[0]?.url).toBe("/waybill/healthz");
});

test("takes the namespace of the settings where an artifact has none", async () => {
  const { address, seen } = await play((_, response) => json(response, { results: [], artifact: "" }));
  const made = client(address, { namespace: "hashicorp" });
  await made.resolveMany([{ artifact: "web" }, { artifact: "acme/db" }]);
  expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
    queries: [{ artifact: "hashicorp/web" }, { artifact: "acme/db" }],
  });
  await expect(client(address).resolve({ artifact: "web" })).rejects.toThrow(
    "set namespace (WAYBILL_NAMESPACE)",
  );
});

test("resolves more than one request may hold, in order", async () => {
  const { address, seen } = await play(({ body }, response) => {
    const { queries } = JSON.parse(body) as { queries: unknown[] };
    json(response, { results: queries.map((resolved) => ({ resolved })) });
  });
  const queries = Array.from({ length: 250 }, (_, index) => ({
    artifact: "hashicorp/web",
    version: index + 1,
  }));
  const results = await client(address).resolveMany(queries);
  expect(results).toEqual(queries.map((resolved) => ({ resolved })));
  expect(seen).toHaveLength(3);
});

test("tells a new version from one that was there", async () => {
  const { address } = await play((_, response, attempt) =>
    json(response, { fingerprint: "f" }, attempt === 1 ? 201 : 200),
  );
  const made = client(address);
  expect(await made.publish("hashicorp/web", { fingerprint: "f" })).toMatchObject({ created: true });
  expect(await made.publish("hashicorp/web", { fingerprint: "f" })).toMatchObject({ created: false });
});

test("deletes without expecting a body", async () => {
  const { address, seen } = await play((_, response) => response.writeHead(204).end());
  await client(address).deleteArtifact("hashicorp/web");
  expect(seen[0]).toMatchObject({ method: "DELETE", url: "/v1/artifacts/hashicorp/web" });
});

test.each([502, 503, 504, 429])("tries again after %i and then succeeds", async (status) => {
  const log: string[] = [];
  const { address, seen } = await play((_, response, attempt) => {
    if (attempt === 1) response.writeHead(status).end("later");
    else json(response, { artifact: "hashicorp/web" });
  });
  const made = client(address, {}, { log: (message) => log.push(message) });
  await expect(made.resolve(query)).resolves.toEqual({ artifact: "hashicorp/web" });
  expect(seen).toHaveLength(2);
  expect(log).toEqual([expect.stringMatching(new RegExp(`answered ${status} .* trying again \\(1 of 3\\)`))]);
});

test("tries again when the connection is cut before or within the answer", async () => {
  const { address } = await play((_, response, attempt) => {
    if (attempt === 1) return void response.socket?.destroy();
    if (attempt === 2) {
      response.writeHead(200, { "content-length": "100" }).write("{");
      return void response.socket?.end();
    }
    json(response, { artifact: "hashicorp/web" });
  });
  await expect(client(address).resolve(query)).resolves.toEqual({ artifact: "hashicorp/web" });
});

test("gives up after the last retry and says what it got", async () => {
  const { address, seen } = await play((_, response) => problem(response, 503, "unavailable"));
  const failure = client(address, {}, { retries: 1 }).resolve(query);
  await expect(failure).rejects.toMatchObject({ kind: "unreachable", code: "unavailable", status: 503 });
  expect(seen).toHaveLength(2);
});

test("does not make a token twice: only what was surely not done is tried again", async () => {
  const token = { name: "ci", scopes: [] };
  const { address, seen } = await play((_, response, attempt) => {
    if (attempt === 1) return problem(response, 503, "unavailable", {}, { "retry-after": "0" });
    response.socket?.destroy();
  });
  await expect(client(address).tokens.create(token)).rejects.toMatchObject({
    kind: "unreachable",
    message: `the registry at ${address}/ cut the connection; it may have been done all the same, so look before you try again`,
  });
  expect(seen).toHaveLength(2);
});

test("waits as long as Retry-After asks, unless that is longer than a caller would wait", async () => {
  const { address, seen } = await play((_, response, attempt) => {
    const seconds = attempt === 1 ? "0" : "3600";
    problem(response, 429, "busy", {}, { "retry-after": seconds });
  });
  await expect(client(address).resolve(query)).rejects.toMatchObject({ kind: "unreachable", code: "busy" });
  expect(seen).toHaveLength(2);
});

test("says how to give a token when there is none", async () => {
  const { address } = await play((_, response) => problem(response, 401, "unauthorized"));
  const failure = client(address, { token: "" }).resolve(query);
  await expect(failure).rejects.toMatchObject({ kind: "refused", code: "unauthorized", status: 401 });
  await expect(failure).rejects.toThrow("none is given; set token (WAYBILL_TOKEN, or --token");
  await expect(client(address).resolve(query)).rejects.toThrow("it is unauthorized");
});

test.each([400, 401, 404, 409, 500])("does not repeat what was answered with %i", async (status) => {
  const { address, seen } = await play((_, response) =>
    problem(response, status, "some_code", { images: [1] }),
  );
  const kind = status === 500 ? "unreachable" : "refused";
  await expect(client(address).resolve(query)).rejects.toMatchObject({
    kind,
    status,
    code: "some_code",
    message: "it is some_code",
    problem: { images: [1] },
  });
  expect(seen).toHaveLength(1);
});

test("names the fields a registry complained about, once", async () => {
  const errors = [
    { path: "latest", message: "expected a boolean" },
    { path: "semver", message: "is invalid_request" },
  ];
  const { address } = await play((_, response) => problem(response, 400, "invalid_request", { errors }));
  await expect(client(address).resolve(query)).rejects.toThrow(
    "it is invalid_request (latest: expected a boolean)",
  );
});

test("stops at the timeout, retries included", async () => {
  const { address, seen } = await play(() => undefined);
  const failure = client(address, { timeout: "50ms" }).resolve(query);
  await expect(failure).rejects.toMatchObject({ kind: "unreachable", code: "timeout" });
  await expect(failure).rejects.toThrow("did not answer within 0.05 s (timeout, WAYBILL_TIMEOUT)");
  expect(seen).toHaveLength(1);
});

test("stops at the timeout when an answer only trickles in", async () => {
  const { address } = await play((_, response) => void response.writeHead(200).write("{"));
  const failure = client(address, { timeout: "50ms" }).resolve(query);
  await expect(failure).rejects.toMatchObject({ code: "timeout" });
});

test("can be cancelled before, during and between attempts", async () => {
  const during = new AbortController();
  const { address } = await play(() => during.abort());
  await expect(client(address).resolve(query, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    kind: "cancelled",
  });
  await expect(client(address).resolve(query, during)).rejects.toMatchObject({ kind: "cancelled" });
  expect(getEventListeners(during.signal, "abort")).toHaveLength(0);

  const between = new AbortController();
  const busy = await play((_, response) => problem(response, 503, "unavailable", {}, { "retry-after": "4" }));
  const failure = client(busy.address, {}, { log: () => between.abort() }).resolve(query, between);
  await expect(failure).rejects.toMatchObject({ kind: "cancelled", message: "the request was cancelled" });
});

test.each([
  ["an HTML page", 200, "text/html", "<html><title>Sign in</title>", 'an HTML page ("Sign in")'],
  ["an HTML page", 404, "text/html", "<!doctype html>Nothing here", "an HTML page"],
  ["garbage", 200, "application/json", "\u0000\u0001{", "a body that is not JSON"],
  ["nothing", 200, "application/json", "", "an empty body"],
  ["another service's JSON", 200, "application/json", '{"ok":true}', "JSON of another kind"],
  ["another service's JSON", 404, "application/json", '{"code":404}', "JSON of another kind"],
])("names %s with %i as an answer of something else", async (_name, status, type, body, sentence) => {
  const { address, seen } = await play((_, response) => {
    response.writeHead(status, { "content-type": type }).end(body);
  });
  const failure = client(address).resolve(query);
  await expect(failure).rejects.toMatchObject({
    kind: "invalid_response",
    code: "invalid_response",
    status,
  });
  await expect(failure).rejects.toThrow(
    `answered ${status} and ${sentence}, which no Waybill registry sends; check that address (WAYBILL_ADDRESS) is right`,
  );
  expect(seen).toHaveLength(1);
});

test("says to check the address where a registry has no such route", async () => {
  const { address } = await play((_, response) => problem(response, 404, "not_found"));
  await expect(client(`${address}/other`).resolve(query)).rejects.toMatchObject({
    kind: "refused",
    code: "not_found",
    message: expect.stringContaining(
      "/other/ has no such route; check that address (WAYBILL_ADDRESS) is right",
    ),
  });
});

test("follows no redirect, so that the token goes nowhere else", async () => {
  const { address, seen } = await play((_, response) =>
    response.writeHead(302, { location: "/other" }).end(),
  );
  await expect(client(address).resolve(query)).rejects.toThrow("redirects elsewhere (302)");
  expect(seen).toHaveLength(1);
});

test("reads no endless answer", async () => {
  const { address } = await play((_, response) => {
    const chunk = Buffer.alloc(4 * 1024 * 1024, " ");
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", more);
    more();
  });
  await expect(client(address, { timeout: "1m" }).resolve(query)).rejects.toThrow(
    `sent more than ${LARGEST_ANSWER_BYTES / 1024 / 1024} MiB`,
  );
});

test("does not send what a registry would refuse as too large", async () => {
  const { address, seen } = await play((_, response) => json(response, {}));
  const failure = client(address).publish("hashicorp/web", { description: "x".repeat(1024 * 1024) });
  await expect(failure).rejects.toMatchObject({ kind: "refused", code: "body_too_large" });
  expect(seen).toHaveLength(0);
});

test("says that nobody listens, and that a host is unknown", async () => {
  const { address, server } = await play(() => undefined);
  server.close();
  const refused = client(address, {}, { retries: 0 }).resolve(query);
  await expect(refused).rejects.toMatchObject({ kind: "unreachable", code: "unreachable" });
  await expect(refused).rejects.toThrow(`the registry at ${address}/ cannot be reached: connection refused`);
  await expect(client("http://no-such-host.invalid").resolve(query)).rejects.toThrow(/host name .*not known/);
});

test("refuses a build name that a path cannot hold", async () => {
  const made = client("http://127.0.0.1:1");
  await expect(made.reportBuild("hashicorp/web", "f", "..", { artifact_type: "x" })).rejects.toMatchObject({
    kind: "refused",
  });
});

test("shows the token in no error, even when the server sends it back", async () => {
  const echo = `bad header: Bearer ${TOKEN}`;
  const { address } = await play((_, response) =>
    problem(response, 401, "unauthorized", { detail: echo, echo }),
  );
  const error = await client(address)
    .resolve(query)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: "refused", message: "bad header: Bearer [token]" });
  const { inspect } = await import("node:util");
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(TOKEN);
});

test("lets no answer write control characters to a terminal", async () => {
  const { address } = await play((_, response) => problem(response, 400, "x", { detail: "a\u001b[2Jb\nc" }));
  await expect(client(address).resolve(query)).rejects.toThrow("a [2Jb c");
});
