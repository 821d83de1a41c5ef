/** Opens a person's editor on a copy of a file, as git and crontab do. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StorageError, UsageError } from '../../errors.ts';
import { canAsk } from './prompt.ts';
import type { Run } from '../world.ts';

export interface EditedCopy {
  readonly path: string;
  readonly text: string;
  discard(): Promise<void>;
}

/** The copy lies beside the file, so that its relative paths mean the same. It stays until it is discarded. */
export async function editCopy(run: Run, original: string, text: string): Promise<EditedCopy> {
  const command = editorOf(run);
  const path = join(dirname(original), `.config-${randomBytes(4).toString('hex')}.yaml`);
  await writeFile(path, text, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
    throw new StorageError(`no copy can be made beside ${original}`, { cause, reach: 'program' });
  });
  const discard = (): Promise<void> => rm(path, { force: true });
  try {
    await runEditor(command, path);
    return { path, text: await readFile(path, 'utf8'), discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** `$VISUAL` before `$EDITOR`; vi, as POSIX has it, where somebody sits there. */
function editorOf(run: Run): string {
  const { env } = run.world;
  const named = [env['VISUAL'], env['EDITOR']].find((each) => each !== undefined && each !== '');
  if (named !== undefined && run.options.input) return named;
  if (canAsk(run)) return 'vi';
  throw new UsageError('nobody is there to edit the file', {
    remedy: 'Run it on a terminal, or set VISUAL or EDITOR; for scripts there are the options.',
  });
}

/** A command line with words of its own, such as `code --wait`: the shell takes it apart. */
async function runEditor(command: string, path: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', `${command} "$1"`, 'editor', path], { stdio: 'inherit' });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (status === 0) return;
  throw new UsageError('the editor ended with an error; nothing was changed', {
    remedy: 'See what VISUAL or EDITOR says.',
  });
}
