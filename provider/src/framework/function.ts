import type { NumberValue } from "./values/numbers.ts";
import type { Type } from "./values/types.ts";
import type { Value } from "./values/values.ts";

/** A parameter of a function. Without `nullable`, Terraform refuses null before the function is called. */
export type Parameter = {
  readonly name: string;
  readonly type: Type;
  readonly description: string;
  readonly nullable?: true;
};

type Kinds = { string: string; bool: boolean; number: NumberValue };
type Argument<P> = P extends { readonly type: { readonly kind: infer K } }
  ? (K extends keyof Kinds ? Kinds[K] : Value) | (P extends { nullable: true } ? null : never)
  : never;
type Arguments<P extends readonly Parameter[]> = { [K in keyof P]: Argument<P[K]> };

/** A function of the configuration language: `provider::<name>::<function>(...)`. */
export type FunctionDefinition<Given extends readonly unknown[] = readonly never[]> = {
  readonly summary: string;
  /** Markdown. */
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly returns: Type;
  /**
   * Gives a value of the type `returns`. It must depend on its arguments only: Terraform calls it again and compares.
   *
   * @throws {ArgumentError} when an argument cannot be used
   */
  call(...given: Given): Value;
};

/** An argument that cannot be used; the sentence is shown at that argument. */
export class ArgumentError extends Error {
  readonly argument: number;

  /** @param argument its position, from 0 */
  constructor(argument: number, message: string) {
    super(message);
    this.name = "ArgumentError";
    this.argument = argument;
  }
}

/** Fixes the types of a function: its parameters decide what `call` gets. */
export function defineFunction<const P extends readonly Parameter[]>(
  definition: FunctionDefinition<Arguments<P>> & { readonly parameters: P },
): FunctionDefinition {
  return definition as unknown as FunctionDefinition;
}
