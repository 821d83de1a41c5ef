/** What is read from standard input: passwords by the line, messages whole. */

import { addAbortSignal, type Readable } from 'node:stream';
import { DataError, UsageError } from '../errors.ts';

/** More than any server takes. */
const longestMessage = 512 * 1024 * 1024;

export async function readPasswordLines(
  stdin: NodeJS.ReadStream,
  count: number,
  signal: AbortSignal,
): Promise<string[]> {
  if (stdin.isTTY)
    throw new UsageError('standard input is a terminal, and passwords typed there would be shown', {
      remedy: 'Leave the option out to be asked without echo, or pipe the password in.',
    });
  const text = (await readAll(stdin, signal)).toString('utf8');
  const lines = text.split(/\r?\n/).slice(0, count);
  if (lines.length < count || lines.some((line) => line === ''))
    throw new UsageError(
      count === 1
        ? 'standard input holds no password'
        : 'standard input must hold a line for each password: of the incoming server, of the outgoing one, of the certificate, as far as they were asked for, in this order',
    );
  return lines;
}

/** Whole, or not at all: the signal breaks off the wait for somebody who writes no more. */
export async function readAll(stream: Readable, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of addAbortSignal(signal, stream)) {
    const octets = chunk as Buffer;
    chunks.push(octets);
    length += octets.length;
    if (length > longestMessage) throw new DataError('the message is larger than 512 MB');
  }
  return Buffer.concat(chunks);
}
