/** Numbers as servers write them, and sets of UIDs. */

import { highestUid, UidSet, type UidRange } from '../../../core/sync/uid-set.ts';
import { RefusedError } from '../../../errors.ts';

/** An unsigned number of 32 bits (RFC 9051, section 9) or, for sizes, 63; undefined where the text is none. */
export function numberOf(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || !/^[0-9]{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** 64 bits in decimal, without zeros in front; undefined where the text is none. */
export function decimalOf(text: string | null | undefined): string | undefined {
  if (text === null || text === undefined || !/^[0-9]{1,20}$/.test(text)) return undefined;
  return String(BigInt(text));
}

/** RFC 7162, section 3.1.2.1: 0 says that no count of changes is kept. */
export function modSeqOf(text: string | null | undefined): string | undefined {
  const number = decimalOf(text);
  return number === '0' ? undefined : number;
}

/** Undefined where it can't be one. */
export function uidOf(text: string | null | undefined): number | undefined {
  const number = numberOf(text);
  return number !== undefined && number > 0 && number <= highestUid ? number : undefined;
}

/** `1:5,7` (RFC 9051, section 9). What is no range in it is passed over; `*` is no UID. */
export function rangesOf(set: string): UidRange[] {
  return set.split(',').flatMap((part) => {
    const [, first, last = first] = /^([0-9]{1,10})(?::([0-9]{1,10}))?$/.exec(part) ?? [];
    const [one, other] = [uidOf(first), uidOf(last)];
    if (one === undefined || other === undefined) return [];
    return [{ from: Math.min(one, other), to: Math.max(one, other) }];
  });
}

/** A folder of a person has some thousand gaps; each range takes memory several times over. */
const mostRanges = 300_000;

/**
 * Puts runs together while they come: a folder that was filled one after another is one range. Throws RefusedError (folder)
 * where there are too many.
 */
export class RangeCollector {
  #ranges: { from: number; to: number }[] = [];

  add(uid: number): void {
    const last = this.#ranges.at(-1);
    if (last !== undefined && uid === last.to + 1) last.to = uid;
    else this.#push({ from: uid, to: uid });
  }

  addRanges(ranges: readonly UidRange[]): void {
    for (const { from, to } of ranges) this.#push({ from, to });
  }

  #push(range: { from: number; to: number }): void {
    if (this.#ranges.length >= mostRanges) throw tooScattered();
    this.#ranges.push(range);
  }

  /** Of what was added since the last call. */
  set(): UidSet {
    const ranges = this.#ranges;
    this.#ranges = [];
    return UidSet.ofRanges(ranges);
  }
}

function tooScattered(): RefusedError {
  return new RefusedError(
    `the server lists more than ${mostRanges} messages of a folder, each with a gap before it`,
    {
      reach: 'folder',
      retry: 'later',
      layer: 'session',
      remedy: 'Divide the folder on the server, or leave it out.',
    },
  );
}
