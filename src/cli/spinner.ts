/** A line that moves while a person waits; nothing at all where nobody looks. */

import type { Run } from './world.ts';

export interface Spinner {
  /** What is being waited for now. */
  tell(text: string): void;
}

const still: Spinner = { tell: () => undefined };

/** Shown on standard error while `work` runs, and gone when it has ended, however it ends. */
export async function withSpinner<T>(
  { world, output }: Run,
  text: string,
  work: (spinner: Spinner) => Promise<T>,
): Promise<T> {
  const { stderr, env } = world;
  if (!stderr.isTTY || env['TERM'] === 'dumb' || output.quiet || output.json) return work(still);
  const { spinningLine } = await import('./spinning-line.ts');
  const line = spinningLine(stderr, text);
  try {
    return await work(line);
  } finally {
    line.stop();
  }
}
