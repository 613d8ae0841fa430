import { hash, randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type S3Server, startS3 } from "../../../test/moto.ts";
import { openDirectoryStore } from "./directory.ts";
import { openS3Store } from "./s3.ts";
import { type Expected, type FileStore, openFileStore } from "./store.ts";

const s3 = await startS3();
afterAll(() => s3?.stop());

const root = mkdtempSync(join(tmpdir(), "waybill-store-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const expectedOf = (bytes: Uint8Array): Expected & { size: number } => ({
  sha256: hash("sha256", bytes),
  size: bytes.length,
  most: 64 * 1024 * 1024,
});
async function* inChunks(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** What every store does, whatever it keeps its bytes in. */
function keepsBytes(open: () => FileStore, leftovers: () => Promise<number>): void {
  const store = new Proxy({} as FileStore, { get: (_, name: keyof FileStore) => open()[name] });
  const readAll = async (sha256: string, range?: { start: number; end: number }) =>
    buffer(await store.read(sha256, range));

  it.each([0, 1, 70_000, 20 * 1024 * 1024 + 7])(
    "keeps %d bytes and gives them back, whole and in parts",
    async (size) => {
      const bytes = randomBytes(size);
      const expected = expectedOf(bytes);
      expect(await store.put(inChunks(bytes), expected)).toEqual({ size });
      expect(await store.size(expected.sha256)).toBe(size);
      expect((await readAll(expected.sha256)).equals(bytes)).toBe(true);
      if (size > 1) {
        const part = await readAll(expected.sha256, { start: 1, end: size - 2 });
        expect(part.equals(bytes.subarray(1, -1))).toBe(true);
      }
      await store.remove(expected.sha256);
      await store.remove(expected.sha256);
      expect(await store.size(expected.sha256)).toBeUndefined();
      await expect(store.read(expected.sha256)).rejects.toThrow();
    },
  );

  it("keeps nothing of what is not what it should be, too large, or refused in the end", async () => {
    const bytes = randomBytes(17 * 1024 * 1024);
    const expected = expectedOf(bytes);
    const refused = vi.fn(() => Promise.reject(new Error("refused")));
    await expect(store.put(inChunks(bytes.subarray(1)), expected)).rejects.toMatchObject({
      code: "file_differs",
    });
    const other = { ...expected, sha256: "0".repeat(64) };
    await expect(store.put(inChunks(bytes), other)).rejects.toMatchObject({ code: "file_differs" });
    const small = { ...expected, most: 9 * 1024 * 1024 };
    await expect(store.put(inChunks(bytes), small)).rejects.toMatchObject({ code: "body_too_large" });
    await expect(store.put(inChunks(bytes), { ...expected, beforeKept: refused })).rejects.toThrow("refused");
    expect(refused).toHaveBeenCalledExactlyOnceWith(bytes.length);
    const cut = async function* () {
      yield* inChunks(bytes.subarray(0, 9 * 1024 * 1024));
      throw new Error("gone away");
    };
    await expect(store.put(cut(), expected)).rejects.toThrow("gone away");
    expect(await store.size(expected.sha256)).toBeUndefined();
    expect(await leftovers()).toBe(0);
  });

  it("takes the same bytes twice at once", async () => {
    const bytes = randomBytes(100_000);
    const expected = expectedOf(bytes);
    await Promise.all([1, 2, 3].map(() => store.put(inChunks(bytes), expected)));
    expect((await readAll(expected.sha256)).equals(bytes)).toBe(true);
    const listed = [];
    for await (const each of store.list()) listed.push(each);
    expect(listed).toEqual([{ sha256: expected.sha256, size: 100_000, modifiedAt: expect.any(Date) }]);
    await store.remove(expected.sha256);
  });

  it("lets go of everything when who reads goes away", async () => {
    const bytes = randomBytes(8 * 1024 * 1024);
    const expected = expectedOf(bytes);
    await store.put(inChunks(bytes), expected);
    const reader = (await store.read(expected.sha256)).getReader();
    await reader.read();
    await reader.cancel();
    await store.remove(expected.sha256);
    expect(await store.size(expected.sha256)).toBeUndefined();
  });
}

describe("a directory", () => {
  const directory = join(root, "files");
  const incoming = join(directory, "incoming");
  keepsBytes(
    () => openDirectoryStore(directory),
    async () => readdirSync(incoming).length,
  );

  it("is for its owner only, and made when it is needed", async () => {
    const place = join(root, "new", "files");
    const store = await openFileStore(`directory:${place}`, { endpoint: undefined, region: undefined });
    expect(store.shown).toBe(place);
    expect(existsSync(place)).toBe(false);
    const bytes = randomBytes(10);
    const { sha256 } = expectedOf(bytes);
    await store.put(inChunks(bytes), expectedOf(bytes));
    const modeOf = (...path: string[]) => statSync(join(place, ...path)).mode & 0o777;
    expect([modeOf(), modeOf("incoming"), modeOf(sha256.slice(0, 2))]).toEqual([0o700, 0o700, 0o700]);
    expect(modeOf(sha256.slice(0, 2), sha256)).toBe(0o600);
    await store.ping();
  });

  it("cannot be used when it is a file", async () => {
    writeFileSync(join(root, "file"), "");
    await expect(openDirectoryStore(join(root, "file")).ping()).rejects.toThrow(
      /^Files cannot be kept in the directory ".*file": it is no directory\. Name another .*WAYBILL_FILES/,
    );
  });

  it("is rid of uploads that have not moved for long", async () => {
    const store = openDirectoryStore(directory);
    writeFileSync(join(incoming, "old"), "x");
    writeFileSync(join(incoming, "new"), "x");
    const since = new Date(Date.now() - 60_000);
    utimesSync(join(incoming, "old"), new Date(0), new Date(0));
    expect(await store.removeUnfinished(since)).toBe(1);
    expect(readdirSync(incoming)).toEqual(["new"]);
    chmodSync(join(incoming, "new"), 0o600);
  });
});

describe.skipIf(s3 === undefined)("S3, as moto speaks it", () => {
  const { url: endpoint } = s3 ?? ({ url: "http://127.0.0.1:1" } as S3Server);
  const options = { endpoint, region: "eu-central-1" };
  const Bucket = "images";
  let client: S3Client;
  beforeAll(async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    client = new S3Client({ ...options, forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: "eu-central-1" } as const;
    await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  });
  afterAll(() => {
    client.destroy();
    vi.unstubAllEnvs();
  });

  const uploads = async () => {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    return Uploads.length;
  };
  keepsBytes(() => openS3Store("s3://images/waybill/files", options), uploads);

  it("has them under its prefix and nowhere else, and shows where without credentials", async () => {
    const store = await openFileStore("s3://images/a/b", options);
    expect(store.shown).toBe(`s3://images/a/b at ${new URL(endpoint).host}`);
    const bytes = randomBytes(3);
    await store.put(inChunks(bytes), expectedOf(bytes));
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: "a" }));
    expect(Contents.map(({ Key }) => Key)).toEqual([`a/b/${expectedOf(bytes).sha256}`]);
    await store.ping();
  });

  it("says which bucket cannot be used", async () => {
    await expect(openS3Store("s3://no-such-bucket", options).ping()).rejects.toThrow(
      /^Files cannot be kept in the bucket of s3:\/\/no-such-bucket: NotFound, .*WAYBILL_FILES/,
    );
  });

  it("is rid of uploads that were begun long ago, under its prefix", async () => {
    for (const Key of ["waybill/files/x", "waybill/files/y", "other/x"]) {
      await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    }
    const store = openS3Store("s3://images/waybill/files", options);
    expect(await store.removeUnfinished(new Date(0))).toBe(0);
    expect(await store.removeUnfinished(new Date(Date.now() + 86_400_000))).toBe(2);
    expect(await uploads()).toBe(1);
  });
});
