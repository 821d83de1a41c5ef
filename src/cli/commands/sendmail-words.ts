/**
 * The plain command lines of sendmail, read without commander, whose loading takes longer than queueing a message. What is not
 * surely meant as it is read here is left to commander (sendmail-options.ts), so that the two never differ.
 */

import type { GlobalOptions } from '../global-options.ts';
import type { SendmailFlags } from './sendmail.ts';

export interface SendmailWords {
  readonly options: GlobalOptions;
  readonly flags: SendmailFlags;
  readonly addresses: readonly string[];
}

/** Null: to be read by commander. `argv` is without node and script. */
export function sendmailWords(argv: readonly string[]): SendmailWords | null {
  const words = [...argv];
  const options = globalOptions(words);
  if (options === null || words.shift() !== 'sendmail') return null;
  const flags: { t?: boolean; f?: string; r?: string } = {};
  const addresses: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') addresses.push(...words.splice(0));
    else if (!word.startsWith('-')) addresses.push(word);
    else if (/^-[ti]+$/.test(word)) flags.t = flags.t === true || word.includes('t');
    else if (word !== '-bm' && !takeValue(word, words, flags)) return null;
  }
  return { options, flags, addresses };
}

/** -f, -r and those without effect; the value stands in the same word or is the next one. */
function takeValue(word: string, rest: string[], flags: { f?: string; r?: string }): boolean {
  const [, letter, attached] = /^-([frFo])(.*)$/s.exec(word) ?? [];
  const value = attached === '' ? rest.shift() : attached;
  if (value === undefined) return false;
  if (letter === 'f' || letter === 'r') flags[letter] = value;
  return true;
}

/** Those before the command, taken off `words`. */
function globalOptions(words: string[]): GlobalOptions | null {
  let options: GlobalOptions = { color: true, input: true };
  while (words[0]?.startsWith('-') === true) {
    const word = words.shift();
    const given = word === '--config' ? configFile(words.shift()) : plain[word ?? ''];
    if (given === undefined) return null;
    options = { ...options, ...given };
  }
  return options;
}

function configFile(config: string | undefined): { config: string } | undefined {
  return config === undefined || config.startsWith('-') ? undefined : { config };
}

const plain: Readonly<Record<string, Partial<GlobalOptions>>> = {
  '--no-input': { input: false },
  '--no-color': { color: false },
  '--quiet': { quiet: true },
  '-q': { quiet: true },
  '--verbose': { verbose: true },
  '-v': { verbose: true },
};
