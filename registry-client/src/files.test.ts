import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { scratch } from "../test/scratch.ts";
import { client, json, play, problem } from "../test/server.ts";
import { placeBelow, saveFile } from "./file-download.ts";
import { describeFile, fileSource } from "./file-source.ts";

const bytes = randomBytes(1_000_000);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const wanted = { artifact: "a/b", version: 1, build: "q", path: "out/x", size: bytes.length, sha256 };

describe("an upload", () => {
  it("asks first, and sends nothing that the registry has", async () => {
    const file = join(await scratch(), "x");
    writeFileSync(file, bytes);
    let has = false;
    const { address, seen } = await play(({ method }, response) => {
      if (method === "GET" && !has) problem(response, 404, "file_not_found");
      else json(response, { sha256, size: bytes.length }, method === "PUT" ? 201 : 200);
    });
    const { files } = client(address);
    const source = fileSource(file, await describeFile(file));
    expect(await files.upload("a/b", source)).toEqual({ sent: true });
    has = true;
    expect(await files.upload("a/b", source)).toEqual({ sent: false });
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /v1/artifacts/a/b/files/${sha256}`,
      `PUT /v1/artifacts/a/b/files/${sha256}`,
      `GET /v1/artifacts/a/b/files/${sha256}`,
    ]);
    expect(seen[1]?.headers["content-length"]).toBe("1000000");
  });

  it("begins again when the connection breaks, and tells how far it is", async () => {
    const file = join(await scratch(), "x");
    writeFileSync(file, bytes);
    let puts = 0;
    const { address } = await play(({ method }, response) => {
      if (method === "GET") problem(response, 404, "file_not_found");
      else if (++puts === 1) response.socket?.destroy();
      else json(response, { sha256, size: bytes.length }, 201);
    });
    const told: number[] = [];
    const source = fileSource(file, await describeFile(file), (sent) => told.push(sent));
    expect(await client(address).files.upload("a/b", source)).toEqual({ sent: true });
    expect(puts).toBe(2);
    expect(told.at(-1)).toBe(bytes.length);
  });

  it("fails with the reason when the registry refuses it", async () => {
    const file = join(await scratch(), "x");
    writeFileSync(file, bytes);
    const { address } = await play(({ method }, response) =>
      method === "GET" ? problem(response, 404, "file_not_found") : problem(response, 413, "quota_exceeded"),
    );
    const source = fileSource(file, await describeFile(file));
    const failed = client(address).files.upload("a/b", source);
    await expect(failed).rejects.toMatchObject({ kind: "refused", code: "quota_exceeded" });
  });
});

describe("a download", () => {
  it("goes on where an earlier one, or a connection, has ended", async () => {
    const target = join(await scratch(), "deep", "x");
    const ranges: (string | undefined)[] = [];
    const { address } = await play(({ headers }, response) => {
      ranges.push(headers.range);
      const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
      expect(headers["if-range"]).toBe(start === 0 ? undefined : `"${sha256}"`);
      response.writeHead(start === 0 ? 200 : 206, { "content-length": bytes.length - start });
      if (start >= 600_000) response.end(bytes.subarray(start));
      else response.write(bytes.subarray(start, start + 300_000), () => response.destroy());
    });
    const { files } = client(address);
    expect(await saveFile(files, wanted, target)).toEqual({ wasThere: false });
    expect(readFileSync(target).equals(bytes)).toBe(true);
    expect(readdirSync(dirname(target))).toEqual(["x"]);
    expect(ranges.length).toBeGreaterThan(2);
    expect(await saveFile(files, wanted, target)).toEqual({ wasThere: true });
  });

  it.skipIf(process.platform === "win32")("goes on with no link that somebody else put there", async () => {
    const dir = await scratch();
    const other = join(dir, "other");
    writeFileSync(other, bytes.subarray(0, 10));
    symlinkSync(other, join(dir, `.x.${sha256.slice(0, 16)}.part`));
    const { address } = await play((_request, response) => response.end(bytes));
    await saveFile(client(address).files, wanted, join(dir, "x"));
    expect(readFileSync(join(dir, "x"))).toEqual(bytes);
    expect(lstatSync(join(dir, "x")).isFile()).toBe(true);
    expect(readFileSync(other)).toEqual(bytes.subarray(0, 10));
  });

  it("begins anew when the registry does not go on", async () => {
    const dir = await scratch();
    writeFileSync(join(dir, `.x.${sha256.slice(0, 16)}.part`), "what was there");
    const { address } = await play((_, response) => response.writeHead(200).end(bytes));
    await saveFile(client(address).files, wanted, join(dir, "x"));
    expect(readFileSync(join(dir, "x")).equals(bytes)).toBe(true);
  });

  it("keeps nothing that is not what the build made", async () => {
    const dir = await scratch();
    const { address } = await play((_, response) => response.writeHead(200).end(randomBytes(bytes.length)));
    const failed = saveFile(client(address).files, wanted, join(dir, "x"));
    await expect(failed).rejects.toMatchObject({ kind: "invalid_response", code: "file_differs" });
    expect(readdirSync(dir)).toEqual([]);
  });

  it("keeps what has come when it cannot go on, for the next time", async () => {
    const dir = await scratch();
    const { address } = await play((_, response) => problem(response, 404, "file_not_found"));
    writeFileSync(join(dir, `.x.${sha256.slice(0, 16)}.part`), bytes.subarray(0, 10));
    const failed = saveFile(client(address).files, wanted, join(dir, "x"));
    await expect(failed).rejects.toMatchObject({ code: "file_not_found" });
    expect(existsSync(join(dir, "x"))).toBe(false);
    expect(readdirSync(dir)).toHaveLength(1);
  });
});

describe("a place below a directory", () => {
  it.each(["../x", "/etc/passwd", "a/../../x", "a//x", ".", "a/.", "", "a\\..\\x", "C:/x", "a/\u0000"])(
    "is not where %j leads",
    async (path) => {
      await expect(placeBelow(await scratch(), path)).rejects.toThrow(/no path that is safe to write/);
    },
  );

  it("is not behind a link that leads out of it, but may be behind one that stays", async () => {
    const [dir, elsewhere] = [await scratch(), await scratch()];
    symlinkSync(elsewhere, join(dir, "out"));
    await expect(placeBelow(dir, "out/x")).rejects.toThrow(/leads out of it/);
    await expect(placeBelow(dir, "out/deep/x")).rejects.toThrow(/leads out of it/);
    mkdirSync(join(dir, "real"));
    symlinkSync(join(dir, "real"), join(dir, "in"));
    expect(await placeBelow(dir, "in/x")).toContain("in/x");
  });
});
