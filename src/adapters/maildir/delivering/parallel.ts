/** Waits for the disk in many places at once: a journal commit serves all who wait for it. */

/** Calls under way at once; the launcher gives Node as many threads. */
export const width = 32;

/** Does the work for each. Once one has failed no other is begun, and it throws that failure when none is under way any more. */
export async function eachInParallel<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      await work(next.value).catch((error: unknown) => failures.push(error));
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  if (failures.length > 0) throw failures[0];
}

/** Waits for all of them, and throws what the first of those that failed did. */
export async function allEnded(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
