/** Reads the lines of a server whose spelling is not the standard's: with stray blanks, tabs, quotes, and with literals. */

import { printable } from '../../../wire/printable.ts';

/** One untagged line of data, its literals apart. */
export interface DataLine {
  /** Of `* 5 EXISTS`; null where none stands there. */
  readonly number: number | null;
  /** In upper case. */
  readonly keyword: string;
  /** Behind the keyword, one character an octet; a literal is announced by `{n}` CRLF. */
  readonly text: string;
  readonly literals: readonly Buffer[];
}

/** What an answer says where it is no list; null is NIL. One character an octet. */
export type Value = string | null | readonly Value[];

/** A line that nobody can read; never leaves this adapter. */
export class UnreadableLine extends Error {}

/** Nobody nests deeper, beside the structures of messages, which are not asked for. */
const deepest = 8;
/** More values are on no honest line. */
const mostValues = 10_000;

const blanks = /[ \t\r\n]*/y;
const quoted = /"((?:[^"\\]|\\.)*)"(?=[ \t()\r\n]|$)/sy;
const literal = /~?\{(\d{1,10})\+?\}\r?\n/y;
const atom = /[^ \t()\r\n]+/y;
/** The name of an item, with its section and where a part begins: `BODY[HEADER.FIELDS (To)]<0>`. */
const itemName = /[^ \t()[\]\r\n]+(?:\[[^\]]*\](?:<\d+>)?)?/y;

export class LineReader {
  readonly #text: string;
  readonly #literals: readonly Buffer[];
  #at = 0;
  #literal = 0;
  #values = 0;

  constructor({ text, literals }: Pick<DataLine, 'text' | 'literals'>) {
    this.#text = text;
    this.#literals = literals;
  }

  get isAtEnd(): boolean {
    this.#match(blanks);
    return this.#at >= this.#text.length;
  }

  /** Takes the character where it comes next. */
  takes(character: string): boolean {
    this.#match(blanks);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  itemName(): string {
    this.#match(blanks);
    return this.#match(itemName)?.[0].toUpperCase() ?? unreadable();
  }

  /** A list, a string, an atom, or NIL. */
  value(depth = 0): Value {
    if ((this.#values += 1) > mostValues) return unreadable();
    if (!this.takes('(')) return this.#string();
    if (depth === deepest) return unreadable();
    const list: Value[] = [];
    while (!this.takes(')')) list.push(this.value(depth + 1));
    return list;
  }

  /** What is left of the line, without the blanks around it. */
  rest(): string {
    return this.#text.slice(this.#at).trim();
  }

  /** A string where one comes next; undefined, and nothing taken, where the text is none. */
  strictString(): string | undefined {
    this.#match(blanks);
    const text = this.#match(quoted)?.[1];
    return text === undefined ? this.#takeLiteral() : unescaped(text);
  }

  #string(): string | null {
    const text = this.strictString();
    if (text !== undefined) return text;
    const word = this.#match(atom)?.[0] ?? unreadable();
    return word.toUpperCase() === 'NIL' ? null : word;
  }

  #takeLiteral(): string | undefined {
    if (this.#match(literal) === undefined) return undefined;
    const octets = this.#literals[this.#literal++];
    return octets?.toString('latin1') ?? unreadable();
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }
}

function unreadable(): never {
  throw new UnreadableLine();
}

export function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\(.)/gs, '$1') : text;
}

/** Text of one character an octet, as UTF-8 where it is UTF-8. */
export function decoded(latin1: string): string {
  return /^[\x00-\x7f]*$/.test(latin1) ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8');
}

const untagged = /^\0*\*[ \t]+(?:(\d{1,10})[ \t]+)?([A-Za-z][A-Za-z0-9-]*)(?=[ \t\r\n[(]|$)/;

/** Undefined where it is no untagged line, or does not say what it is. */
export function readDataLine(octets: Buffer, literals: readonly Buffer[]): DataLine | undefined {
  const text = octets.toString('latin1');
  const [whole, number, keyword] = untagged.exec(text) ?? [];
  if (whole === undefined || keyword === undefined) return undefined;
  return {
    number: number === undefined ? null : Number(number),
    keyword: keyword.toUpperCase(),
    text: text.slice(whole.length),
    literals,
  };
}

/** Undefined where the line is none. Octets beyond the first few are not looked at. */
export function keywordOf(octets: Buffer): string | undefined {
  return untagged.exec(octets.toString('latin1', 0, 80))?.[2]?.toUpperCase();
}

/** As people may see it. */
export function shownLine(octets: Buffer): string {
  return printable(octets.subarray(0, 200), 100);
}
