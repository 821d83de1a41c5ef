/** The words of a fetchmailrc: blanks, commas and words of noise lie between them, quotes hold one together. */

export interface Word {
  readonly text: string;
  readonly line: number;
  /** In quotes a word is never a keyword. */
  readonly quoted: boolean;
}

const noise = new Set('and with has wants options option here there'.split(' '));

const token = /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|#[^\n]*|\n|[^\s,;:="'#]+|["']/g;

export function readWords(text: string): Word[] {
  const words: Word[] = [];
  let line = 1;
  for (const [raw, double, single] of text.matchAll(token)) {
    const inner = double ?? single;
    const quoted = inner !== undefined;
    const plain = quoted ? inner.replaceAll(/\\(.)/gs, '$1') : raw;
    const skipped =
      !quoted && (raw.startsWith('#') || raw === '\n' || noise.has(raw.toLowerCase()));
    if (!skipped) words.push({ text: plain, line, quoted });
    line += raw.split('\n').length - 1;
  }
  return words;
}

/** A port like `host/993` and a name like `a:b` are cut at their signs by no one else. */
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
}
