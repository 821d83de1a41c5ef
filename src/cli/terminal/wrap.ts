/** Breaks text at blanks, for a terminal of so many columns. */

import { stripVTControlCharacters } from 'node:util';

export interface Wrapping {
  /** What stands before the first line, and before each that follows. */
  readonly first: string;
  readonly more: string;
  /** Infinity: one line. */
  readonly columns: number;
  /** Columns that `first` takes, where it holds colours. */
  readonly firstWidth?: number;
}

/** A word that is longer than a line, e.g. a fingerprint, is not cut: it shall be copied whole. */
export function wrapped(
  text: string,
  { first, more, columns, firstWidth = first.length }: Wrapping,
): string[] {
  const lines: string[] = [];
  let line = first;
  let width = firstWidth;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    const length = stripVTControlCharacters(word).length;
    if (!isEmpty && width + 1 + length > columns) {
      lines.push(line);
      line = more;
      width = more.length;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    width += length + (isEmpty ? 0 : 1);
    isEmpty = false;
  }
  return [...lines, line];
}
