import { writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { type Certificate, makeCertificate } from "../test/certificate.ts";
import { scratch } from "../test/scratch.ts";
import { client, json, play } from "../test/server.ts";
import { knowsProxies } from "./transport.ts";

const query = { artifact: "hashicorp/web" };
let authority: Certificate;
let served: Certificate;
let caFile: string;

beforeAll(async () => {
  authority = makeCertificate("Test Authority");
  served = makeCertificate("localhost", authority);
  caFile = join(await scratch(), "ca.pem");
  await writeFile(caFile, authority.cert);
});

const secure = () => play((_, response) => json(response, { artifact: "hashicorp/web" }), served);

test("trusts the authority in ca_file", async () => {
  const { address } = await secure();
  await expect(client(address, { ca_file: caFile }).resolve(query)).resolves.toEqual(query);
});

test("says to set ca_file when the authority is unknown, and does not try again", async () => {
  const { address, server } = await secure();
  let connections = 0;
  server.on("connection", () => connections++);
  const failure = client(address).resolve(query);
  await expect(failure).rejects.toMatchObject({ kind: "unreachable", code: "tls" });
  await expect(failure).rejects.toThrow("set ca_file (WAYBILL_CA_FILE) to its PEM certificate");
  expect(connections).toBe(1);
});

test("says when ca_file holds another authority", async () => {
  const { address } = await secure();
  const other = join(await scratch(), "other.pem");
  await writeFile(other, makeCertificate("Other").cert);
  await expect(client(address, { ca_file: other }).resolve(query)).rejects.toThrow(
    `ca_file ${other} does not hold the authority that signed it`,
  );
});

test("says when ca_file cannot be read or holds no certificate", async () => {
  const { address } = await secure();
  await expect(client(address, { ca_file: "/no/such/file" }).resolve(query)).rejects.toMatchObject({
    kind: "unreachable",
    code: "ca_file",
    message: "ca_file /no/such/file cannot be read: ENOENT",
  });
  const broken = join(await scratch(), "broken.pem");
  for (const content of ["nothing", authority.cert.slice(0, 200)]) {
    await writeFile(broken, content);
    await expect(client(address, { ca_file: broken }).resolve(query)).rejects.toThrow("holds no certificate");
  }
});

test("says when the server speaks TLS only", async () => {
  const { address } = await secure();
  await expect(client(address.replace("https:", "http:")).resolve(query)).rejects.toThrow(
    "cut the connection; if it speaks TLS, write https:// in address",
  );
});

test("says when the server does not speak TLS, or nothing like HTTP", async () => {
  const { address } = await play(() => undefined);
  await expect(client(address.replace("http:", "https:")).resolve(query)).rejects.toThrow(
    "write http:// in address",
  );

  const strange = createTcpServer((socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n"));
  await new Promise<void>((listening) => strange.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void strange.close());
  const { port } = strange.address() as AddressInfo;
  await expect(client(`http://127.0.0.1:${port}`).resolve(query)).rejects.toMatchObject({
    kind: "invalid_response",
    message: expect.stringContaining("something that is not HTTP"),
  });
});

/** A forward proxy that leads every host to one port of the loopback. */
async function proxyTo(port: number) {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { pathname, search } = new URL(request.url ?? "");
    const { method, headers } = request;
    const onward = { port, host: "127.0.0.1", method, headers, path: pathname + search };
    request.pipe(httpRequest(onward, (answer) => answer.pipe(response)));
  });
  proxy.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    if (request.url?.startsWith("forbidden")) return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    socket.pipe(connect(port, "127.0.0.1")).pipe(socket);
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return {
    asked,
    server: proxy,
    url: `http://user:proxypass@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  };
}

test("goes through HTTP_PROXY, and not where NO_PROXY or the loopback is", async () => {
  const { address, port } = await play((_, response) => json(response, query));
  const proxy = await proxyTo(port);
  const env = { HTTP_PROXY: proxy.url };
  await expect(client("http://registry.test", {}, { env }).resolve(query)).resolves.toEqual(query);
  expect(proxy.asked).toEqual(["GET http://registry.test/v1/artifacts/hashicorp/web/resolve"]);

  await expect(client(address, {}, { env }).resolve(query)).resolves.toEqual(query);
  const without = client("http://registry.invalid", {}, { env: { ...env, NO_PROXY: "registry.invalid" } });
  await expect(without.resolve(query)).rejects.toThrow("host name");
  expect(proxy.asked).toHaveLength(1);
});

test("tunnels TLS through HTTPS_PROXY and still checks the certificate", async () => {
  const { port } = await secure();
  const proxy = await proxyTo(port);
  const options = { env: { https_proxy: proxy.url } };
  const right = client("https://registry.test", { ca_file: caFile }, options);
  await expect(right.resolve(query)).resolves.toEqual(query);
  const wrong = client("https://other.test", { ca_file: caFile }, options);
  await expect(wrong.resolve(query)).rejects.toThrow("shows a certificate for another host name");
  expect(proxy.asked).toEqual(["CONNECT registry.test:443", "CONNECT other.test:443"]);
});

test("says when the proxy is the one that refuses, without its password", async () => {
  const { port } = await secure();
  const proxy = await proxyTo(port);
  const failure = client("https://forbidden.test", {}, { env: { HTTPS_PROXY: proxy.url } }).resolve(query);
  await expect(failure).rejects.toMatchObject({ kind: "unreachable", code: "proxy" });
  const message = await failure.catch(String);
  expect(message).toContain("the proxy named by HTTPS_PROXY");
  expect(message).not.toContain("proxypass");
});

test("says when the proxy is not there", async () => {
  const proxy = await proxyTo(1);
  proxy.server.close();
  const made = client("http://registry.test", {}, { env: { HTTP_PROXY: proxy.url }, retries: 0 });
  const message = await made.resolve(query).catch(String);
  expect(message).toContain("the proxy named by HTTPS_PROXY or HTTP_PROXY refused the connection");
  expect(message).not.toContain("proxypass");
});

test.each([
  ["22.20.0", false],
  ["22.21.0", true],
  ["23.11.0", false],
  ["24.4.1", false],
  ["24.5.0", true],
  ["26.10.0", true],
])("knows whether Node.js %s can use a proxy", (version, expected) => {
  expect(knowsProxies(version)).toBe(expected);
});
