/** Counts the directories of a Maildir tree that a command reads. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.mjs';

/** Calls of getdents below `folder`; io_uring is off, for what goes that way nobody sees. */
export async function countReads(words, options, folder) {
  const log = join(options.env.HOME, 'strace');
  const env = { ...options.env, UV_USE_IO_URING: '0' };
  const trace = ['-f', '-y', '-qq', '-e', 'trace=getdents,getdents64', '-o', log];
  await measure(['strace', ...trace, ...words], { ...options, env });
  const lines = readFileSync(log, 'utf8').split('\n');
  rmSync(log);
  return lines.filter((line) => line.includes('getdents') && line.includes(`<${folder}`)).length;
}
