/** The line itself, in a module of its own: most runs never load the library. */

import ora from 'ora';

export interface SpinningLine {
  tell(text: string): void;
  stop(): void;
}

export function spinningLine(stream: NodeJS.WriteStream, text: string): SpinningLine {
  // The library would otherwise read standard input, and Ctrl-C with it.
  const line = ora({ stream, text, discardStdin: false }).start();
  return {
    tell: (now) => {
      line.text = now;
    },
    stop: () => {
      line.stop();
    },
  };
}
