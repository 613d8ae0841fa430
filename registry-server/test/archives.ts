import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { packTar, unpackTar } from "modern-tar";

/** An archive that was cut off at several places, and one with a wrong bit in the middle of each of its entries. */
export function damagesOf(whole: Buffer): Buffer[] {
  const cuts = [0, 100, 512, 5_000, whole.length / 2, whole.length - 3_000];
  const places = [20, 600, ...entriesOf(whole).map(({ at, size }) => at + Math.floor(size / 2))];
  const flipped = (at: number) =>
    Buffer.from(whole.map((byte, index) => (index === at ? byte ^ 0x10 : byte)));
  return [...cuts.map((at) => whole.subarray(0, at)), ...places.map(flipped)];
}

/** Entries of a tar archive: 512 bytes of header, then the content, filled up to 512 bytes. */
export function entriesOf(tar: Buffer): { name: string; at: number; size: number }[] {
  const entries = [];
  for (let at = 0; tar[at]; ) {
    const name = tar.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    const size = Number.parseInt(tar.toString("utf8", at + 124, at + 135), 8);
    entries.push({ name, at: at + 512, size });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}

/** An archive with other contents in some of its entries. */
export async function rewritten(
  path: string,
  change: (name: string, text: string) => string,
): Promise<Buffer> {
  const entries = await unpackTar(readFileSync(path));
  const changed = entries.map(({ header, data = new Uint8Array() }) => {
    const packed = header.name.endsWith(".gz");
    const text = (packed ? gunzipSync(data) : Buffer.from(data)).toString("utf8");
    const body = Buffer.from(change(header.name, text));
    const content = packed ? gzipSync(body) : body;
    return { header: { name: header.name, size: content.length }, body: content };
  });
  return Buffer.from(await packTar(changed));
}
