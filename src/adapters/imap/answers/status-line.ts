/** Status answers (RFC 9051, section 7.1), tagged or not, with stray blanks and with codes that are cut off. */

import { printable } from '../../../wire/printable.ts';
import { decoded } from './line.ts';

export interface StatusLine {
  readonly tag: string;
  readonly status: 'OK' | 'NO' | 'BAD' | 'BYE' | 'PREAUTH';
  /** Response code in upper case, `''` without one. */
  readonly code: string;
  /** What stands behind the code's name, e.g. `38505 3955` of APPENDUID. */
  readonly args: string;
  /** The code has no end, so that its last word may be a part of what it was. */
  readonly isCut: boolean;
  /** The words for people, as they came. */
  readonly text: string;
}

const pattern = /^\0*(\S+)[ \t]+(OK|NO|BAD|BYE|PREAUTH)(?=[ \t[]|$)[ \t]*/i;
/** A code ends at the bracket that is not followed by more of it: some hold brackets themselves. */
const codePattern = /^\[([^\s\]]+)[ \t]*((?:\([^)]*\)|[^\]])*)(\]?)[ \t]*/;

export function readStatusLine(octets: Buffer): StatusLine | undefined {
  const line = octets.toString('latin1');
  const [head, tag = '', word = ''] = pattern.exec(line) ?? [];
  if (head === undefined) return undefined;
  const rest = line.slice(head.length);
  const [coded = '', code = '', args = '', end = ''] = codePattern.exec(rest) ?? [];
  return {
    tag,
    status: word.toUpperCase() as StatusLine['status'],
    code: printable(code.toUpperCase(), 40),
    args: args.trim(),
    isCut: coded !== '' && end === '',
    text: decoded(rest.slice(coded.length).trim()),
  };
}

/** The same as one that a strict reader takes, without a code that is nobody's business there. */
export function plainStatusLine({ tag, status, code, args, text }: StatusLine): Buffer {
  const kept = code === 'CAPABILITY' ? ` [CAPABILITY ${args}]` : '';
  return Buffer.from(`${tag} ${status}${kept} ${text}`.trimEnd(), 'utf8');
}
