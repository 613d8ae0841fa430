import { asProblem, problemError, RegistryError } from "./problem.ts";
import { type Settings, SettingsError } from "./settings.ts";
import type { Answer } from "./transport.ts";
import { LARGEST_ANSWER_BYTES, OversizedAnswer } from "./transport.ts";

/** An attempt that failed: what to tell the caller, and whether trying again may help (then after how long). */
export type Failure = {
  error: RegistryError;
  again: boolean;
  afterMs?: number | undefined;
  /** The registry surely did nothing, so that even what must not be done twice may be tried again. */
  undone?: boolean;
};

const BUSY = new Set([429, 502, 503, 504]);
const NEVER_AGAIN = new Set(["ENOTFOUND", "ERR_INVALID_CHAR", "EPROTO"]);
const CHECK = "check that it runs there and that address (WAYBILL_ADDRESS) is right";
const CHECK_PATH = "check that address (WAYBILL_ADDRESS) is right, with its path";

/** Says why no answer came. Cancellation and time-out are told apart by the caller, who owns the signals. */
export function connectionFailure(thrown: unknown, { address, caFile }: Settings): Failure {
  const at = `the registry at ${address.href}`;
  if (thrown instanceof OversizedAnswer) {
    const limit = LARGEST_ANSWER_BYTES / 1024 / 1024;
    return notWaybill(`${at} sent more than ${limit} MiB, which no registry does; ${CHECK}`);
  }
  // As every other failure, so that a build whose registry cannot be asked is kept in the spool.
  if (thrown instanceof SettingsError) {
    return { error: new RegistryError("unreachable", thrown.message, { code: "ca_file" }), again: false };
  }
  const { code = "", message, port } = thrown as NodeJS.ErrnoException & { port?: number };
  const failed = (sentence: string, as = "unreachable"): Failure => ({
    error: new RegistryError("unreachable", sentence, { code: as }),
    again: as === "unreachable" && !NEVER_AGAIN.has(code),
  });
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return failed(
      `${at} shows a certificate for another host name; use the name in the certificate as address`,
      "tls",
    );
  }
  if (code === "CERT_HAS_EXPIRED") {
    return failed(`the certificate of ${at} has expired; renew it on the server`, "tls");
  }
  if (/CERT|UNABLE_TO_|SIGNATURE/.test(code)) {
    const hint = caFile
      ? `ca_file ${caFile} does not hold the authority that signed it`
      : "when your own authority signed it, set ca_file (WAYBILL_CA_FILE) to its PEM certificate";
    return failed(`the certificate of ${at} is not trusted (${code}); ${hint}`, "tls");
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
    return failed(`${at} does not answer with TLS; if it serves plain HTTP, write http:// in address`, "tls");
  }
  if (code.startsWith("ERR_PROXY")) {
    return failed(
      `the proxy named by HTTPS_PROXY or HTTP_PROXY does not connect to ${at}; add its host to NO_PROXY to go without`,
      "proxy",
    );
  }
  if (code.startsWith("HPE_")) {
    return notWaybill(`${at} answered with something that is not HTTP; ${CHECK}`);
  }
  if (code === "ENOTFOUND") return failed(`the host name of ${at} is not known here; ${CHECK}`);
  if (code === "ECONNREFUSED") {
    const byProxy = port !== undefined && port !== portOf(address);
    const who = byProxy
      ? "the proxy named by HTTPS_PROXY or HTTP_PROXY refused the connection"
      : "connection refused";
    const failure = failed(`${at} cannot be reached: ${who}; ${CHECK}`, byProxy ? "proxy" : "unreachable");
    return { ...failure, again: true, undone: true };
  }
  if (code !== "ECONNRESET" && code !== "EPIPE") {
    return failed(`${at} cannot be reached: ${code || message}; ${CHECK}`);
  }
  const perhaps = address.protocol === "http:" ? "; if it speaks TLS, write https:// in address" : "";
  return { ...failed(`${at} cut the connection${perhaps}`, "cut"), again: true };
}

/**
 * Takes an answer apart: a body to hand on, or the reason why there is none.
 *
 * @param expected a field that the body of this call always has, so that some other server's JSON is noticed; not
 *   given when the call has no body to hand on
 */
export function readAnswer(
  answer: Pick<Answer, "status" | "headers"> & { text: string },
  expected: string | undefined,
  address: URL,
): { body: unknown } | Failure {
  const { status, headers, text } = answer;
  const json = parseJson(text);
  if (status >= 200 && status < 300) {
    if (expected === undefined) return { body: undefined };
    if (typeof json === "object" && json !== null && expected in json) return { body: json };
  }
  const again = BUSY.has(status);
  const afterMs = again ? retryAfterMs(headers["retry-after"]) : undefined;
  const problem = asProblem(json);
  const at = `the registry at ${address.href}`;
  if (problem?.code === "not_found") {
    const detail = `${at} has no such route; ${CHECK_PATH}, and that the registry is not older than this program`;
    return { error: problemError({ ...problem, status, detail }), again };
  }
  if (problem && status >= 400) {
    return { error: problemError({ ...problem, status }, afterMs), again, afterMs, undone: true };
  }
  if (status >= 300 && status < 400) {
    return notWaybill(`${at} redirects elsewhere (${status}); set address to where it really is`, status);
  }
  const what = `${status} and ${describe(headers["content-type"], text)}`;
  if (again || status >= 500) {
    const sentence = `${at} answered ${what}; a proxy in front of it may not reach it`;
    return { error: new RegistryError("unreachable", sentence, { status }), again, afterMs };
  }
  return notWaybill(
    `${at} answered ${what}, which no Waybill registry sends; ${CHECK_PATH}, and that no proxy answers in its place`,
    status,
  );
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === "https:" ? 443 : 80));
}

function notWaybill(sentence: string, status?: number): Failure {
  return { error: new RegistryError("invalid_response", sentence, { status }), again: false };
}

function describe(contentType: string | undefined, text: string): string {
  if (text === "") return "an empty body";
  if (contentType?.includes("html") || /^\s*<(!doctype|html)/i.test(text)) {
    const title = /<title[^>]*>([^<]{1,80})/i.exec(text)?.[1]?.trim();
    return title ? `an HTML page ("${title}")` : "an HTML page";
  }
  return parseJson(text) === undefined ? "a body that is not JSON" : "JSON of another kind";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function retryAfterMs(header: string | undefined): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
