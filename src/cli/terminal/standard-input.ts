/** What is read from standard input: passwords by the line, messages whole. */

import { addAbortSignal, type Readable } from 'node:stream';
import { DataError, UsageError } from '../../errors.ts';

interface Limit {
  readonly octets: number;
  /** What is said where there is more. */
  readonly exceeded: string;
}

/** More than any server takes. */
const longestMessage: Limit = {
  octets: 512 * 1024 * 1024,
  exceeded: 'the message is larger than 512 MB',
};

/** Two of the longest that a store takes. */
const longestPasswords: Limit = {
  octets: 128 * 1024,
  exceeded: 'standard input holds more than 128 KiB, which is no password',
};

export async function readPasswordLines(
  stdin: NodeJS.ReadStream,
  count: number,
  signal: AbortSignal,
): Promise<string[]> {
  if (stdin.isTTY)
    throw new UsageError('standard input is a terminal, and passwords typed there would be shown', {
      remedy: 'Leave the option out to be asked without echo, or pipe the password in.',
    });
  const text = textOf(await readAll(stdin, signal, longestPasswords));
  const lines = text.replace(/(?:\r?\n)+$/, '').split(/\r?\n/);
  if (lines.length < count || lines.some((line) => line === ''))
    throw new UsageError(
      count === 1
        ? 'standard input holds no password'
        : 'standard input must hold a line for each password: of the incoming server, of the outgoing one, of the certificate, as far as they were asked for, in this order',
    );
  if (lines.length > count) throw tooManyLines(count);
  for (const line of lines) refuseControls(line);
  return lines;
}

/** No server would know a password in another encoding, and a replacement sign would be tried in its place. */
function textOf(octets: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (cause) {
    throw new DataError('the password on standard input is no UTF-8 text', {
      cause,
      reach: 'program',
      remedy: 'Write it as UTF-8, one line of plain text.',
    });
  }
}

/** A line break in a password ends a command of IMAP or POP3; what comes behind it must not be lost in silence. */
function tooManyLines(count: number): DataError {
  const wanted = count === 1 ? 'one line' : `${String(count)} lines, one for each password`;
  return new DataError(`standard input holds more than ${wanted}`, {
    reach: 'program',
    remedy: 'A password has no line break. Where notes follow it, take the first line: head -n 1',
  });
}

function refuseControls(line: string): void {
  if (!/\p{Cc}/u.test(line)) return;
  throw new DataError('the password on standard input holds control characters', {
    reach: 'program',
    remedy: 'See that it is one line of plain text.',
  });
}

/** Whole, or not at all: the signal breaks off the wait for somebody who writes no more. */
export async function readAll(
  stream: Readable,
  signal: AbortSignal,
  limit: Limit = longestMessage,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of addAbortSignal(signal, stream)) {
    const octets = chunk as Buffer;
    chunks.push(octets);
    length += octets.length;
    if (length > limit.octets) throw new DataError(limit.exceeded);
  }
  return Buffer.concat(chunks);
}
