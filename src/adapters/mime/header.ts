/** A message split into header fields and the rest, octet by octet: nothing is decoded, so nothing can change. */

import { DataError } from '../../errors.ts';
import { headerText } from './encoded-words.ts';

export interface Field {
  /** In lower case. */
  readonly name: string;
  /** The whole field with its folded lines, CRLF at the end. */
  readonly octets: Buffer;
}

export interface SplitMessage {
  readonly fields: readonly Field[];
  /** The blank line and what follows it; empty where the message ends with its header. */
  readonly rest: Buffer;
}

const crlf = Buffer.from('\r\n');
const SPACE = 0x20;
const TAB = 0x09;

/** Beyond any honest header; servers refuse far shorter ones. */
export const largestHeader = 1024 * 1024;

/**
 * Takes octets with CRLF. A line that is no field ends the header as a blank line does (and gets one before it), as
 * sendmail has it: a text without any header is all body.
 */
export function splitMessage(octets: Buffer): SplitMessage {
  const fields: Field[] = [];
  let at = 0;
  while (at < octets.length) {
    if (at > largestHeader) throw tooLarge();
    const end = fieldEnd(octets, at);
    const name = fieldName(octets.subarray(at, end));
    if (name === null) return { fields, rest: restAt(octets, at) };
    fields.push({ name, octets: withLineEnd(octets.subarray(at, end)) });
    at = end;
  }
  return { fields, rest: Buffer.alloc(0) };
}

function restAt(octets: Buffer, at: number): Buffer {
  const rest = octets.subarray(at);
  return rest.subarray(0, 2).equals(crlf) ? rest : Buffer.concat([crlf, rest]);
}

/** Where the field ends that begins here: before the first line that does not continue it (RFC 5322 2.2.3). */
function fieldEnd(octets: Buffer, from: number): number {
  let end = lineEnd(octets, from);
  // A blank line is never folded onto: it ends the header.
  if (end - from <= 2 && octets.subarray(from, end).equals(crlf)) return end;
  while (end < octets.length && (octets[end] === SPACE || octets[end] === TAB)) {
    end = lineEnd(octets, end);
    if (end - from > largestHeader) throw tooLarge();
  }
  return end;
}

function lineEnd(octets: Buffer, from: number): number {
  const at = octets.indexOf(crlf, from);
  return at < 0 ? octets.length : at + 2;
}

/** RFC 5322 3.6.8, and the space before the colon that section 4.5 still allows. */
function fieldName(field: Buffer): string | null {
  const start = field.subarray(0, 256).toString('latin1');
  return /^([\x21-\x39\x3b-\x7e]+)[ \t]*:/.exec(start)?.[1]?.toLowerCase() ?? null;
}

function withLineEnd(field: Buffer): Buffer {
  return field.subarray(-2).equals(crlf) ? field : Buffer.concat([field, crlf]);
}

function tooLarge(): DataError {
  return new DataError(`the header of the message is larger than ${largestHeader} octets`, {
    remedy: 'Check that it is a mail message that was given.',
  });
}

/** The value without its name, unfolded: line ends go, the space after them stays. */
export function valueOf(field: Field): string {
  const text = headerText(field.octets);
  return text
    .slice(text.indexOf(':') + 1)
    .replace(/\r\n(?=[ \t])/g, '')
    .trim();
}

export function firstValue(fields: readonly Field[], name: string): string | null {
  const field = fields.find((each) => each.name === name);
  const value = field === undefined ? '' : valueOf(field);
  return value === '' ? null : value;
}
