/** C functions that Node has no call for, through koffi: loaded when first asked for, and done without where it can't be had. */

import { createRequire } from 'node:module';

interface Koffi {
  load(path: null): { func(prototype: string): unknown };
  errno(): number;
  readonly os: { readonly errno: Readonly<Record<string, number>> };
}

let loaded:
  { readonly koffi: Koffi; readonly library: ReturnType<Koffi['load']> } | null | undefined;

/** The function of this prototype, e.g. `int syncfs(int)`; null without koffi, on other systems, or where libc lacks it. */
export function cFunction<F>(prototype: string): F | null {
  if (loaded === undefined) loaded = process.platform === 'linux' ? load() : null;
  try {
    return (loaded?.library.func(prototype) as F | undefined) ?? null;
  } catch {
    return null;
  }
}

/** What errno was after the last C function that was called on this thread, e.g. `EIO`. */
export function errorName(): string | undefined {
  if (loaded === undefined || loaded === null) return undefined;
  const errno = loaded.koffi.errno();
  return Object.entries(loaded.koffi.os.errno).find(([, number]) => number === errno)?.[0];
}

/** Through require, so that nothing looks for the package before it is needed. */
function load(): NonNullable<typeof loaded> | null {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    return { koffi, library: koffi.load(null) };
  } catch {
    return null;
  }
}
