/** Keys of an account of which one at most may stand: what is set takes the place of the others. */

const sources = ['signature.file', 'signature.text', 'template'] as const;

/** The keys, dotted, that have to go where these are set. */
export function displacedBy(keys: Iterable<string>): string[] {
  const set = new Set(keys);
  const wins = sources.some((key) => set.has(key));
  return wins ? sources.filter((key) => !set.has(key)) : [];
}
