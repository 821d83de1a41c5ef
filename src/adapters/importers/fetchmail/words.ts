/** The words of a fetchmailrc: blanks, commas and words of noise lie between them, quotes hold one together. */

export interface Word {
  readonly text: string;
  readonly line: number;
  /** In quotes a word is never a keyword. */
  readonly quoted: boolean;
}

const noise = new Set('and with has wants options option'.split(' '));

/** A quote or `#` within a word is a sign like any other: only one at its beginning opens a text or a comment. */
const token =
  /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|#[^\n]*|\n|[^\s,;:="'#][^\s,;:=]*|["']/g;

export function readWords(text: string): Word[] {
  const words: Word[] = [];
  let line = 1;
  for (const [raw, double, single] of text.matchAll(token)) {
    const inner = double ?? single;
    const quoted = inner !== undefined;
    const skipped =
      !quoted && (raw.startsWith('#') || raw === '\n' || noise.has(raw.toLowerCase()));
    if (!skipped) words.push({ text: unescaped(inner ?? raw), line, quoted });
    line += raw.split('\n').length - 1;
  }
  return words;
}

const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', r: '\r', '\n': '' };

/** fetchmail(1), Run Control Syntax: \n \t \b \r, \nnn decimal, \0ooo octal, \xhh; a backslash at the end joins lines. */
function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:0([0-7]{1,3})|([1-9]\d{0,2})|x([0-9a-f]{1,2})|([\s\S]))/gi,
    (_, octal?: string, decimal?: string, hex?: string, sign = '') => {
      const digits = octal ?? decimal ?? hex;
      if (digits === undefined) return letters[sign as string] ?? (sign as string);
      const base = octal !== undefined ? 8 : decimal !== undefined ? 10 : 16;
      return String.fromCharCode(Number.parseInt(digits, base) & 0xff);
    },
  );
}

export class WordReader {
  readonly #words: readonly Word[];
  #at = 0;

  constructor(words: readonly Word[]) {
    this.#words = words;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#words.length;
  }

  /** The next word in lower case where it may be a keyword. */
  get keyword(): string | undefined {
    const word = this.#words[this.#at];
    return word === undefined || word.quoted ? undefined : word.text.toLowerCase();
  }

  next(): Word {
    const word = this.#words[this.#at] ?? {
      text: '',
      line: this.#words.at(-1)?.line ?? 1,
      quoted: false,
    };
    this.#at += 1;
    return word;
  }

  /** Takes the next word where it is this one. */
  took(keyword: string): boolean {
    if (this.isAtEnd || this.keyword !== keyword) return false;
    this.#at += 1;
    return true;
  }
}
