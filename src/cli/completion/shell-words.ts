/** A command line as shells read it: split into words, the marks of quoting taken off, and put back. Pure. */

type Quote = '' | '"' | "'";

export interface ShellWord {
  /** As it was typed. */
  readonly raw: string;
  /** Without the marks of quoting. */
  readonly text: string;
  /** The quote that is still open at its end. */
  readonly open: Quote;
  /** Places in `raw` of characters outside of quotes. */
  readonly bare: readonly number[];
}

/** The last word is the one that is being typed: empty after a blank. Nothing is expanded. */
export function shellWords(line: string): ShellWord[] {
  const words: ShellWord[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(line[at] ?? '')) at += 1;
    const word = wordAt(line, at);
    words.push(word);
    at += word.raw.length;
    if (at >= line.length) return words;
  }
}

/** One word that may hold blanks, as zsh and fish hand it over. */
export function unquoted(raw: string): string {
  return scan(raw, 0, () => false).text;
}

function wordAt(line: string, start: number): ShellWord {
  return scan(line, start, (character) => /\s/.test(character));
}

function scan(line: string, start: number, ends: (character: string) => boolean): ShellWord {
  let text = '';
  let open: Quote = '';
  const bare: number[] = [];
  let at = start;
  for (; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (open === '' && ends(character)) break;
    if (character === open) open = '';
    else if (open === '' && (character === '"' || character === "'")) open = character;
    else if (character === '\\' && escapes(open, line[at + 1])) {
      at += 1;
      text += line[at] ?? '';
    } else {
      if (open === '') bare.push(at - start);
      text += character;
    }
  }
  return { raw: line.slice(start, at), text, open, bare };
}

/** POSIX, 2.2: between double quotes a backslash stands for itself before most characters, between single ones always. */
function escapes(open: Quote, next: string | undefined): boolean {
  return open === '' || (open === '"' && /["\\$`]/.test(next ?? ''));
}

/** As it must be typed where `open` is the quote that stands before it already. */
export function quotedFor(text: string, open: Quote): string {
  if (open === "'") return text.replaceAll("'", `'\\''`);
  if (open === '"') return text.replaceAll(/["\\$`]/g, '\\$&');
  return text.replaceAll(/[^\p{L}\p{N}\p{M}@%+=:,./_-]/gu, '\\$&');
}
