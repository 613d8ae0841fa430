import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { scratch } from "../test/scratch.ts";
import { client, json, play, problem } from "../test/server.ts";
import { readEvents } from "./event-stream.ts";
import { describeFile, fileSource } from "./file-source.ts";

async function file(bytes: Buffer) {
  const path = join(await scratch(), "web.qcow2");
  await writeFile(path, bytes);
  return fileSource(path, await describeFile(path));
}

test("an upload is read anew in each attempt, and leaves nothing behind", async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on("warning", listen);
  onTestFinished(() => void process.off("warning", listen));
  const { address, seen } = await play(({ method }, response, attempt) => {
    if (method === "GET") return problem(response, 404, "file_not_found");
    if (attempt === 2) return problem(response, 503, "unavailable");
    json(response, { sha256: "", size: 0 }, 201);
  });
  const source = await file(Buffer.alloc(24 * 2 ** 20, "disk"));
  expect(await client(address).files.upload("hashicorp/web", source)).toEqual({ sent: true });
  expect(seen.map(({ method }) => method)).toEqual(["GET", "PUT", "PUT"]);
  for (const { body, headers } of seen.slice(1)) {
    expect(headers["content-length"]).toBe(String(24 * 2 ** 20));
    expect(createHash("sha256").update(body).digest("hex")).toBe(source.sha256);
  }
  expect(warnings).toEqual([]);
});

test("what is refused while it is sent is said, and not sent again", async () => {
  const { address, seen } = await play(({ method }, response) => {
    problem(response, method === "GET" ? 404 : 409, method === "GET" ? "file_not_found" : "quota_exceeded");
  });
  const upload = client(address).files.upload("hashicorp/web", await file(Buffer.from("disk")));
  await expect(upload).rejects.toMatchObject({ kind: "refused", code: "quota_exceeded" });
  expect(seen).toHaveLength(2);
});

test("a file that cannot be read is no fault of the registry", async () => {
  const { address } = await play((_, response) => problem(response, 404, "file_not_found"));
  const source = fileSource("/no/such/file", { size: 4, sha256: "0".repeat(64) });
  await expect(client(address).files.upload("hashicorp/web", source)).rejects.toMatchObject({
    code: "ENOENT",
  });
});

const event = (offset: number, text: string) =>
  `id: ${offset + text.length}\ndata: ${JSON.stringify({ offset, text })}\n\n`;

test("a log is followed past a connection that breaks, from where it was", async () => {
  const { address, seen } = await play((_, response, attempt) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (attempt === 1) {
      response.write(`: following\n\n${event(0, "one\n")}`, () => response.destroy());
    } else response.end(`${event(4, "two\n")}id: 8\nevent: end\ndata: {"offset":8}\n\n`);
  });
  const seenBytes: Buffer[] = [];
  for await (const bytes of client(address).logs.follow("hashicorp/web", 1, "ami")) seenBytes.push(bytes);
  expect(Buffer.concat(seenBytes).toString()).toBe("one\ntwo\n");
  expect(seen.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "4"]);
  expect(seen[0]?.headers.accept).toContain("text/event-stream");
});

test("a log that cannot be followed says why", async () => {
  const { address } = await play((_, response) => problem(response, 404, "log_not_found"));
  const events = client(address).logs.follow("hashicorp/web", 1, "ami");
  await expect(events.next()).rejects.toMatchObject({ kind: "refused", code: "log_not_found" });
});

test("events are read wherever their bytes are cut", async () => {
  const bytes = Buffer.from(
    ": hello\r\n\r\nid: 7\r\nevent: end\r\ndata: Grö\r\ndata: ße\r\n\r\ndata\n\nid: 9\n\n",
  );
  for (let size = 1; size <= bytes.length; size++) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    const events = [];
    for await (const one of readEvents(sequence(parts))) events.push(one);
    expect(events).toEqual([
      { id: "7", event: "end", data: "Grö\nße" },
      { id: undefined, event: "message", data: "" },
      { id: "9", event: "message", data: "" },
    ]);
  }
});

async function* sequence(parts: Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
}
