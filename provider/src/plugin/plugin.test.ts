import { sign, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { createIdentity, type Identity } from "./certificate.ts";
import { handshakeLine, readHandshake, reattachConfig } from "./handshake.ts";
import { listen } from "./listener.ts";
import { createLogger } from "./logger.ts";
import { mutualTls } from "./transport.ts";

const cookie = { TF_PLUGIN_MAGIC_COOKIE: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2" };

describe("the handshake", () => {
  test("happens only with a client that knows the cookie", () => {
    expect(readHandshake({})).toBeUndefined();
    expect(readHandshake({ TF_PLUGIN_MAGIC_COOKIE: "cookie" })).toBeUndefined();
    expect(readHandshake(cookie)).toMatchObject({ clientCertificate: undefined, multiplexAsked: false });
  });

  test("refuses ports that are none", () => {
    expect(() => readHandshake({ ...cookie, PLUGIN_MIN_PORT: "http" })).toThrow(/PLUGIN_MIN_PORT.*"http"/);
  });

  test("has a seventh field only for clients that ask for it", () => {
    const handshake = { clientCertificate: undefined, socketDirectory: undefined, ports: { min: 1, max: 2 } };
    const address = { network: "tcp", text: "127.0.0.1:10000" } as const;
    const line = (multiplexAsked: boolean) =>
      handshakeLine({ ...handshake, multiplexAsked }, address, Buffer.from("cert"));
    expect(line(false)).toBe("1|6|tcp|127.0.0.1:10000|grpc|Y2VydA\n");
    expect(line(true)).toBe("1|6|tcp|127.0.0.1:10000|grpc|Y2VydA|false\n");
  });

  test("can be replaced by a configuration for debugging", () => {
    const config = JSON.parse(reattachConfig(["a/b/c"], { network: "unix", text: "/tmp/s" }, 42));
    expect(config).toEqual({
      "a/b/c": {
        Protocol: "grpc",
        ProtocolVersion: 6,
        Pid: 42,
        Test: true,
        Addr: { Network: "unix", String: "/tmp/s" },
      },
    });
  });
});

describe("the certificate", () => {
  test("is one for localhost that signs itself", () => {
    const certificate = new X509Certificate(createIdentity().certificate);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
    expect(certificate.ca).toBe(true);
  });

  test("is another one each time", () => {
    const [a, b] = [createIdentity(), createIdentity()].map(
      ({ certificate }) => new X509Certificate(certificate),
    );
    expect(a?.serialNumber).not.toBe(b?.serialNumber);
    expect(a?.serialNumber).toHaveLength(32);
  });

  test.each(["2026-11-22T10:00:00Z", "2049-12-31T23:59:59Z", "2061-02-03T04:05:06Z"])(
    "is valid for a year from a day before %s",
    (now) => {
      const { validFromDate, validToDate } = new X509Certificate(createIdentity(Date.parse(now)).certificate);
      expect(validFromDate.getTime()).toBe(Date.parse(now) - 86_400_000);
      expect(validToDate.getTime()).toBe(Date.parse(now) + 365 * 86_400_000);
    },
  );
});

describe("the transport", () => {
  const servers: { close(): void }[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Whether a client with some identity is accepted by a server that expects `clientCertificate`. */
  async function accepted(
    clientCertificate: string,
    identity: { key: string; certificate: string },
  ): Promise<boolean> {
    const own = createIdentity();
    const accept = mutualTls({ clientCertificate, identity: own }, (socket) => socket.end("welcome"));
    const server = createServer({ pauseOnConnect: true }, accept);
    servers.push(server);
    const { text, release } = await listen(server, { socketDirectory: undefined, ports: { min: 0, max: 0 } });
    servers.push({ close: release });
    const client = connectTls({
      ...{ path: text, servername: "localhost", ca: own.certificate, ALPNProtocols: ["h2"] },
      ...{ key: identity.key, cert: identity.certificate },
    });
    let received = "";
    client.on("data", (chunk) => (received += chunk));
    await new Promise((closed) => client.on("error", closed).on("close", closed));
    return received === "welcome";
  }

  test("accepts the client that it was told of", async () => {
    const client = createIdentity();
    expect(await accepted(client.certificate, client)).toBe(true);
  });

  test("refuses a client that it was not told of", async () => {
    expect(await accepted(createIdentity().certificate, createIdentity())).toBe(false);
  });

  test("refuses a certificate that the right one has signed", async () => {
    const client = createIdentity();
    expect(await accepted(client.certificate, signedBy(client))).toBe(false);
  });
});

describe("listening", () => {
  test("takes the first free port of the range where there are no sockets", async () => {
    const taken = createServer();
    const first = await listen(taken, { socketDirectory: undefined, ports: { min: 0, max: 0 } }, "win32");
    expect(first).toMatchObject({ network: "tcp", text: "127.0.0.1:0" });
    const port = (taken.address() as { port: number }).port;
    const server = createServer();
    const next = await listen(
      server,
      { socketDirectory: undefined, ports: { min: port, max: port + 50 } },
      "win32",
    );
    expect(next.text).not.toBe(`127.0.0.1:${port}`);
    await new Promise<void>((connected) =>
      connect(Number(next.text.split(":")[1]), "127.0.0.1", connected).unref(),
    );
    const none = listen(
      createServer(),
      { socketDirectory: undefined, ports: { min: port, max: port } },
      "win32",
    );
    await expect(none).rejects.toThrow(`no free port between ${port} and ${port}`);
    taken.close();
    server.close();
  });

  test("leaves no directory behind when it fails", async () => {
    const server = createServer();
    const { text, release } = await listen(server, { socketDirectory: undefined, ports: { min: 0, max: 0 } });
    expect(existsSync(text)).toBe(true);
    await expect(listen(server, { socketDirectory: undefined, ports: { min: 0, max: 0 } })).rejects.toThrow(
      /listen/i,
    );
    server.close();
    release();
    release();
    expect(existsSync(text)).toBe(false);
  });
});

describe("the log", () => {
  function written(env: NodeJS.ProcessEnv): string[] {
    const lines: string[] = [];
    const logger = createLogger("test", env, (line) => lines.push(line));
    for (const level of ["trace", "debug", "info", "warn", "error"] as const) logger[level](level);
    return lines.map((line) => JSON.parse(line)["@level"]);
  }

  test("has the level of TF_LOG_PROVIDER, then of TF_LOG", () => {
    expect(written({})).toEqual(["error"]);
    expect(written({ TF_LOG: "WARN" })).toEqual(["warn", "error"]);
    expect(written({ TF_LOG: "TRACE", TF_LOG_PROVIDER: "info" })).toEqual(["info", "warn", "error"]);
    expect(written({ TF_LOG: "off" })).toEqual([]);
    expect(written({ TF_LOG: "JSON" })).toHaveLength(5);
  });

  test("is one JSON line an entry, whatever is in it", () => {
    const lines: string[] = [];
    const logger = createLogger("test", {}, (line) => lines.push(line));
    logger.error("two\nlines", { error: new Error("bad"), big: 12n });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      "@message": "two\nlines",
      "@timestamp": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      big: "12",
      error: expect.stringContaining("Error: bad"),
    });
  });
});

/** An identity whose certificate was signed by another's key, which verification by authority alone accepts. */
function signedBy(issuer: Identity): Identity {
  const subject = createIdentity();
  const tbs = Buffer.from(subject.der.subarray(4, 8 + subject.der.readUInt16BE(6)));
  // The issuer's name comes first; the subject's must differ, or the certificate is taken to sign itself.
  tbs.write("otherhost", tbs.indexOf("localhost", tbs.indexOf("localhost") + 1));
  const signature = sign("sha256", tbs, issuer.key);
  const algorithm = Buffer.from("300a06082a8648ce3d040302", "hex");
  const body = [tbs, algorithm, Buffer.of(0x03, signature.length + 1, 0), signature];
  const header = Buffer.of(0x30, 0x82, 0, 0);
  header.writeUInt16BE(Buffer.concat(body).length, 2);
  const der = Buffer.concat([header, ...body]);
  expect(new X509Certificate(der).verify(new X509Certificate(issuer.certificate).publicKey)).toBe(true);
  const certificate = `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`;
  return { key: subject.key, certificate, der };
}
