/** The text of mbsync's state of one folder: a header of `Key number` lines, an empty line, then a line for each pair of UIDs. */

import { infoSuffix, parseFileName, type Flag } from '../../../core/sync/flags.ts';
import { DataError } from '../../../errors.ts';
import type { MbsyncFolder, MbsyncPair } from '../../../ports/accounts/mbsync-state.ts';

/** One line. A UID of 0: there is none on that side. */
export interface StatePair extends MbsyncPair {
  /** Left out, or thrown out again, by mbsync itself (MaxMessages, MaxSize). */
  readonly isSkipped: boolean;
}

export interface StateText {
  readonly farUidValidity: string;
  readonly nearUidValidity: string;
  readonly maxPulledUid: number;
  /** Messages were thrown out (MaxMessages): what is numbered below is not wholly here. */
  readonly hasExpired: boolean;
  readonly pairs: readonly StatePair[];
}

export function stateText(folder: MbsyncFolder): string {
  const { farUidValidity, near, maxPulledUid, pairs } = folder;
  const header = [
    `FarUidValidity ${farUidValidity}`,
    `NearUidValidity ${near.validity}`,
    `MaxPulledUid ${String(maxPulledUid)}`,
    `MaxPushedUid ${String(near.lastUid)}`,
  ];
  return [...header, '', ...pairs.map(pairLine)].map((line) => `${line}\n`).join('');
}

function pairLine({ far, near, flags, isPlaceholder }: MbsyncPair): string {
  const letters = infoSuffix(flags).slice(':2,'.length);
  return `${String(far)} ${String(near)} ${isPlaceholder ? '>' : ''}${letters}`;
}

/** Before isync 1.4 the sides were called so. */
const formerKeys: Readonly<Record<string, string>> = {
  MasterUidValidity: 'FarUidValidity',
  SlaveUidValidity: 'NearUidValidity',
  MaxExpiredSlaveUid: 'MaxExpiredNearUid',
  MaxExpiredMasterUid: 'MaxExpiredFarUid',
};

/** DataError where it is no such text; an entry that nobody can read stops it, since a pair that is left out would be mail that comes twice. */
export function readStateText(text: string): StateText {
  const [head = '', ...rest] = text.split(/\n\n/);
  const header = readHeader(head.replace(/\n$/, ''));
  const lines = rest
    .join('\n\n')
    .split('\n')
    .filter((line) => line !== '');
  const pairs = lines.map(readPair);
  return {
    farUidValidity: needed(header, 'FarUidValidity'),
    nearUidValidity: needed(header, 'NearUidValidity'),
    maxPulledUid: Number(header.get('MaxPulledUid') ?? 0),
    hasExpired:
      ['MaxExpiredFarUid', 'MaxExpiredNearUid'].some((key) => Number(header.get(key) ?? 0) > 0) ||
      pairs.some(({ isSkipped }) => isSkipped),
    pairs,
  };
}

function readHeader(text: string): Map<string, string> {
  const header = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key = '', value = ''] = /^([A-Za-z]+) (\d{1,20})$/.exec(line) ?? [];
    if (key === '') throw unreadable(line);
    header.set(formerKeys[key] ?? key, value);
  }
  return header;
}

function needed(header: ReadonlyMap<string, string>, key: string): string {
  const value = header.get(key);
  if (value === undefined) throw new DataError(`the state of mbsync says no ${key}`);
  return value;
}

/** Before 1.3 this far or near UID said: left out for its size. */
const skippedUid = 4_294_967_295;

function readPair(line: string): StatePair {
  const found = /^(\d{1,10}) (\d{1,10}) ([<>]?)([\^~X]?)([DFPRST]*)$/.exec(line);
  if (found === null) throw unreadable(line);
  const [, far = '', near = '', side = '', mark = '', letters = ''] = found;
  const isSkipped = mark !== '' || Number(far) === skippedUid || Number(near) === skippedUid;
  const flags: Flag[] = parseFileName(`:2,${letters}`).flags;
  return { far: Number(far), near: Number(near), flags, isPlaceholder: side !== '', isSkipped };
}

function unreadable(line: string): DataError {
  return new DataError(
    `the state of mbsync holds a line that nobody can read: ${line.slice(0, 80)}`,
    {
      remedy: 'Run mbsync once, and then import.',
    },
  );
}
