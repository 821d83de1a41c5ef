/** CSV as RFC 4180 describes it; commas, semicolons or tabs between the fields, whichever the header uses. */

import { DataError } from '../../errors.ts';

export interface CsvRow {
  readonly fields: readonly string[];
  /** Of its first sign, from 1. */
  readonly line: number;
}

const remedy = 'See docs/provisioning.md.';

/** Rows without any content are left out. Throws DataError for a quote that does not end, or stands within a field. */
export function readCsv(source: string): CsvRow[] {
  const text = source.replace(/^\uFEFF/, '');
  const separator = separatorOf(/^[^\r\n]*/.exec(text)?.[0] ?? '');
  const field = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^"\\r\\n${separator}]*))(${separator}|\\r\\n|\\n|\\r|$)`,
    'y',
  );
  const rows: CsvRow[] = [];
  let [fields, line, begin]: [string[], number, number] = [[], 1, 1];
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (found === null)
      throw new DataError(`line ${String(line)}: a quote stands within a field, or does not end`, {
        reach: 'program',
        remedy,
      });
    const [whole, quoted, plain = '', end = ''] = found;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    line += whole.split(/\r\n|\n|\r/).length - 1;
    if (end === separator && field.lastIndex < text.length) continue;
    if (end === separator) fields.push('');
    rows.push({ fields, line: begin });
    [fields, begin] = [[], line];
  }
  return rows.filter((row) => row.fields.some((each) => each !== ''));
}

function separatorOf(header: string): string {
  const count = (sign: string): number => header.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}
