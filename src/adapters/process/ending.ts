/** How this process ends: signals, broken streams, the exit status. */

import { TemporaryError } from '../../errors.ts';

/** 128 and the signal's number, as a shell counts. */
const signalStatus = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

let outlived = false;
let resultIsLost = false;

/** Sets the exit status by what `work` resolves with, and lets the process end by itself. `interrupt` does as SIGINT does. */
export async function untilEnded(
  argv: readonly string[],
  work: (signal: AbortSignal, interrupt: () => void) => Promise<number>,
): Promise<void> {
  const stop = new AbortController();
  let received: keyof typeof signalStatus | null = null;
  const end = (signal: keyof typeof signalStatus): void => {
    received = signal;
    stop.abort(new TemporaryError(`ended by ${signal}`, { reach: 'program' }));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => end(signal));
  const interrupt = (): void => end('SIGINT');
  // Ctrl-D closes a question without an answer: nothing is left to wait for then, and the process ends by itself.
  process.exitCode = signalStatus.SIGINT;
  const status = await work(stop.signal, interrupt);
  process.exitCode = endStatus(status === 0 && resultIsLost ? 74 : status, received, argv);
  if (stop.signal.aborted || isDaemon(argv)) endSoon();
}

/**
 * A look-up of a name on a server that does not answer can't be broken off, and would keep the process for its whole time; what a
 * daemon could not break off within its grace shall not be told after its end.
 */
function endSoon(): void {
  setTimeout(() => {
    process.exit();
  }, 1000).unref();
}

/** A daemon that was asked to end has done what it should; anything else was broken off. */
function endStatus(
  status: number,
  received: keyof typeof signalStatus | null,
  argv: readonly string[],
): number {
  return received === null || (isDaemon(argv) && status === 0) ? status : signalStatus[received];
}

function isDaemon(argv: readonly string[]): boolean {
  return argv.includes('daemon') && argv.includes('run');
}

/**
 * `posthorn account list | head -1` is no error. A log that takes no more, e.g. on a full disk, must not end the daemon; a
 * result that could not be written is told by the status.
 */
export function outliveBrokenStreams(): void {
  if (outlived) return;
  outlived = true;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    if (!resultIsLost)
      process.stderr.write(
        `posthorn: the result cannot be written (${code ?? 'no reason told'})\n`,
      );
    resultIsLost = true;
    // It may be told only after the command has ended.
    if (process.exitCode === 0) process.exitCode = 74;
  });
}
