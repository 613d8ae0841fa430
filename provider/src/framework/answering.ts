import type { Diagnostic as WireDiagnostic } from "../generated/terraform/tfplugin6.ts";
import type { Logger } from "../plugin/logger.ts";
import { DiagnosticError, Diagnostics, diagnosticsToWire, formatPath } from "./diagnostics.ts";
import type { Context } from "./provider.ts";
import { ValueError } from "./values/values.ts";

/** Runs the handlers of calls, so that each ends with an answer, whatever happens within. */
export type Answering = {
  /**
   * Answers with what `work` gives and reports; what it throws becomes an error for the user.
   *
   * @param otherwise of a call that changes something: what is answered beside that error. When Terraform is
   *   interrupted, such a call may still take {@link CHANGE_GRACE_MS}, so that what was done gets into the state.
   */
  answer<T>(
    call: string,
    signal: AbortSignal,
    work: (context: Context) => T | Promise<T>,
    otherwise?: object,
  ): Promise<Partial<T> & { diagnostics: WireDiagnostic[] }>;
  /** Asks all running calls to end. Later ones are not concerned. */
  stop(): void;
};

/** Less than the time after which systems that run Terraform kill what they interrupted. */
export const CHANGE_GRACE_MS = 5_000;

/** What to do about a value that does not fit the schema. */
export const DISAGREEMENT =
  "Terraform and the provider disagree on what it should be; check that one version of the provider is installed, and report it otherwise.";

export function answering(logger: Logger): Answering {
  let stopping = new AbortController();
  let finishing = new AbortController();
  return {
    async answer(call, callSignal, work, otherwise) {
      const started = performance.now();
      const ending = otherwise === undefined ? stopping : finishing;
      const signal = AbortSignal.any([callSignal, ending.signal]);
      const diagnostics = new Diagnostics();
      let response = (otherwise ?? {}) as Partial<Awaited<ReturnType<typeof work>>>;
      try {
        response = await work({ diagnostics, logger, signal });
      } catch (error) {
        report(error, call, signal, diagnostics, logger);
      }
      logger.debug(call, { ms: Math.round(performance.now() - started), failed: diagnostics.hasErrors });
      return { ...response, diagnostics: diagnosticsToWire(diagnostics.list) };
    },
    stop() {
      const last = finishing;
      stopping.abort();
      setTimeout(() => last.abort(), CHANGE_GRACE_MS).unref();
      stopping = new AbortController();
      finishing = new AbortController();
    },
  };
}

function report(
  error: unknown,
  call: string,
  signal: AbortSignal,
  diagnostics: Diagnostics,
  logger: Logger,
): void {
  if (error instanceof DiagnosticError) {
    diagnostics.error(error.summary, error.detail, error.path);
  } else if (signal.aborted) {
    diagnostics.error("Cancelled", "Terraform was interrupted before there was an answer.");
  } else if (error instanceof ValueError) {
    const where = error.path.length === 0 ? "" : ` at ${formatPath(error.path)}`;
    diagnostics.error(
      "Value does not fit the schema",
      `A value${where} cannot be used: ${error.message}. ${DISAGREEMENT}`,
      error.path,
    );
  } else {
    const message = error instanceof Error ? error.message : String(error);
    logger.error(`${call} failed`, { error });
    diagnostics.error(
      "Provider failed",
      `This is a fault of the provider, which please report: ${message}. The environment variable ` +
        "TF_LOG_PROVIDER=error makes Terraform print where it happened.",
    );
  }
}
