import type { Native, Type } from "./values/types.ts";

/** A parameter of a function. Without `nullable`, Terraform refuses null before the function is called. */
export type Parameter = {
  readonly name: string;
  readonly type: Type;
  readonly description: string;
  readonly nullable?: true;
};

type Argument<P> = P extends { readonly type: infer T extends Type }
  ? Native<T> | (P extends { nullable: true } ? null : never)
  : never;
type Arguments<P extends readonly Parameter[], V> = [
  ...{ -readonly [K in keyof P]: Argument<P[K]> },
  ...([V] extends [never] ? [] : Argument<V>[]),
];

/** A function of the configuration language: `provider::<name>::<function>(...)`. */
export type FunctionDefinition<Given extends readonly unknown[] = readonly never[], R = unknown> = {
  readonly summary: string;
  /** Markdown. */
  readonly description: string;
  /** What to use instead; Terraform warns with it. */
  readonly deprecated?: string;
  readonly parameters: readonly Parameter[];
  /** What any number of further arguments are. */
  readonly variadic?: Parameter;
  readonly returns: Type;
  /**
   * Gives a value of the type `returns`; all arguments are wholly known. It must depend on them only: Terraform calls it
   * again and compares.
   *
   * @throws {ArgumentError} when an argument cannot be used
   */
  call(...given: Given): R;
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

/** Fixes the types of a function: its parameters decide what `call` gets, and `returns` what it must give. */
export function defineFunction<
  const P extends readonly Parameter[],
  R extends Type,
  const V extends Parameter = never,
>(
  definition: FunctionDefinition<Arguments<P, V>, Native<R> | null> & {
    readonly parameters: P;
    readonly variadic?: V;
    readonly returns: R;
  },
): FunctionDefinition {
  return definition as unknown as FunctionDefinition;
}
