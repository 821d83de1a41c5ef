/** News of folders in memory. */

/** Told of each folder that changes. */
export type Watchers = Set<(root: string, localPath: string) => void>;

/** Each name of a folder that changed, until the signal aborts. */
export async function* changesOf(
  watchers: Watchers,
  watched: string,
  localPaths: readonly string[],
  signal: AbortSignal,
): AsyncIterable<string> {
  const changed = new Set<string>();
  let wake = (): void => undefined;
  const tell = (root: string, localPath: string): void => {
    if (root === watched && localPaths.includes(localPath)) changed.add(localPath);
    wake();
  };
  const onAbort = (): void => {
    wake();
  };
  watchers.add(tell);
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const [first] = changed;
      if (first !== undefined && changed.delete(first)) yield first;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    watchers.delete(tell);
    signal.removeEventListener('abort', onAbort);
  }
}
