import type { Table, Value } from "./catalog.ts";

/** One connection in one transaction: what it reads is one state of the database, however long it takes. */
export type Connection = {
  readonly dialect: "sqlite" | "postgres";
  query(text: string): Promise<Record<string, unknown>[]>;
  /** The rows of a table in the order of its key, a few at a time in memory. */
  rows(table: Table): AsyncIterable<Value[]>;
};

/** A connection to a database that is being filled; nobody else sees it until it is full. */
export type Filling = Connection & {
  insert(table: Table, rows: Value[][]): Promise<void>;
};

/** What was asked for cannot be done: one sentence that says why, and what to do. */
export class OperatingError extends Error {}

/** The database does not answer: a PostgreSQL, as a file is there or not. */
export class UnreachableError extends OperatingError {}

/** Where a database is: how it is shown to a person, without its password. */
export type Place = {
  readonly shown: string;
  /**
   * Gives work one consistent state of the database, while others write.
   *
   * @param quiet whether nobody may write meanwhile; refused while a server runs on it
   */
  read<T>(work: (connection: Connection) => Promise<T>, quiet?: boolean): Promise<T>;
  /**
   * Makes a registry where there is none. Unless work ends well, nothing is left that could be taken for one.
   *
   * @param schema the migration up to which the tables are made before work fills them; the others follow it
   */
  fill<T>(schema: number, work: (filling: Filling) => Promise<T>): Promise<T>;
};
