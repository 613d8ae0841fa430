import { framed } from "../harness/raw-client.ts";
import type { Call } from "./calls.ts";

/** Random numbers that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 and less than `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % limit;
  }

  one<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  bytes(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.below(most) }, () => this.below(256)));
  }
}

/** What is sent, and whether it is wrong for certain: random changes may make something that is right. */
export type Attempt = { readonly path: string; readonly body: Buffer; readonly isMalformed: boolean };

/** The next attempt: wrong by construction in its frame, its message or a value, or changed anywhere at random. */
export function attempt(calls: readonly Call[], random: Random): Attempt {
  const call = random.one(calls);
  const { path } = call;
  switch (random.below(5)) {
    case 0:
      return { path, body: brokenFrame(call.message(), random), isMalformed: true };
    case 1:
      return { path, body: framed(brokenMessage(call.message(), random)), isMalformed: true };
    case 2:
      return { path, body: scrambled(framed(call.message()), random), isMalformed: false };
    case 3:
      return { path, body: framed(random.bytes(64)), isMalformed: false };
    default: {
      if (call.value === undefined) return { path, body: framed(random.bytes(8)), isMalformed: false };
      const isMalformed = random.below(4) > 0;
      const broken = call.value === "json" ? brokenJson : brokenMsgpack;
      const change = (valid: Buffer) => (isMalformed ? broken : scrambled)(valid, random);
      // What configures the provider is not left to chance: the other calls need it.
      if (!isMalformed && path.endsWith("/ConfigureProvider")) return attempt(calls, random);
      return { path, body: framed(call.message(change)), isMalformed };
    }
  }
}

/** A body whose frame does not hold: cut off, nothing at all, or shorter than it says. */
function brokenFrame(message: Buffer, random: Random): Buffer {
  const body = framed(message);
  if (random.below(2) === 0) return body.subarray(0, random.below(body.length));
  body.writeUInt32BE(message.length + 1 + random.below(2 ** 31), 1);
  return body;
}

const LENGTH_DELIMITED = 2;
/** Wire types 6 and 7 do not exist; 4 ends a group that nobody began. */
const BAD_WIRE_TYPES = [4, 6, 7];

/** A message that ends within a field, or has a tag that no field can have. */
function brokenMessage(message: Buffer, random: Random): Buffer {
  const field = 1 + random.below(15);
  switch (random.below(4)) {
    case 0: {
      const length = 1 + random.below(100);
      const tail = [(field << 3) | LENGTH_DELIMITED, length, ...random.bytes(length)];
      return Buffer.concat([message, Buffer.from(tail)]);
    }
    case 1:
      return Buffer.concat([message, Buffer.of((field << 3) | random.one(BAD_WIRE_TYPES))]);
    case 2:
      // A length of almost 4 GiB.
      return Buffer.concat([
        message,
        Buffer.of((field << 3) | LENGTH_DELIMITED, 0xff, 0xff, 0xff, 0xff, 0x0f),
      ]);
    default:
      // Field 0, whatever it holds.
      return Buffer.concat([message, Buffer.of(random.one([0, 1, 2, 5])), random.bytes(16)]);
  }
}

const HEADS_OF_TOO_MANY = [
  [0xdd, 0xff, 0xff, 0xff, 0xff],
  [0xdf, 0xff, 0xff, 0xff, 0xff],
  [0xc6, 0xff, 0xff, 0xff, 0xff],
  [0xdb, 0xff, 0xff, 0xff, 0xff],
  [0xc9, 0xff, 0xff, 0xff, 0xff, 0x0c],
];

/** Bytes that are not msgpack, or not of the type that the schema wants. */
function brokenMsgpack(valid: Buffer, random: Random): Buffer {
  switch (random.below(6)) {
    case 0:
      return valid.subarray(0, random.below(valid.length));
    case 1:
      return Buffer.concat([valid, Buffer.of(random.below(256)), random.bytes(8)]);
    case 2:
      return Buffer.concat([Buffer.from(random.one(HEADS_OF_TOO_MANY)), random.bytes(32)]);
    case 3:
      // A byte that begins nothing, and a key that is no text.
      return Buffer.concat([random.one([Buffer.of(0xc1), Buffer.of(0x81, 0xa2, 0xff, 0xfe)]), valid]);
    case 4:
      // An object with a single attribute, which the schema does not have.
      return Buffer.concat([Buffer.of(0x81, 0xa3), Buffer.from("no!"), Buffer.of(0xc0)]);
    default:
      return Buffer.alloc(1 + random.below(10_000), random.one([0x91, 0x81]));
  }
}

function brokenJson(valid: Buffer, random: Random): Buffer {
  return random.below(2) === 0
    ? valid.subarray(0, 1 + random.below(valid.length - 1))
    : Buffer.concat([valid, Buffer.from(random.one(["}", ",", "nul", "\u0000"]))]);
}

/** A few bytes changed, left out, put in or repeated. */
function scrambled(valid: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(valid);
  for (let change = 0; change <= random.below(4); change++) {
    const at = random.below(bytes.length + 1);
    const rest = bytes.subarray(at);
    const middle = [
      Buffer.concat([Buffer.of(random.below(256)), rest.subarray(1)]),
      rest.subarray(random.below(8)),
      Buffer.concat([random.bytes(8), rest]),
      Buffer.concat([rest, rest]),
    ];
    bytes = Buffer.concat([bytes.subarray(0, at), random.one(middle)]);
  }
  return bytes;
}
