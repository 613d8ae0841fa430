import type { Writer } from "./database/database.ts";
import type { Actor } from "./tokens/scopes.ts";

/** Tells the time; tests give their own. */
export type Clock = () => Date;

/** Who asks for something, with what that caller may do, and in which request. */
export type Caller = Actor & { requestId: string };

/** One unit of work that writes: its transaction, the one moment it happens at, and who caused it. */
export type Unit = { tx: Writer; now: string; caller: Caller };
