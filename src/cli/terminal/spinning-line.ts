/** One live line on standard error, in a module of its own: most runs show none, and never load the library. */

import ora from 'ora';
import type { Run } from '../world.ts';

export interface SpinningLine {
  tell(text: string): void;
  stop(): void;
}

/** For a terminal that can rewrite a line; cli/spinner says whether there is one. */
export function spinningLine({ world, output }: Run, text: string): SpinningLine {
  const shortened = (long: string): string => long.slice(0, Math.max(10, world.stderr.columns - 4));
  const line = ora({
    stream: world.stderr,
    text: shortened(text),
    color: output.coloursAllowed ? 'cyan' : false,
    spinner: output.isUtf8 ? 'dots' : 'line',
    // It would read the terminal's input, and swallow Ctrl-C for a moment.
    discardStdin: false,
  }).start();
  return {
    tell: (now) => {
      line.text = shortened(now);
    },
    stop: () => {
      line.stop();
    },
  };
}
