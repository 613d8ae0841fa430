/** A value, or the promise of one. SQLite answers at once; waiting for it anyway would double the cost of a read. */
export type Maybe<T> = T | Promise<T>;

/** Goes on with a value: at once when it is there, or else when it comes. */
export function andThen<T, R>(value: Maybe<T>, next: (value: T) => Maybe<R>): Maybe<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The first row of an answer. */
export function firstRow<T>(rows: Maybe<T[]>): Maybe<T | undefined> {
  return andThen(rows, ([row]) => row);
}
