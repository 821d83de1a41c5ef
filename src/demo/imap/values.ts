/** The arguments of IMAP commands (RFC 3501 section 4): atoms, strings, parenthesized lists, and how they are read. */

import { ImapRefusal } from './refusal.ts';

export type ImapValue =
  | { kind: 'atom'; text: string }
  | { kind: 'string'; octets: Buffer }
  | { kind: 'list'; items: ImapValue[] };

/** What a command is made of on the wire: text of lines (one character an octet), and literals between. */
export type CommandPart = string | Buffer;

/** The values of a whole command, its tag and name among them. */
export function parseValues(parts: readonly CommandPart[]): ImapValue[] {
  const parser = new Parser(parts);
  const values = parser.items();
  if (!parser.atEnd()) throw new ImapRefusal('BAD', 'unbalanced parenthesis');
  return values;
}

class Parser {
  readonly #parts: readonly CommandPart[];
  #part = 0;
  #at = 0;

  constructor(parts: readonly CommandPart[]) {
    this.#parts = parts;
  }

  atEnd(): boolean {
    while (this.#part < this.#parts.length && this.#peek() === '') {
      this.#part += 1;
      this.#at = 0;
    }
    return this.#part >= this.#parts.length;
  }

  /** Values up to the end, or up to the parenthesis that closes them. */
  items(): ImapValue[] {
    const items: ImapValue[] = [];
    while (!this.atEnd()) {
      const next = this.#peek();
      if (next === ')') break;
      if (next === ' ') this.#at += 1;
      else items.push(this.#value(next));
    }
    return items;
  }

  #peek(): string | Buffer {
    const part = this.#parts[this.#part];
    return typeof part === 'string' ? part.charAt(this.#at) : (part ?? '');
  }

  #value(next: string | Buffer): ImapValue {
    if (typeof next !== 'string') {
      this.#part += 1;
      return { kind: 'string', octets: next };
    }
    if (next === '"') return { kind: 'string', octets: Buffer.from(this.#quoted(), 'latin1') };
    return next === '(' ? this.#list() : { kind: 'atom', text: this.#match(atom) };
  }

  #list(): ImapValue {
    this.#at += 1;
    const items = this.items();
    if (this.#peek() !== ')') throw new ImapRefusal('BAD', 'unbalanced parenthesis');
    this.#at += 1;
    return { kind: 'list', items };
  }

  #quoted(): string {
    return this.#match(quoted).slice(1, -1).replaceAll(/\\(.)/g, '$1');
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#parts[this.#part] as string)?.[0];
    if (found === undefined) throw new ImapRefusal('BAD', 'cannot be parsed');
    this.#at += found.length;
    return found;
  }
}

const quoted = /"(?:[^"\\]|\\.)*"/y;

/** `BODY.PEEK[HEADER.FIELDS (From To)]<0.10>` counts as one: what stands in brackets belongs to the atom. */
const atom = /(?:\[[^\]]*\]|[^ ()"])+/y;

export function textOf(value: ImapValue | undefined): string {
  if (value?.kind === 'atom') return value.text;
  if (value?.kind === 'string') return value.octets.toString();
  throw new ImapRefusal('BAD', 'a string is missing');
}

export function listOf(value: ImapValue | undefined): ImapValue[] {
  if (value?.kind === 'list') return value.items;
  throw new ImapRefusal('BAD', 'a list is missing');
}

/** The words of a list in capitals; a single word stands for a list of one. */
export function wordsOf(value: ImapValue | undefined): string[] {
  const items = value?.kind === 'list' ? value.items : [value];
  return items.map((item) => textOf(item).toUpperCase());
}

/** A string as it goes out: quoted where it can be. */
export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
