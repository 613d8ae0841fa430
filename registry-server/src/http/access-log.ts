import { randomUUID } from "node:crypto";
import type { Context } from "hono";
import type { Logger } from "pino";
import type { Gate } from "../limits/gate.ts";

const given = /^[A-Za-z0-9][A-Za-z0-9._:+/=-]{0,127}$/;

/** The id of a request: the one that came with it, so that it can be followed from the proxy on, or a new one. */
export function requestIdOf(header: string | undefined): string {
  return header !== undefined && given.test(header) ? header : randomUUID();
}

/** One request, from when it arrived. */
export type Serving = {
  requestId: string;
  /** Milliseconds of a clock that never goes back. */
  startedAt: number;
  /** What its answer carries. */
  headers: Record<string, string>;
  /** The name of its token, once that is known. */
  actor?: string;
  /** Whether it counts as one that is under way. */
  isIn?: boolean;
};

/** Writes the line of a request; what was refused for being too much does not add to it by its lines. */
export function logAccess(
  log: Logger,
  level: "debug" | "info",
  c: Context,
  serving: Serving,
  done: { status: number; milliseconds: number; gate: Gate },
): void {
  const { requestId, actor } = serving;
  const { status, gate } = done;
  const { method, path } = c.req;
  const milliseconds = Math.round(done.milliseconds * 1000) / 1000;
  const line = { requestId, method, path, status, milliseconds, actor, address: gate.clientOf(c)?.address };
  log[status === 429 || status === 503 ? "debug" : level](line, "request");
}
