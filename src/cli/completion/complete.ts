/** posthorn __complete: what the shells' scripts ask. It answers in lines, and says nothing about what goes wrong. */

import type { Command } from 'commander';
import { printable } from '../../printable.ts';
import type { World } from '../world.ts';
import { offerAt, type Candidate, type Offer } from './candidates.ts';
import { placeOf } from './place.ts';
import { quotedFor, shellWords, unquoted, type ShellWord } from './shell-words.ts';
import { sourcesOf } from './sources.ts';

/** The program with the command that these words name. */
type Build = (words: readonly string[]) => Promise<Command>;

/**
 * `bash BREAKS LINE` with the characters that end a word for readline; `zsh WORD…` and `fish WORD…` with the program's name
 * first. The first line of the answer says what the shell completes itself: none, files or dirs. Always status 0.
 */
export async function complete(
  [shell = '', ...rest]: readonly string[],
  world: World,
  build: Build,
): Promise<number> {
  try {
    const lines = shell === 'bash' ? forBash(rest) : forWords(shell, rest);
    world.stdout.write(`${(await answer(lines, world, build)).join('\n')}\n`);
  } catch {
    // A message in the middle of what somebody types would help nobody.
  }
  return 0;
}

interface Question {
  readonly words: readonly string[];
  readonly rendered: (offer: Offer) => string[];
}

async function answer({ words, rendered }: Question, world: World, build: Build) {
  const place = placeOf(await build(words.slice(0, -1)), words);
  const offer = await offerAt(place, sourcesOf(world, place.config));
  const candidates = offer.candidates.filter(({ text }) => printable(text) === text);
  return [offer.paths, ...rendered({ ...offer, candidates })];
}

function forBash([breaks = '', line = '']: readonly string[]): Question {
  const [, ...words] = shellWords(line);
  const last = words.at(-1) ?? shellWords('')[0];
  return {
    words: words.map(({ text }) => text),
    rendered: ({ candidates, prefix }) =>
      candidates.map(({ text }) => forReadline(`${prefix}${text}`, last, breaks)),
  };
}

/** readline replaces what stands behind the last character that ends a word for it, or behind the open quote. */
function forReadline(text: string, typed: ShellWord | undefined, breaks: string): string {
  const { raw = '', open = '', bare = [] } = typed ?? {};
  if (open !== '') return quotedFor(text.slice(textBefore(raw, open).length), open);
  const characters = bare.map((at) => raw[at] ?? '');
  const last = characters.findLast((character) => breaks.includes(character));
  const quoted = quotedFor(text, open);
  if (last === undefined) return quoted;
  const count = characters.filter((character) => character === last).length;
  const behind = quoted.split(last).slice(count).join(last);
  // These two end a word, and belong to the next one (rl_special_prefixes).
  return '@$'.includes(last) ? `${last}${behind}` : behind;
}

/** What stands before the open quote is kept as it is: `--from="…`. */
function textBefore(raw: string, open: string): string {
  return unquoted(raw.slice(0, raw.lastIndexOf(open)));
}

function forWords(shell: string, [, ...raw]: readonly string[]): Question {
  return {
    words: raw.map(unquoted),
    rendered: ({ candidates, prefix }) =>
      candidates.map((each) => (shell === 'zsh' ? forZsh(each) : forFish(each, prefix))),
  };
}

/** As _describe takes it: a colon ends the word. */
function forZsh({ text, said }: Candidate): string {
  const word = text.replaceAll(/[\\:]/g, '\\$&');
  return said === '' ? word : `${word}:${printable(said)}`;
}

function forFish({ text, said }: Candidate, prefix: string): string {
  return `${prefix}${text}${said === '' ? '' : `\t${printable(said)}`}`;
}
