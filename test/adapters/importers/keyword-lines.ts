/** What a table of keywords is made of. */
import type { ImportKind } from '../../../src/ports/accounts/importer.ts';

export interface Keywords {
  readonly kind: ImportKind;
  /** A file around the line in question, which stands at `@`. */
  readonly file: string;
  readonly lines: readonly string[];
  /** What posthorn does anyway, so that nothing has to be said: no key, no left-over line. */
  readonly anyway: readonly string[];
}

export const list = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** A file with one place marked; the other marks go. */
export const at = (file: string, place: string): string =>
  file.replaceAll(
    /@(?:general|account|far|near|channel|group|user|server|local|remote)$/gm,
    (found) => (found === `@${place}` ? '@' : ''),
  );

export const print = 'ab'.repeat(32);
