/** How far a sync is, in one line that fits the terminal. */

import { printable } from '../../printable.ts';
import { plural, size } from '../terminal/text.ts';

export interface Part {
  readonly done: number;
  readonly expected: number;
}

/** Where a sync of one or several accounts is now. */
export interface Standing {
  readonly accounts: number;
  /** Those that moved last. */
  readonly account: string;
  readonly folder: string;
  readonly inFolder: Part;
  /** Null where the folder is all there is. */
  readonly inAll: Part | null;
  /** Fetched and uploaded. */
  readonly octets: number;
  /** Messages; null where it is too early to tell. */
  readonly perSecond: number | null;
}

/** A folder's name is cut to no less than this before something else goes. */
const shortestFolder = 12;

/** At most `columns` cells wide; what matters least goes first where there is no room. */
export function progressText(standing: Standing, columns: number): string {
  const { inFolder, inAll, octets, perSecond } = standing;
  const counts =
    inAll === null ? partText(inFolder) : `${partText(inFolder)}, all: ${partText(inAll)}`;
  const left = leftText(inAll ?? inFolder, perSecond);
  const rate = perSecond === null ? '' : `${rateText(perSecond)}/s`;
  const volume = octets === 0 ? '' : size(octets);
  const tails = [[counts, volume, rate, left], [counts, rate, left], [counts, left], [counts]]
    .concat([[partText(inAll ?? inFolder)]])
    .map((words) => `: ${words.filter((word) => word !== '').join(', ')}`);
  const whose = whoseText(standing);
  const head = `${whose}${printable(standing.folder)}`;
  const wanted = Math.min(cells(head), cells(whose) + shortestFolder);
  const shortest = tails.at(-1) ?? '';
  const fitting = tails.find((each) => cells(each) + wanted <= columns) ?? shortest;
  const tail = cells(fitting) <= columns ? fitting : '';
  return `${cut(head, Math.max(0, columns - cells(tail)))}${tail}`;
}

function whoseText({ accounts, account }: Standing): string {
  const others = accounts > 1 ? `${plural(accounts, 'account')}, ` : '';
  return `${others}${account}, `;
}

function partText({ done, expected }: Part): string {
  return `${String(done)} of ${String(Math.max(done, expected))}`;
}

function rateText(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

function leftText({ done, expected }: Part, perSecond: number | null): string {
  if (perSecond === null || perSecond <= 0 || expected <= done) return '';
  return `${duration((expected - done) / perSecond)} left`;
}

/** `35 s`, `12 min`, `3 h 20 min`. */
function duration(seconds: number): string {
  if (seconds < 99.5) return `${String(Math.max(1, Math.round(seconds)))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${String(minutes)} min`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

function cut(text: string, room: number): string {
  if (cells(text) <= room) return text;
  let kept = '';
  for (const character of text) {
    if (cells(kept) + cells(character) >= room) break;
    kept += character;
  }
  return room > 0 ? `${kept}…` : '';
}

/** What a terminal shows two cells wide (Unicode Standard Annex 11, as far as names of folders go). */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Cells of a terminal that a text takes. */
export function cells(text: string): number {
  let sum = 0;
  for (const character of text) sum += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return sum;
}
