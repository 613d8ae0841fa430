import { ReferenceError_, RegistryError, SettingsError } from "@waybill/registry-client";

/** What the exit codes mean. `none` is kept for one case only, so that a script may act on it. */
export const exitCode = { none: 1, usage: 2, unreachable: 3, refused: 4 } as const;

export type Failure = {
  means: keyof typeof exitCode;
  message: string;
  code: string;
  problem?: RegistryError["problem"];
};

/** The command line asks for something that cannot be done as written. */
export class UsageError extends Error {}

/** What was asked for is not there. */
export class NoneError extends Error {}

/** Another program was run, and this is how it ended; it has said what there is to say. */
export class ExitCode extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

/** Answers that say: there is none. An incomplete version is not there for readers either. */
const NONE = new Set([
  "artifact_not_found",
  "version_not_found",
  "build_not_found",
  "channel_not_found",
  "channel_empty",
  "no_match",
  "document_not_found",
  "file_not_found",
  "token_not_found",
  "namespace_not_found",
  "trust_rule_not_found",
  "log_not_found",
  "webhook_not_found",
  "delivery_not_found",
  "version_incomplete",
]);

/** Sorts any thrown value into one of the four failures. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RegistryError) {
    const { message, code, problem } = error;
    return { means: meaningOf(error), message, code, ...(problem && { problem }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NoneError) return { means: "none", message, code: "none" };
  if (error instanceof UsageError || error instanceof SettingsError || error instanceof ReferenceError_) {
    return { means: "usage", message, code: "usage" };
  }
  return { means: "refused", message, code: "failed" };
}

function meaningOf({ kind, code }: RegistryError): Failure["means"] {
  if (kind === "refused") return NONE.has(code) ? "none" : "refused";
  if (code === "ca_file") return "usage";
  return kind === "cancelled" ? "refused" : "unreachable";
}
