/** Asked by several, done once. */

/** The same promise for all who ask, failure included; the work begins with the first of them. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= work());
}
