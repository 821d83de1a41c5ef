/** renameat2(2) with RENAME_NOREPLACE: a new name in one step, and never over a file that exists. */

import { asSystemPath } from './file-name.ts';
import { cFunction } from './libc.ts';

interface RenameFunction {
  (fromDirectory: number, from: string, toDirectory: number, to: string, flags: number): number;
  async(
    fromDirectory: number,
    from: string,
    toDirectory: number,
    to: string,
    flags: number,
    done: (error: unknown, result: number) => void,
  ): void;
}

const prototype = 'int renameat2(int, const char *, int, const char *, unsigned int)';

/** AT_FDCWD of linux/fcntl.h, RENAME_NOREPLACE of linux/fs.h. */
const workingDirectory = -100;
const noReplace = 1;

let loaded: RenameFunction | null | undefined;

function renameFunction(): RenameFunction | null {
  if (loaded === undefined) loaded = cFunction<RenameFunction>(prototype);
  return loaded;
}

/** On Node's thread. False where it was not done, for whatever reason. */
export function renameNewNow(from: string, to: string): boolean {
  if (!isPlain(from, to)) return false;
  return renameFunction()?.(workingDirectory, from, workingDirectory, to, noReplace) === 0;
}

/** Beside Node's thread. False where it was not done, for whatever reason. */
export function renameNew(from: string, to: string): Promise<boolean> {
  return new Promise((resolve) => {
    const rename = renameFunction();
    if (rename === null || !isPlain(from, to)) resolve(false);
    else
      rename.async(workingDirectory, from, workingDirectory, to, noReplace, (error, result) => {
        resolve((error === null || error === undefined) && result === 0);
      });
  });
}

/** The function takes strings alone. */
function isPlain(...paths: readonly string[]): boolean {
  return paths.every((path) => asSystemPath(path) === path);
}
