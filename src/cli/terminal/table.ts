/** Tables on standard output. Apart from Output, since most commands print none and need not load what lays them out. */

import Table from 'cli-table3';
import type { Output } from './output.ts';

/** Columns without rules, a heading above, a note below its row; nothing is cut, so that a pipe gets every word. */
export function printTable(
  output: Output,
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  notes: readonly (string | null)[] = [],
): void {
  const table = new Table({
    head: heading.map((text) => output.dim(text)),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: noRules,
  });
  table.push(...rows.map((row) => [...row]));
  for (const [at, line] of table.toString().split('\n').entries()) {
    output.line(line.trimEnd());
    const note = notes[at - 1] ?? null;
    if (note !== null) output.line(`  ${note}`);
  }
}

const noRules = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
