/** Counts the calls that wait for the disk. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.mjs';

const calls = 'trace=fsync,fdatasync,sync,syncfs,sync_file_range,msync';

/** `{ flushes }`; io_uring is off, for what goes that way nobody sees. */
export async function countFlushes(words, options) {
  const log = join(options.env.HOME, 'strace');
  const env = { ...options.env, UV_USE_IO_URING: '0' };
  await measure(['strace', '-f', '-qq', '-e', calls, '-o', log, ...words], { ...options, env });
  const lines = readFileSync(log, 'utf8').split('\n');
  rmSync(log);
  // A call that another thread interrupted stands in two lines: only the first has its opening bracket.
  const begun = lines.filter((line) => /^\d+ +\w*sync\w*\(/.test(line));
  return { flushes: begun.length };
}
