/** The tokens of a command and of an answer, as imapflow builds and parses them. */

/** One token; a section (`BODY[...]`) and an origin (`<0>`) hang on the token that they follow. */
export interface Token {
  type: string;
  value?: string | Buffer | number | null | undefined;
  section?: TokenList | undefined;
  partial?: number[] | undefined;
  sensitive?: boolean;
  isLiteral8?: boolean;
}

/** A token, a parenthesised list, or NIL. */
export type TokenNode = Token | TokenList | null;
export interface TokenList extends Array<TokenNode> {
  section?: undefined;
}

/** One line from the server, its literals included. */
export interface Answer {
  tag?: string | undefined;
  command?: string | undefined;
  attributes?: TokenList | undefined;
  /** The numbers of `* SEARCH 1 2 3`. */
  numbers?: number[] | undefined;
}

export function atom(value: string): Token {
  return { type: 'ATOM', value };
}

/** A sequence set, e.g. `1:5,7`. */
export function sequence(value: string): Token {
  return { type: 'SEQUENCE', value };
}

/** A quoted string where it may be one (RFC 3501, section 9: no 8-bit, CR, LF, NUL), else a literal. */
export function astring(value: string): Token {
  return /^[\x01-\x09\x0b\x0c\x0e-\x7f]*$/.test(value)
    ? { type: 'STRING', value }
    : { type: 'LITERAL', value: Buffer.from(value) };
}

export function isList(node: TokenNode | undefined): node is TokenList {
  return Array.isArray(node);
}

/** The text of a string, an atom or a literal; undefined for NIL and lists. */
export function textOf(node: TokenNode | undefined): string | undefined {
  if (node === null || node === undefined || isList(node)) return undefined;
  const { value } = node;
  return value === null || value === undefined ? undefined : value.toString();
}

/** The texts of a parenthesised list. */
export function textsOf(node: TokenNode | undefined): string[] {
  if (!isList(node)) return [];
  return node.map(textOf).filter((text) => text !== undefined);
}

/** An unsigned number of 32 bits (RFC 9051, section 9) or, for sizes, 63; undefined where the text is none. */
export function numberOf(node: TokenNode | undefined): number | undefined {
  const text = textOf(node);
  if (text === undefined || !/^[0-9]{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The response code in brackets, in upper case, with its arguments (RFC 9051, section 7.1). */
export function responseCode(
  answer: Answer | undefined,
): { name: string; values: TokenNode[] } | undefined {
  const first = answer?.attributes?.[0];
  if (first === null || first === undefined || isList(first) || first.section === undefined)
    return undefined;
  const [name, ...values] = first.section;
  const text = textOf(name);
  return text === undefined ? undefined : { name: text.toUpperCase(), values };
}

/** What a status answer says to people, unsanitised. */
export function humanText(answer: Answer | undefined): string {
  const texts = (answer?.attributes ?? [])
    .filter((node) => node !== null && !isList(node) && node.type === 'TEXT')
    .map((node) => textOf(node) ?? '');
  return texts.join(' ').trim();
}

/** A set of ascending numbers with its runs joined: `1:3,7`. */
export function packSet(numbers: readonly number[]): string {
  const parts: string[] = [];
  let from: number | undefined;
  numbers.forEach((number, index) => {
    from ??= number;
    if (numbers[index + 1] === number + 1) return;
    parts.push(from === number ? `${number}` : `${from}:${number}`);
    from = undefined;
  });
  return parts.join(',');
}

/** More numbers than any folder has messages. */
const mostNumbers = 16_777_216;

/** The numbers of a set; throws RangeError where it would fill the memory. */
export function* unpackSet(set: string): Generator<number> {
  let left = mostNumbers;
  for (const part of set.split(',')) {
    const match = /^([0-9]{1,10})(?::([0-9]{1,10}))?$/.exec(part);
    if (match === null) continue;
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    for (let number = Math.min(from, to); number <= Math.max(from, to); number += 1) {
      if (left-- === 0) throw new RangeError('a set of too many numbers');
      yield number;
    }
  }
}
