import { hash } from "node:crypto";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { record } from "../test/record.ts";
import { scratch } from "../test/scratch.ts";
import { describeFile } from "./file-source.ts";
import { type Content, ReferenceError_, type RegistryClient, RegistryError, type Source } from "./index.ts";
import { listSpool, scanRefused, writeSpoolRecord } from "./spool.ts";
import { sendSpool } from "./spool-send.ts";
import type { Build, BuildReport, Document_, Publish, Version } from "./types.ts";

let dir: string;

beforeEach(async () => {
  dir = await scratch();
});

/** Plays a registry that keeps what it is told under (fingerprint, build), as publishing is idempotent. */
function registry(answer: (build: string, artifact: string) => Error | undefined = () => undefined) {
  const opened: Publish[] = [];
  const reported: string[] = [];
  const kept = new Set<string>();
  const stored = new Map<string, string>();
  const reports: BuildReport[] = [];
  const attached: Document_[] = [];
  const version = (fingerprint: string, name: string) =>
    ({
      artifact: "hashicorp/web",
      fingerprint,
      builds: [{ name, documents: attached }],
    }) as unknown as Version;
  return {
    opened,
    reported,
    kept,
    stored,
    reports,
    attached,
    channels: {} as RegistryClient["channels"],
    documents: {
      async put(_artifact: string, _version: unknown, _build: string, name: string, content: Content) {
        const sha256 = hash("sha256", content.bytes);
        const document = { name, sha256, media_type: content.mediaType, size: content.bytes.byteLength };
        attached.push(document);
        return document;
      },
    } as unknown as RegistryClient["documents"],
    files: {
      find: async (_artifact: string, sha256: string) =>
        stored.has(sha256) ? { sha256, size: stored.get(sha256)?.length ?? 0 } : undefined,
      async upload(_artifact: string, source: Source) {
        if (stored.has(source.sha256)) return { sent: false };
        let text = "";
        for await (const chunk of source.open()) text += Buffer.from(chunk).toString();
        stored.set(source.sha256, text);
        return { sent: true };
      },
    } as RegistryClient["files"],
    address: "http://127.0.0.1:8421/",
    async publish(_artifact: string, body: Publish) {
      opened.push(body);
      return { version: version(body.fingerprint ?? "", ""), created: true };
    },
    async getVersion() {
      if (kept.size > 0) return version("run-1", "b");
      throw new RegistryError("refused", "there is none", { status: 404, code: "version_not_found" });
    },
    async reportBuild(artifact: string, fingerprint: string, name: string, report: BuildReport) {
      reports.push(report);
      const error = answer(name, artifact);
      if (error) throw error;
      reported.push(name);
      kept.add(`${fingerprint} ${name}`);
      return { build: { name } as Build, version: version(fingerprint, name) };
    },
  };
}

const ended = (minute: number) => ({ ended_at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString() });
const away = new RegistryError("unreachable", "connection refused");
const nothingLeft = { left: 0, stopped: undefined, blocked: new Map(), otherAddresses: [] };

test("sends the oldest build first and empties the spool", async () => {
  for (const minute of [3, 1, 2]) await writeSpoolRecord(dir, record(`b${minute}`, ended(minute)));
  const server = registry();
  const told: string[] = [];
  const result = await sendSpool(dir, server, { onSent: (sent) => told.push(sent.build.name) });
  expect(result).toEqual({ sent: 3, setAside: 0, ...nothingLeft });
  expect(server.reported).toEqual(["b1", "b2", "b3"]);
  expect(told).toEqual(server.reported);
  expect(await readdir(dir)).toEqual([]);
});

test("asks for `latest` only if nothing newer is there, unless it was not asked for at all", async () => {
  const openings = [{}, { latest: true }, { latest: "if_newer" }, { latest: false }] as const;
  for (const [minute, open] of openings.entries()) {
    await writeSpoolRecord(dir, record("b", ended(minute), { fingerprint: `run-${minute}`, ...open }));
  }
  const server = registry();
  await sendSpool(dir, server);
  expect(server.opened.map(({ latest }) => latest)).toEqual(["if_newer", "if_newer", "if_newer", false]);
});

test("stops at the first record that cannot reach the registry, and keeps it", async () => {
  for (const minute of [1, 2, 3]) await writeSpoolRecord(dir, record(`b${minute}`, ended(minute)));
  const server = registry((build) => (build === "b2" ? away : undefined));
  const result = await sendSpool(dir, server);
  expect(result).toEqual({ ...nothingLeft, sent: 1, setAside: 0, left: 2, stopped: away });
  expect((await listSpool(dir)).map((entry) => entry.record.build.name)).toEqual(["b2", "b3"]);
});

test("keeps a record that was refused for the sake of the token", async () => {
  await writeSpoolRecord(dir, record("b1"));
  const refused = new RegistryError("refused", "the token is not known", {
    status: 401,
    code: "unauthorized",
  });
  const result = await sendSpool(
    dir,
    registry(() => refused),
  );
  expect(result).toMatchObject({ sent: 0, setAside: 0, left: 1, stopped: refused });
});

