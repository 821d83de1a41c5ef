/** Optional keys: there, or not there at all. */

/** `{ [key]: value }`, or nothing where there is nothing to say. */
export function defined<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
