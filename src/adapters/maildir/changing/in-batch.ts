/** Many small changes of files: on Node's thread where that is quicker, and else waited for side by side. */

import { setImmediate as turn } from 'node:timers/promises';
import { eachInParallel } from '../delivering/parallel.ts';

/** Changes on Node's thread before others have their turn. */
const slice = 256;

export interface BatchWork<T, R> {
  /** From so many on, those are tried with `now` first. */
  readonly bulk: number;
  /** On Node's thread; undefined where nothing was done. */
  readonly now: (item: T, at: number) => R | undefined;
  readonly waiting: (item: T, at: number) => Promise<R>;
}

/** What came of each, in the order given. On an error nothing is under way any more, and the rest is not begun. */
export async function inBatch<T, R>(
  items: readonly T[],
  { bulk, now, waiting }: BatchWork<T, R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  const wait = async ([at, item]: readonly [number, T]): Promise<void> => {
    results.set(at, await waiting(item, at));
  };
  const [first, ...rest] = items.entries();
  // Where the disk hangs, the first change waits for it beside Node's thread.
  if (first !== undefined) await wait(first);
  const left: (readonly [number, T])[] = items.length < bulk ? rest : [];
  if (items.length >= bulk)
    for (const [at, item] of rest) {
      if (at % slice === 0) await turn();
      const result = now(item, at);
      if (result === undefined) left.push([at, item]);
      else results.set(at, result);
    }
  await eachInParallel(left, wait);
  return items.map((_, at) => results.get(at) as R);
}