test.each([
  new RegistryError("refused", "it is complete", { status: 409, code: "version_complete" }),
  new ReferenceError_("it is complete"),
])(
  "sets a record aside that the registry will never take, with the reason, and goes on: %s",
  async (refusal) => {
    const path = await writeSpoolRecord(dir, record("b1", ended(1)));
    await writeSpoolRecord(dir, record("b2", ended(2)));
    const told: string[][] = [];
    const server = registry((build) => (build === "b1" ? refusal : undefined));
    const result = await sendSpool(dir, server, { onSetAside: (...args) => told.push(args) });
    expect(result).toEqual({ sent: 1, setAside: 1, ...nothingLeft });
    expect(told).toEqual([[path, "it is complete"]]);
    const aside = join(dir, "refused", basename(path));
    expect(JSON.parse(await readFile(aside, "utf8"))).toEqual(record("b1", ended(1)));
    expect(await readFile(`${aside}.reason.txt`, "utf8")).toBe("it is complete\n");
    expect((await stat(join(dir, "refused"))).mode & 0o777).toBe(0o700);
  },
);

test("sets a damaged file aside with the reason and goes on", async () => {
  await writeFile(join(dir, "0.json"), '{"format": 1');
  await writeSpoolRecord(dir, record("b1"));
  const server = registry();
  expect(await sendSpool(dir, server)).toEqual({ sent: 1, setAside: 1, ...nothingLeft });
  expect(await readFile(join(dir, "refused", "0.json.reason.txt"), "utf8")).toMatch(
    /holds no record: .*JSON/,
  );
});

test("leaves what is meant for another registry, unless told that it has moved", async () => {
  await writeSpoolRecord(dir, { ...record("b1"), address: "https://elsewhere.test/" });
  await writeSpoolRecord(dir, record("b2"));
  const server = registry();
  expect(await sendSpool(dir, server)).toMatchObject({
    sent: 1,
    left: 1,
    otherAddresses: ["https://elsewhere.test/"],
  });
  expect(server.reported).toEqual(["b2"]);
  expect(await sendSpool(dir, server, { anyAddress: true })).toMatchObject({ sent: 1, left: 0 });
});

test("sends each record once when two send at once", async () => {
  const names = Array.from({ length: 20 }, (_, minute) => `b${minute}`);
  for (const [minute, name] of names.entries()) await writeSpoolRecord(dir, record(name, ended(minute)));
  await writeFile(join(dir, "0.json"), "damaged");
  const server = registry((build) =>
    build === "b7" ? new RegistryError("refused", "no", { status: 409 }) : undefined,
  );
  const results = await Promise.all([sendSpool(dir, server), sendSpool(dir, server)]);
  for (const result of results) expect(result).toMatchObject({ left: 0, stopped: undefined });
  expect(results.map(({ sent }) => sent).sort((a, b) => a - b)).toEqual([0, 19]);
  expect(server.reported).toHaveLength(19);
  expect([...server.kept].sort()).toEqual(
    names
      .filter((name) => name !== "b7")
      .map((name) => `run-1 ${name}`)
      .sort(),
  );
  expect(await readdir(dir)).toEqual(["refused"]);
  expect((await readdir(join(dir, "refused"))).filter((name) => name.endsWith(".json"))).toHaveLength(2);
});

test("passes over a record that vanishes before it is read", async () => {
  await writeSpoolRecord(dir, record("b1", ended(1)));
  const second = await writeSpoolRecord(dir, record("b2", ended(2)));
  const server = registry();
  const result = await sendSpool(dir, {
    ...server,
    async reportBuild(artifact, fingerprint, name, report) {
      await rm(second, { force: true });
      return server.reportBuild(artifact, fingerprint, name, report);
    },
  });
  expect(result).toEqual({ sent: 1, setAside: 0, ...nothingLeft });
});

/** A build with a file that the registry is to store. */
async function withFile(text: string) {
  const source = join(await scratch(), "web.qcow2");
  await writeFile(source, text);
  const described = await describeFile(source);
  const files = [{ path: "output/web.qcow2", ...described, stored: true }];
  await writeSpoolRecord(dir, { ...record("b", { files }), uploads: [{ path: "output/web.qcow2", source }] });
  return { source, sha256: described.sha256 };
}

test("uploads the files of a build before it reports the build", async () => {
  const { sha256 } = await withFile("disk");
  const server = registry();
  const told: string[] = [];
  const onDone = ({ path }: { path: string }, wasSent: boolean) => told.push(`${path} ${wasSent}`);
  expect(await sendSpool(dir, server, { onDone })).toMatchObject({ sent: 1 });
  expect(server.stored.get(sha256)).toBe("disk");
  expect(server.reports[0]?.files).toMatchObject([{ path: "output/web.qcow2", stored: true }]);
  expect(told).toEqual(["output/web.qcow2 true"]);
});

