/** A line that moves while a person waits; nothing at all where nobody looks. */

import type { SpinningLine } from './spinning-line.ts';
import type { Run } from '../world.ts';

const still: SpinningLine = { tell: () => undefined, stop: () => undefined };

/** A still one where standard error is no terminal, or one that cannot rewrite a line. Whoever started it stops it. */
export async function startSpinner(run: Run, text: string): Promise<SpinningLine> {
  const { world, output } = run;
  // Some terminals do not know their width, and the library would clear a line without an end.
  const canRewrite = world.stderr.columns > 0 && world.env['TERM'] !== 'dumb';
  const isShown = world.stderr.isTTY && canRewrite;
  if (!isShown || output.json || output.quiet) return still;
  const { spinningLine } = await import('./spinning-line.ts');
  return spinningLine(run, text);
}

/** Shown while `work` runs, and gone when it has ended, however it ends. */
export async function withSpinner<T>(
  run: Run,
  text: string,
  work: (line: SpinningLine) => Promise<T>,
): Promise<T> {
  const line = await startSpinner(run, text);
  try {
    return await work(line);
  } finally {
    line.stop();
  }
}
