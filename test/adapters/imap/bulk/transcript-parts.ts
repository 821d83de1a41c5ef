/** Messages that the transcripts are made of. */

import type { Flag } from '../../../../src/core/sync/flags.ts';
import type { Asked, told } from './transcript.ts';

export interface Transcript {
  readonly name: string;
  readonly said: string;
  readonly asked?: Asked;
  readonly expected: Partial<ReturnType<typeof told>>;
}

export const date = 'INTERNALDATE "17-Jul-1996 02:44:25 -0700"';
export const facts = {
  flags: [] as Flag[],
  keywords: [] as string[],
  modSeq: null as string | null,
  internalDate: Date.UTC(1996, 6, 17, 9, 44, 25) as number | null,
  size: null as number | null,
};
export const first = { ...facts, uid: 1, octets: 'one' };
export const second = { ...facts, uid: 2, octets: 'two' };
export const firstLine = `* 1 FETCH (UID 1 FLAGS () ${date} BODY[] {3}\r\none)\r\n`;
export const secondLine = `* 2 FETCH (UID 2 FLAGS () ${date} BODY[] {3}\r\ntwo)\r\n`;
export const done = 'P1 OK done\r\n';
export const ok = (...missing: number[]) => [missing, 'OK', '', 'done'];
/** A message whose line begins like this and ends with its octets. */
export const line = (items: string): string => `* 1 FETCH (UID 1 ${items} BODY[] {3}\r\none)\r\n`;
