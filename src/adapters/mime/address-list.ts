/** The grammar of address lists (RFC 5322 3.4): mailboxes, groups, quoted strings, comments that may be nested. */

/** One piece of a list as it was written: between two commas, or in a group. */
export interface Piece {
  /** As it stands in the list. */
  readonly text: string;
  /** Display name, or else what the comments say; may be empty. */
  readonly name: string;
  /** What stands where the address must stand; null where nothing can be taken for it without guessing. */
  readonly address: string | null;
}

interface Token {
  readonly kind: 'text' | 'space' | 'quoted' | 'comment' | 'angle' | 'separator' | 'colon' | 'torn';
  readonly text: string;
}

/** Every piece but the empty ones (`a@x,,`), in their order; groups are flattened, their names left out. */
export function piecesOf(list: string): Piece[] {
  const pieces: Piece[] = [];
  let tokens: Token[] = [];
  const end = (): void => {
    if (tokens.some(({ kind }) => kind !== 'space' && kind !== 'comment'))
      pieces.push(piece(tokens));
    tokens = [];
  };
  for (const token of tokensOf(list)) {
    if (token.kind === 'separator') end();
    else if (token.kind === 'colon' && isPhrase(tokens)) tokens = [];
    else tokens.push(token);
  }
  end();
  return pieces;
}

/** What may name a group. */
function isPhrase(tokens: readonly Token[]): boolean {
  const words = tokens.filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  return (
    words.length > 0 &&
    words.every(({ kind, text }) => kind === 'quoted' || (kind === 'text' && !text.includes('@')))
  );
}

/** Neither lost nor guessed: one address stands alone, or at the end in brackets. */
function piece(tokens: readonly Token[]): Piece {
  const text = tokens
    .map((each) => each.text)
    .join('')
    .trim();
  const words = tokens.filter(({ kind }) => kind !== 'comment');
  const said = tokens.flatMap((each) => (each.kind === 'comment' ? [commentText(each.text)] : []));
  const at = words.findIndex(({ kind }) => kind === 'angle');
  const isTorn = tokens.some(({ kind }) => kind === 'torn' || kind === 'colon');
  if (at < 0) {
    const address = words
      .map((each) => each.text)
      .join('')
      .trim();
    return { text, name: said.join(' '), address: isTorn || hasSpace(words) ? null : address };
  }
  const isLast = words.slice(at + 1).every(({ kind }) => kind === 'space');
  const name = nameOf(words.slice(0, at)) || said.join(' ');
  const inner = bracketed(words[at]?.text ?? '');
  return { text, name, address: isTorn || !isLast ? null : inner };
}

/** What stands in the brackets; the way that old programs write before it (RFC 5322 4.4, obs-route) is none of ours. */
function bracketed(text: string): string | null {
  const inner = withoutComments(text.slice(1, -1))
    .trim()
    .replace(/^@[^:"]*:/, '');
  return /\s/.test(inner.replace(quotedOnce, '')) ? null : inner;
}

const quotedOnce = /"(?:[^"\\]|\\.)*"/;

/** Between other words: `a@x b@y` is no address. */
function hasSpace(words: readonly Token[]): boolean {
  const first = words.findIndex(({ kind }) => kind !== 'space');
  const last = words.findLastIndex(({ kind }) => kind !== 'space');
  return words.slice(first, last).some(({ kind }) => kind === 'space');
}

function nameOf(words: readonly Token[]): string {
  const texts = words.map(({ kind, text }) => (kind === 'quoted' ? unquoted(text) : text));
  return texts.join('').replace(/\s+/g, ' ').trim();
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

function commentText(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1').trim();
}

function withoutComments(text: string): string {
  return tokensOf(text)
    .filter(({ kind }) => kind !== 'comment')
    .map((each) => each.text)
    .join('');
}

/** Text, cut into tokens without a rest; what begins and never ends (a quote, a comment, a bracket) is torn. */
function tokensOf(list: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < list.length;) {
    const token = tokenAt(list, at, tokens.at(-1)?.text.endsWith('@') === true);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(list: string, at: number, isAfterAt: boolean): Token {
  const sign = list[at] ?? '';
  if (sign === ',' || sign === ';') return { kind: 'separator', text: sign };
  if (sign === ':') return { kind: 'colon', text: sign };
  if (sign === '"') return enclosed('quoted', list, at, quotedEnd(list, at));
  if (sign === '(') return enclosed('comment', list, at, commentEnd(list, at));
  if (sign === '<') return enclosed('angle', list, at, angleEnd(list, at));
  // A domain in brackets (RFC 5321 4.1.3) may hold colons; brackets in a name are plain text.
  if (sign === '[' && isAfterAt) return enclosed('text', list, at, list.indexOf(']', at));
  if (sign === '>' || sign === ')') return { kind: 'torn', text: sign };
  const [space] = /^\s+/.exec(list.slice(at, at + 1000)) ?? [];
  if (space !== undefined) return { kind: 'space', text: space };
  if (sign === '[') return { kind: 'text', text: sign };
  plain.lastIndex = at;
  return { kind: 'text', text: plain.exec(list)?.[0] ?? sign };
}

const plain = /[^\s,;:"()<>[]+/y;

function enclosed(kind: Token['kind'], list: string, from: number, end: number): Token {
  return end < 0
    ? { kind: 'torn', text: list.slice(from) }
    : { kind, text: list.slice(from, end + 1) };
}

function quotedEnd(list: string, from: number): number {
  for (let at = from + 1; at < list.length; at += 1) {
    if (list[at] === '\\') at += 1;
    else if (list[at] === '"') return at;
  }
  return -1;
}

/** RFC 5322 3.2.2: comments nest. */
function commentEnd(list: string, from: number): number {
  let depth = 0;
  for (let at = from; at < list.length; at += 1) {
    if (list[at] === '\\') at += 1;
    else if (list[at] === '(') depth += 1;
    else if (list[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

/** A quoted local part may hold a bracket. */
function angleEnd(list: string, from: number): number {
  for (let at = from + 1; at < list.length; at += 1) {
    if (list[at] === '"') {
      at = quotedEnd(list, at);
      if (at < 0) return -1;
    } else if (list[at] === '<') return -1;
    else if (list[at] === '>') return at;
  }
  return -1;
}
