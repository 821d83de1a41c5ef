/** Those in this process who want one lock: the kernel's locks do not tell them apart, and none shall overtake another. */

interface Queue {
  /** Called when their turn has come. */
  readonly waiting: (() => void)[];
}

/** Beyond that a timer of Node fires at once; so long a wait has no end. */
const longestTimerMs = 2 ** 31 - 1;

/** By the lock's path; one that is here has somebody at its head, who holds the lock or tries for it. */
const queues = new Map<string, Queue>();

/**
 * True once the caller is at the head, which it stays until `leaveQueue`; false where that did not happen before the deadline
 * (performance.now()). Throws the signal's reason.
 */
export async function enterQueue(
  path: string,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const queue = queues.get(path);
  if (queue === undefined) {
    queues.set(path, { waiting: [] });
    return true;
  }
  const isHead = await waitInLine(queue, deadline - performance.now(), signal);
  if (isHead && signal?.aborted === true) leaveQueue(path);
  signal?.throwIfAborted();
  return isHead;
}

export function leaveQueue(path: string): void {
  const next = queues.get(path)?.waiting.shift();
  if (next === undefined) queues.delete(path);
  else next();
}

function waitInLine(
  { waiting }: Queue,
  forMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (forMs <= 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (isHead: boolean): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      resolve(isHead);
    };
    const turn = (): void => {
      end(true);
    };
    const giveUp = (): void => {
      waiting.splice(waiting.indexOf(turn), 1);
      end(false);
    };
    const timer = forMs > longestTimerMs ? undefined : setTimeout(giveUp, forMs);
    signal?.addEventListener('abort', giveUp, { once: true });
    waiting.push(turn);
  });
}
