/** A number of Terraform's language, exact: whole ones as bigint, others as {@link Decimal}. */
export type NumberValue = bigint | Decimal;

// Far beyond what Terraform itself keeps (512 bits); without a limit, one long text would keep a core busy.
const MOST_DIGITS = 10_000;
const LARGEST_EXPONENT = 1_000_000_000;

/** `coefficient` times ten to the power of `exponent`, for numbers that bigint cannot hold. */
export class Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;

  /** For {@link parseNumber} and {@link fromFloat} only, which see to it that equal numbers have equal fields. */
  constructor(coefficient: bigint, exponent: number) {
    this.coefficient = coefficient;
    this.exponent = exponent;
  }

  toString(): string {
    const sign = this.coefficient < 0n ? "-" : "";
    const digits = this.coefficient.toString().slice(sign.length);
    if (this.exponent > 0 || this.exponent < -MOST_DIGITS) return `${sign}${digits}e${this.exponent}`;
    const padded = digits.padStart(1 - this.exponent, "0");
    return `${sign}${padded.slice(0, this.exponent)}.${padded.slice(this.exponent)}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/**
 * Reads a number from decimal text such as `12`, `-0.5` or `1e100`.
 *
 * @throws {RangeError} when the text is no number, or one with more digits than are of use
 */
export function parseNumber(text: string): NumberValue {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (sign === undefined) throw new RangeError("the text is not a decimal number");
  if (whole.length + fraction.length > MOST_DIGITS || Math.abs(Number(exponent)) > LARGEST_EXPONENT) {
    throw new RangeError(`the number has more than ${MOST_DIGITS} digits or too large an exponent`);
  }
  return normal(sign, whole + fraction, Number(exponent) - fraction.length);
}

/**
 * Reads the exact value of a float, which is a decimal with up to 1074 digits after the point.
 *
 * @throws {RangeError} for the infinities and NaN
 */
export function fromFloat(float: number): NumberValue {
  if (!Number.isFinite(float)) throw new RangeError("the number is not finite");
  let doublings = 0;
  // Doubling a float that is not whole is exact and ends at a whole one: m / 2^n = m * 5^n / 10^n.
  while (!Number.isInteger(float)) {
    float *= 2;
    doublings++;
  }
  const coefficient = BigInt(float) * 5n ** BigInt(doublings);
  return doublings === 0 ? coefficient : normal(...signAndDigits(coefficient), -doublings);
}

/** The float that is exactly this number; undefined when there is none. */
export function toExactFloat(value: NumberValue): number | undefined {
  const float = Number(value.toString());
  return Number.isFinite(float) && equalNumbers(fromFloat(float), value) ? float : undefined;
}

export function equalNumbers(a: NumberValue, b: NumberValue): boolean {
  if (typeof a === "bigint" || typeof b === "bigint") return a === b;
  return a.coefficient === b.coefficient && a.exponent === b.exponent;
}

function signAndDigits(value: bigint): [sign: string, digits: string] {
  return value < 0n ? ["-", (-value).toString()] : ["", value.toString()];
}

function normal(sign: string, digits: string, exponent: number): NumberValue {
  const significant = digits.replace(/^0+/, "").replace(/0+$/, "");
  if (significant === "") return 0n;
  const scale = exponent + digits.replace(/^0+/, "").length - significant.length;
  if (scale >= 0 && significant.length + scale <= MOST_DIGITS) {
    return BigInt(sign + significant + "0".repeat(scale));
  }
  return new Decimal(BigInt(sign + significant), scale);
}
