type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** A copy of an object without the members that are undefined, so that spreading it overwrites only what is given. */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
