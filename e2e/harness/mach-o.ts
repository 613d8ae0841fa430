import { createHash } from "node:crypto";

const magic64 = 0xfeedfacf;
const commands = { segment: 0x19, signature: 0x1d };
const blobs = { signature: 0xfade0cc0, codeDirectory: 0xfade0c02 };
const sha256 = 2;

/**
 * What is wrong with an executable for macOS, as far as its system looks before it starts one: segments that do not
 * overlap and end with the file, and a signature at the end whose hashes are those of all pages before it. The layout
 * is that of `mach-o/loader.h` and `kern/cs_blobs.h` of XNU.
 */
export function problemsOf(file: Buffer): string[] {
  if (file.readUInt32LE(0) !== magic64) return ["it is no Mach-O file of 64 bits"];
  const problems: string[] = [];
  const { segments, signature } = readCommands(file);
  for (const [index, { name, start, size, address }] of segments.entries()) {
    const before = segments[index - 1];
    if (before && start < before.start + before.size) problems.push(`${name} overlaps ${before.name}`);
    if (before && address < before.address + before.room)
      problems.push(`${name} is loaded over ${before.name}`);
    if (start + size > file.length) problems.push(`${name} goes beyond the end of the file`);
  }
  const last = segments.at(-1);
  if (last?.name !== "__LINKEDIT" || last.start + last.size !== file.length) {
    problems.push("__LINKEDIT is not what the file ends with");
  }
  if (signature === undefined) return [...problems, "it is not signed"];
  if (signature.start + signature.size > file.length) return [...problems, "the signature is cut off"];
  return [...problems, ...checkSignature(file, signature.start)];
}

type Segment = { name: string; start: number; size: number; address: number; room: number };

function readCommands(file: Buffer) {
  const segments: Segment[] = [];
  let signature: { start: number; size: number } | undefined;
  let at = 32;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    const command = file.readUInt32LE(at);
    const number = (offset: number) => Number(file.readBigUInt64LE(at + offset));
    if (command === commands.segment) {
      const name = file.toString("latin1", at + 8, at + 24).replace(/\0.*/, "");
      segments.push({ name, address: number(24), room: number(32), start: number(40), size: number(48) });
    }
    if (command === commands.signature) {
      signature = { start: file.readUInt32LE(at + 8), size: file.readUInt32LE(at + 12) };
    }
    at += file.readUInt32LE(at + 4);
  }
  return { segments, signature };
}

function checkSignature(file: Buffer, start: number): string[] {
  if (file.readUInt32BE(start) !== blobs.signature)
    return ["where the signature should be is something else"];
  for (let index = 0; index < file.readUInt32BE(start + 8); index++) {
    const blob = start + file.readUInt32BE(start + 16 + index * 8);
    if (file.readUInt32BE(blob) === blobs.codeDirectory) return checkPages(file, start, blob);
  }
  return ["the signature has no code directory"];
}

function checkPages(file: Buffer, end: number, directory: number): string[] {
  const [hashes = 0, , , count = 0, limit] = [16, 20, 24, 28, 32].map((at) =>
    file.readUInt32BE(directory + at),
  );
  const [size = 0, kind, , pageBits = 0] = file.subarray(directory + 36, directory + 40);
  const page = 2 ** pageBits;
  if (kind !== sha256 || size !== 32) return ["its hashes are not SHA-256"];
  if (limit !== end) return [`what is signed ends at ${limit}, and the signature begins at ${end}`];
  if (count !== Math.ceil(end / page)) return [`there are hashes of ${count} pages`];
  const wrong: number[] = [];
  for (let index = 0; index < count; index++) {
    const content = file.subarray(index * page, Math.min((index + 1) * page, end));
    const at = directory + hashes + index * size;
    const hash = createHash("sha256").update(content).digest();
    if (!hash.equals(file.subarray(at, at + size))) wrong.push(index);
  }
  return wrong.length > 0 ? [`pages are not what was signed: ${wrong.join(", ")}`] : [];
}
