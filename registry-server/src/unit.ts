import type { Writer } from "./database/database.ts";

/** Tells the time; tests give their own. */
export type Clock = () => Date;

/** Who asks for something, and in which request. */
export type Caller = { name: string; requestId: string };

/** One unit of work that writes: its transaction, the one moment it happens at, and who caused it. */
export type Unit = { tx: Writer; now: string; caller: Caller };
