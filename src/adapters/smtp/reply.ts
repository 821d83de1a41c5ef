/** A server's reply (RFC 5321 4.2): one line or several, a code of three digits at the start of each. */

import { RefusedError } from '../../errors.ts';
import type { SocketReader } from '../../wire/lines.ts';
import { printable } from '../../wire/printable.ts';

export interface SmtpReply {
  /** 0 where it has none, and so is no SMTP. */
  readonly code: number;
  /** All of its lines with their codes, LF between them. */
  readonly text: string;
}

/** Section 4.5.3.1.5 allows 512 octets; servers that say more are known, servers without end are no servers. */
const longestLine = 4096;
const mostLines = 200;

export async function readReply(reader: SocketReader): Promise<SmtpReply> {
  const lines: string[] = [];
  while (lines.length < mostLines) {
    const line = (await reader.line(longestLine)).toString('utf8');
    if (line.trim() === '') continue;
    lines.push(line);
    if (!/^\d{3}-/.test(line)) return { code: codeOf(line), text: lines.join('\n') };
  }
  throw new RefusedError(`the server answers with more than ${mostLines} lines`, {
    layer: reader.layer,
    remedy: 'Check host and port.',
  });
}

function codeOf(line: string): number {
  return Number(/^\d{3}(?!\d)/.exec(line)?.[0] ?? 0);
}

export function isPositive({ code }: SmtpReply): boolean {
  return code >= 200 && code < 300;
}

/**
 * A 5xx is for good, except those that speak of the session and not of the message: 503 (bad sequence of commands) and 530 (a
 * login is wanted first).
 */
export function isFinal({ code }: SmtpReply): boolean {
  return code >= 500 && code !== 503 && code !== 530;
}

/** A reply as one line that can be shown: its lines are joined, their codes said once; at most 300 characters. */
export function replyLine({ text }: SmtpReply): string {
  return printable(text.replace(/\n\d{3}[ -]?(?:\d\.\d{1,3}\.\d{1,3} )?/g, ' ').trim(), 300);
}
