/** How many messages an open folder holds, by the news that come beside the answers to commands. */

import { UidSet } from '../../../core/sync/uid-set.ts';
import type { DataLine } from './line.ts';
import { rangesOf } from './numbers.ts';

/** RFC 9051, sections 7.4.1 and 7.5.1; RFC 7162, section 3.2.10, where EARLIER is no news. */
export function existsAfter(
  before: number | null,
  { keyword, number, text }: DataLine,
): number | null {
  if (keyword === 'EXISTS') return number;
  if (before === null) return null;
  if (keyword === 'EXPUNGE') return Math.max(0, before - 1);
  if (/^[ \t]*\(/.test(text)) return before;
  return Math.max(0, before - UidSet.ofRanges(rangesOf(text.trim())).size);
}
