/** Optional keys: there with a value, or not there at all. */

/** A copy without the keys whose value is undefined. */
export function defined<T extends object>(entry: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const given = Object.entries(entry).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: NonNullable<T[K]> };
}
