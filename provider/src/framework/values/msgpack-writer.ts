import { type NumberValue, toExactFloat } from "./numbers.ts";

const SMALLEST_INT64 = -(2n ** 63n);
const LARGEST_INT64 = 2n ** 63n - 1n;

/** Writes msgpack in the shortest form, as Terraform does. */
export class MsgpackWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  nil(): void {
    this.#byte(0xc0);
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** Writes an integer where it fits into 64 bits, a float where that is exact, and the decimal text otherwise. */
  number(value: NumberValue): void {
    if (typeof value === "bigint" && value >= SMALLEST_INT64 && value <= LARGEST_INT64) {
      this.#integer(value);
      return;
    }
    // As a float, a whole number would come back from Terraform rounded to the digits that tell it from other floats.
    const float = typeof value === "bigint" ? undefined : toExactFloat(value);
    if (float === undefined) {
      this.string(value.toString());
      return;
    }
    this.#byte(0xcb);
    this.#grow(8);
    this.#length = this.#bytes.writeDoubleBE(float, this.#length);
  }

  string(value: string): void {
    const length = Buffer.byteLength(value);
    if (length < 0x20) this.#byte(0xa0 | length);
    else this.#head(length, [0xd9, 0xda, 0xdb]);
    this.#grow(length);
    this.#length += this.#bytes.write(value, this.#length);
  }

  bytes(value: Uint8Array): void {
    this.#head(value.length, [0xc4, 0xc5, 0xc6]);
    this.#raw(value);
  }

  array(length: number): void {
    if (length < 0x10) this.#byte(0x90 | length);
    else this.#head(length, [undefined, 0xdc, 0xdd]);
  }

  map(length: number): void {
    if (length < 0x10) this.#byte(0x80 | length);
    else this.#head(length, [undefined, 0xde, 0xdf]);
  }

  extension(type: number, data: Uint8Array): void {
    const fixed = [1, 2, 4, 8, 16].indexOf(data.length);
    if (fixed >= 0) this.#byte(0xd4 + fixed);
    else this.#head(data.length, [0xc7, 0xc8, 0xc9]);
    this.#raw(Uint8Array.of(type, ...data));
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #integer(value: bigint): void {
    if (value >= -0x20n && value <= 0x7fn) {
      this.#byte(Number(value) & 0xff);
      return;
    }
    const size = [1, 2, 4].find((size) => BigInt.asIntN(size * 8, value) === value);
    this.#byte(0xd0 + (size === undefined ? 3 : Math.log2(size)));
    this.#grow(8);
    this.#length =
      size === undefined
        ? this.#bytes.writeBigInt64BE(value, this.#length)
        : this.#bytes.writeIntBE(Number(value), this.#length, size);
  }

  /** The head for a length of 1, 2 or 4 bytes; the first that fits and exists. */
  #head(length: number, [one, two, four]: [number | undefined, number, number]): void {
    const [head, size] =
      one !== undefined && length < 0x100 ? [one, 1] : length < 0x1_0000 ? [two, 2] : [four, 4];
    this.#byte(head);
    this.#grow(size);
    this.#length = this.#bytes.writeUIntBE(length, this.#length, size);
  }

  #byte(value: number): void {
    this.#grow(1);
    this.#length = this.#bytes.writeUInt8(value, this.#length);
  }

  #raw(value: Uint8Array): void {
    this.#grow(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  #grow(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
