import { compileConstraint } from "@waybill/registry-server/resolving/constraint";
import { parseSemver, sortKey } from "@waybill/registry-server/resolving/semver";
import { ArgumentError, defineFunction } from "../framework/function.ts";
import type { Validator } from "../framework/validators.ts";
import { types } from "../framework/values/types.ts";

/** Accepts semantic versions. */
export const isSemver: Validator = (value) =>
  refusal(() => parseSemver(String(value))) && "must be a semantic version of three numbers, such as 1.4.0";

/** Accepts constraints over semantic versions. */
export const isConstraint: Validator = (value) => refusal(() => compileConstraint(String(value)));

function refusal(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error.message;
  }
}

const version = (name: string) =>
  ({ name, type: types.string, description: "A semantic version, such as `1.4.0`." }) as const;

/** `provider::waybill::satisfies` */
export const satisfies = defineFunction({
  summary: "Says whether a version satisfies a constraint.",
  description:
    "Says whether a semantic version satisfies a constraint, by the same rules by which the registry resolves one.",
  parameters: [
    version("version"),
    { name: "constraint", type: types.string, description: "A constraint, such as `~> 1.4`." },
  ],
  returns: types.bool,
  call(text, constraint) {
    const key = keyOf(text, 0);
    const isPrerelease = parseSemver(text).prerelease.length > 0;
    return scansOf(constraint).some(
      ({ prerelease, from, to, except }) =>
        prerelease === isPrerelease && from <= key && key < to && !except.includes(key),
    );
  },
});

/** `provider::waybill::compare_versions` */
export const compareVersions = defineFunction({
  summary: "Compares two versions.",
  description:
    "Compares two semantic versions by their order: -1 when the first is lower, 1 when it is higher, 0 when they are equal. Build metadata (`+...`) does not count.",
  parameters: [version("a"), version("b")],
  returns: types.number,
  call(a, b) {
    const [first, second] = [keyOf(a, 0), keyOf(b, 1)];
    if (first === second) return 0;
    return first < second ? -1 : 1;
  },
});

function keyOf(text: string, argument: number): string {
  try {
    return sortKey(parseSemver(text));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ArgumentError(argument, `${error.message}; write all three numbers, as in 1.4.0.`);
  }
}

function scansOf(constraint: string) {
  try {
    return compileConstraint(constraint);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ArgumentError(1, `The constraint ${error.message}.`);
  }
}
