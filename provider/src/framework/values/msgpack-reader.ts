import { isUtf8 } from "node:buffer";

/** The next piece of a msgpack text: a scalar, or the head of a collection whose elements follow. */
export type Token =
  | { readonly kind: "nil" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "binary"; readonly value: Uint8Array }
  | { readonly kind: "array" | "map"; readonly length: number }
  | { readonly kind: "extension"; readonly type: number; readonly data: Uint8Array };

/**
 * Reads msgpack piece by piece, so that its caller can follow the expected type and no size that the bytes claim is
 * ever allocated. Texts must be UTF-8 and keep every character.
 */
export class MsgpackReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** @throws {RangeError} where the bytes end too early or are not msgpack */
  next(): Token {
    const head = this.#unsigned(1);
    if (head <= 0x7f) return { kind: "integer", value: BigInt(head) };
    if (head <= 0x8f) return { kind: "map", length: head & 0x0f };
    if (head <= 0x9f) return { kind: "array", length: head & 0x0f };
    if (head <= 0xbf) return this.#string(head & 0x1f);
    if (head >= 0xe0) return { kind: "integer", value: BigInt(head - 0x100) };
    switch (head) {
      case 0xc0:
        return { kind: "nil" };
      case 0xc2:
      case 0xc3:
        return { kind: "bool", value: head === 0xc3 };
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return { kind: "binary", value: this.#take(this.#unsigned(1 << (head - 0xc4))) };
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#unsigned(1 << (head - 0xc7)));
      case 0xca:
        return { kind: "float", value: this.#take(4).readFloatBE() };
      case 0xcb:
        return { kind: "float", value: this.#take(8).readDoubleBE() };
      case 0xcc:
      case 0xcd:
      case 0xce:
        return { kind: "integer", value: BigInt(this.#unsigned(1 << (head - 0xcc))) };
      case 0xcf:
        return { kind: "integer", value: this.#take(8).readBigUInt64BE() };
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const size = 1 << (head - 0xd0);
        return { kind: "integer", value: BigInt(this.#take(size).readIntBE(0, size)) };
      }
      case 0xd3:
        return { kind: "integer", value: this.#take(8).readBigInt64BE() };
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (head - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#unsigned(1 << (head - 0xd9)));
      case 0xdc:
      case 0xdd:
        return { kind: "array", length: this.#unsigned(head === 0xdc ? 2 : 4) };
      case 0xde:
      case 0xdf:
        return { kind: "map", length: this.#unsigned(head === 0xde ? 2 : 4) };
      default:
        throw new RangeError(`byte 0x${head.toString(16)} begins nothing in msgpack`);
    }
  }

  #string(length: number): Token {
    const bytes = this.#take(length);
    if (!isUtf8(bytes)) throw new RangeError("a text is not UTF-8");
    return { kind: "string", value: bytes.toString() };
  }

  #extension(length: number): Token {
    const type = this.#take(1).readInt8();
    return { kind: "extension", type, data: Uint8Array.from(this.#take(length)) };
  }

  #unsigned(size: number): number {
    return this.#take(size).readUIntBE(0, size);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError("the bytes end in the middle of a value");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
