/** An error answer of the registry (`application/problem+json`). `code` is stable; some codes carry more fields. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: { path: string; message: string }[];
  [extra: string]: unknown;
};

/**
 * - `unreachable`: no answer in time, or the registry (or a proxy before it) answered that it cannot serve now
 * - `refused`: the registry understood and said no; `problem` has its answer
 * - `invalid_response`: something answered, but not as a Waybill registry would
 * - `cancelled`: the caller's signal was aborted
 */
export type ErrorKind = "unreachable" | "refused" | "invalid_response" | "cancelled";

/** The one error that calls to a registry end with. */
export class RegistryError extends Error {
  readonly kind: ErrorKind;
  /** The code of the problem, or one of `unreachable`, `timeout`, `cut`, `tls`, `ca_file`, `proxy`, `invalid_response`, `cancelled`. */
  readonly code: string;
  readonly status: number | undefined;
  readonly problem: Problem | undefined;
  /** For how long the registry asks to wait before it is asked again. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    more: {
      code?: string;
      status?: number | undefined;
      problem?: Problem;
      retryAfterMs?: number | undefined;
    } = {},
  ) {
    // What a server sends may hold anything; nothing in it may move the cursor of a terminal.
    super(message.replace(/\p{Cc}+/gu, " "));
    this.name = "RegistryError";
    this.kind = kind;
    this.code = more.code ?? kind;
    this.status = more.status;
    this.problem = more.problem;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** Makes the error for a problem answer, such as one failing item of {@link RegistryClient.resolveMany}. */
export function problemError(problem: Problem, retryAfterMs?: number): RegistryError {
  const { status, code, detail, errors } = problem;
  const more = errors?.filter(({ message }) => !detail.includes(message));
  const fields = more?.map(({ path, message }) => `${path}: ${message}`).join("; ");
  const busy = status >= 500 || status === 429;
  return new RegistryError(busy ? "unreachable" : "refused", fields ? `${detail} (${fields})` : detail, {
    status,
    code,
    problem,
    retryAfterMs,
  });
}

/**
 * Why the registry refuses what was asked.
 *
 * @throws the error when it is something else, or when the registry does not know who asks: that is about every request
 */
export function refusalOf(error: unknown): string {
  if (error instanceof RegistryError && error.kind === "refused" && error.status !== 401)
    return error.message;
  throw error;
}

/** Reads a problem out of a parsed body; undefined when it is none. */
export function asProblem(body: unknown): Problem | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { status, code, detail } = body as Partial<Problem>;
  const isProblem = typeof status === "number" && typeof code === "string" && typeof detail === "string";
  return isProblem ? (body as Problem) : undefined;
}
