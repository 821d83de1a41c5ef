/** What Dovecot counted in each session of a user, from its log: the server's own word on what was transferred. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Dovecot, User } from '../servers/dovecot.ts';

export interface Session {
  /** Bodies sent: BODY[] by IMAP, RETR by POP3. */
  readonly bodies: number;
  /** Messages deleted (POP3). */
  readonly deleted: number;
  /** Octets sent in all. */
  readonly octets: number;
}

/** Waits for the end of so many sessions. */
export async function sessionsOf(
  dovecot: Dovecot,
  user: User,
  type: 'imap' | 'pop3',
  count: number,
): Promise<Session[]> {
  for (let attempt = 0; ; attempt += 1) {
    const sessions = read(await dovecot.log(), user, type);
    if (sessions.length >= count) return sessions;
    if (attempt === 500) throw new Error(`only ${String(sessions.length)} sessions have ended`);
    await pause(20);
  }
}

function read(log: string, user: User, type: 'imap' | 'pop3'): Session[] {
  const ended = log
    .split('\n')
    .filter((line) => line.includes(` ${type}(${user.address})`) && line.includes('Logged out'));
  return ended.map((line) => ({
    bodies: numberIn(line, type === 'imap' ? /body_count=(\d+)/ : /retr=(\d+)/),
    deleted: numberIn(line, type === 'imap' ? /expunged=(\d+)/ : /del=(\d+)/),
    octets: numberIn(line, type === 'imap' ? /out=(\d+)/ : /retr=\d+\/(\d+)/),
  }));
}

function numberIn(line: string, pattern: RegExp): number {
  const [, digits] = pattern.exec(line) ?? [];
  if (digits === undefined) throw new Error(`no ${pattern.source} in: ${line}`);
  return Number(digits);
}
