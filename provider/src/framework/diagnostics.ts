import { Diagnostic_Severity, type Diagnostic as WireDiagnostic } from "../generated/terraform/tfplugin6.ts";
import type { Path } from "./values/values.ts";

/** What a user is told: a summary of a few words, and a detail that says what to do. */
export type Diagnostic = {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail: string;
  readonly path: Path;
};

/** Ends the handling of a call with one error for the user. */
export class DiagnosticError extends Error {
  readonly summary: string;
  readonly detail: string;
  readonly path: Path;

  constructor(summary: string, detail: string, path: Path = [], options?: ErrorOptions) {
    super(`${summary}: ${detail}`, options);
    this.name = "DiagnosticError";
    this.summary = summary;
    this.detail = detail;
    this.path = path;
  }
}

/** Collects what a call has to say, in order. */
export class Diagnostics {
  readonly #list: Diagnostic[] = [];

  /** Adds an error; the call goes on, so that users see all errors at once. */
  error(summary: string, detail: string, path: Path = []): void {
    this.#list.push({ severity: "error", summary, detail, path });
  }

  warning(summary: string, detail: string, path: Path = []): void {
    this.#list.push({ severity: "warning", summary, detail, path });
  }

  get hasErrors(): boolean {
    return this.#list.some(({ severity }) => severity === "error");
  }

  get list(): readonly Diagnostic[] {
    return this.#list;
  }
}

/** Writes diagnostics as the protocol carries them. */
export function diagnosticsToWire(list: readonly Diagnostic[]): WireDiagnostic[] {
  return list.map(({ severity, summary, detail, path }) => ({
    severity: severity === "error" ? Diagnostic_Severity.ERROR : Diagnostic_Severity.WARNING,
    summary,
    detail,
    attribute: path.length === 0 ? undefined : pathToWire(path),
  }));
}

/** Writes a path as the protocol carries it. */
export function pathToWire(path: Path): NonNullable<WireDiagnostic["attribute"]> {
  return { steps: path.map(stepToWire) };
}

/** Writes a path as users write it: `images[0].labels["owner"]`. */
export function formatPath(path: Path): string {
  return path
    .map((step) => {
      if (typeof step === "string") return `.${step}`;
      return typeof step === "number" ? `[${step}]` : `[${JSON.stringify(step.key)}]`;
    })
    .join("")
    .replace(/^\./, "");
}

function stepToWire(step: Path[number]): NonNullable<WireDiagnostic["attribute"]>["steps"][number] {
  if (typeof step === "string") return { selector: { $case: "attributeName", attributeName: step } };
  if (typeof step === "number") return { selector: { $case: "elementKeyInt", elementKeyInt: BigInt(step) } };
  return { selector: { $case: "elementKeyString", elementKeyString: step.key } };
}