test.each(["gone", "changed"])("a build whose file is %s is set aside, and says what to do", async (how) => {
  const { source } = await withFile("disk");
  await (how === "gone" ? rm(source) : writeFile(source, "disc"));
  const server = registry();
  const reasons: string[] = [];
  const options = { onSetAside: (_path: string, reason: string) => reasons.push(reason) };
  expect(await sendSpool(dir, server, options)).toMatchObject({ sent: 0, setAside: 1 });
  expect(reasons[0]).toMatch(/web\.qcow2 is not there any more, or has changed.*--record-only/);
  expect(server.opened).toEqual([]);
});

test("a build whose file is gone is published without the bytes when that is asked for", async () => {
  await rm((await withFile("disk")).source);
  const server = registry();
  expect(await sendSpool(dir, server, { recordOnly: true })).toMatchObject({ sent: 1, setAside: 0 });
  expect(server.reports[0]?.files).toMatchObject([{ path: "output/web.qcow2", stored: false }]);
});

test("a file that is gone is no loss when the registry has it", async () => {
  const { source, sha256 } = await withFile("disk");
  await rm(source);
  const server = registry();
  server.stored.set(sha256, "disk");
  expect(await sendSpool(dir, server)).toMatchObject({ sent: 1, setAside: 0 });
  expect(server.reports[0]?.files).toMatchObject([{ stored: true }]);
});

test("a build for which there is no room now waits", async () => {
  await withFile("disk");
  const server = registry();
  server.files.upload = async () => {
    throw new RegistryError("refused", "the namespace is full", { code: "quota_exceeded", status: 409 });
  };
  expect(await sendSpool(dir, server)).toMatchObject({ sent: 0, setAside: 0, left: 1 });
});

test("an artifact that the token is not for keeps its records in order, and no other artifact waits for it", async () => {
  const forbidden = new RegistryError("refused", "not yours", { status: 403, code: "forbidden" });
  for (const [minute, artifact] of ["a/closed", "a/open", "a/closed"].entries())
    await writeSpoolRecord(dir, { ...record(`b${minute}`, ended(minute)), artifact });
  const server = registry((_build, artifact) => (artifact === "a/closed" ? forbidden : undefined));
  const blocked = new Map([["a/closed", forbidden]]);
  expect(await sendSpool(dir, server)).toEqual({ ...nothingLeft, sent: 1, setAside: 0, left: 2, blocked });
  expect(server.reported).toEqual(["b1"]);
  expect(server.reports).toHaveLength(2);
  expect((await listSpool(dir)).map((entry) => entry.record.build.name)).toEqual(["b0", "b2"]);
});

test("what was set aside is listed with its reason, and sent when that is asked for", async () => {
  await writeSpoolRecord(dir, record("b"));
  const refusal = new RegistryError("refused", "it is complete", { status: 409 });
  await sendSpool(
    dir,
    registry(() => refusal),
  );
  expect(await scanRefused(dir)).toMatchObject([{ record: record("b"), refusal: "it is complete" }]);
  const server = registry();
  expect(await sendSpool(dir, server)).toMatchObject({ sent: 0 });
  expect(await sendSpool(dir, server, { refused: true })).toMatchObject({ sent: 1 });
  expect(await readdir(join(dir, "refused"))).toEqual([]);
});

/** A build with a document. */
async function withDocument(text: string) {
  const source = join(await scratch(), "web.cdx.json");
  await writeFile(source, text);
  const described = { name: "web.cdx.json", media_type: "application/vnd.cyclonedx+json" };
  const document = { ...described, ...(await describeFile(source)) };
  await writeSpoolRecord(dir, { ...record("b"), documents: [{ ...document, source }] });
  return { source, document };
}

test("attaches the documents of a build, and does not send again what is attached", async () => {
  const { document } = await withDocument("{}");
  const server = registry();
  await sendSpool(dir, server);
  expect(server.attached).toEqual([document]);
  await withDocument("{}");
  await sendSpool(dir, server);
  expect(server.attached).toHaveLength(1);
});

test.each([
  { how: "gone", options: {}, result: { sent: 0, setAside: 1 } },
  { how: "changed", options: {}, result: { sent: 0, setAside: 1 } },
  { how: "changed", options: { recordOnly: true }, result: { sent: 1, setAside: 0 } },
])("a document that is $how counts as a file does, with $options", async ({ how, options, result }) => {
  const { source } = await withDocument("{}");
  await (how === "gone" ? rm(source) : writeFile(source, "[]"));
  const server = registry();
  expect(await sendSpool(dir, server, options)).toMatchObject(result);
  expect(server.attached).toEqual([]);
});

test("a document that is gone is no loss when it is attached", async () => {
  const { source, document } = await withDocument("{}");
  await rm(source);
  const server = registry();
  server.attached.push(document);
  server.kept.add("run-1 b");
  expect(await sendSpool(dir, server)).toMatchObject({ sent: 1, setAside: 0 });
});
