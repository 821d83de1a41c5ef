/** Sorts what the server sends: messages, the answers to our commands, and news that are imapflow's business. */

import { printable } from '../../../wire/printable.ts';
import { readStatusLine } from '../answers/status-line.ts';
import { splitAnnouncement, type AnswerSink } from './answer-reader.ts';
import type { TaggedAnswer } from './bulk-item.ts';
import type { MessageAssembly } from './message-assembly.ts';
import type { OpenWindows } from './open-windows.ts';

export interface AnswerEvents {
  answered(tag: string, answer: TaggedAnswer): void;
  /** A whole answer as it came. */
  news(answer: Buffer): void;
  /** The server hangs up, with these words. */
  bye(words: string): void;
  /** Lines that are nothing of what a server may say. */
  unreadable(reason: string): void;
}

/** News of more octets than this are none that anybody waits for. */
const longestNews = 64 * 1024;

const tooLong = 'a line of the server is too long';

/** A number that nobody can read is no reason to take it for something else. */
const fetchPrelude = /^[\s\0]*\*\s+(?:(?!(?:OK|NO|BAD|BYE|PREAUTH)\s)\S+\s+)?FETCH(?=[\s(]|$)/i;
/** Their text goes to the end of the line, whatever it looks like (RFC 9051, section 7.1). */
const status = /^[\s\0]*\*\s+(OK|NO|BAD|BYE|PREAUTH)\b/i;
const untagged = /^[\s\0]*[*+](?:\s|$)/;
const firstWord = /^[\s\0]*(\S+)/;
/** The answer to a command of imapflow that nobody waits for any more. */
const strangeTag = /^\s*\S+\s+(?:OK|NO|BAD)\b/i;
const tagless = /^\s*(?:NO|BAD)(?:\s|$)/i;

export class AnswerSorter implements AnswerSink {
  readonly #windows: OpenWindows;
  readonly #fetch: MessageAssembly;
  readonly #events: AnswerEvents;
  #current: 'none' | 'fetch' | 'news' | 'garbage' = 'none';
  #news: Buffer[] = [];
  #newsLength = 0;
  #cut = false;
  #garbled = false;

  constructor(windows: OpenWindows, fetch: MessageAssembly, events: AnswerEvents) {
    this.#windows = windows;
    this.#fetch = fetch;
    this.#events = events;
  }

  get finished(): boolean {
    return this.#windows.count === 0;
  }

  line(line: string, cut: boolean): number | null {
    const prelude = this.#current === 'none' ? (fetchPrelude.exec(line)?.[0].length ?? -1) : 0;
    if (prelude === -1 && this.#takeLine(line, cut)) return null;
    const { text, octets } = splitAnnouncement(line);
    if (this.#current === 'none') this.#begin(line, prelude);
    this.#cut ||= cut;
    if (this.#current === 'fetch') this.#fetchLine(text.slice(prelude), octets);
    else this.#otherLine(line, octets);
    if (octets === null) this.#current = 'none';
    return octets;
  }

  octets(slice: Buffer): void {
    if (this.#current === 'fetch') this.#fetch.octets(slice);
    else this.#keepNews(slice);
  }

  #begin(line: string, prelude: number): void {
    this.#cut = false;
    this.#news = [];
    this.#newsLength = 0;
    if (prelude === -1)
      this.#current = untagged.test(line) || strangeTag.test(line) ? 'news' : 'garbage';
    else {
      this.#current = 'fetch';
      this.#fetch.begin();
    }
  }

  #fetchLine(text: string, literal: number | null): void {
    this.#fetch.read(text);
    if (this.#cut) this.#fetch.spoil('its line is too long');
    if (literal !== null) this.#fetch.literal(literal);
    else this.#garbled = !this.#fetch.end();
  }

  #otherLine(line: string, literal: number | null): void {
    this.#keepNews(Buffer.from(`${line}\r\n`, 'latin1'));
    if (literal !== null) return;
    if (this.#current === 'garbage') this.#garbage();
    else if (this.#cut || this.#newsLength > longestNews) this.#events.unreadable(tooLong);
    else this.#events.news(Buffer.concat(this.#news));
    this.#news = [];
  }

  /** Said once for lines that follow each other, not at all behind a bad FETCH: its length was wrong, and this is its rest. */
  #garbage(): void {
    if (!this.#garbled) this.#events.unreadable('a line of the server is no answer');
    this.#garbled = true;
  }

  #keepNews(octets: Buffer): void {
    this.#newsLength += octets.length;
    if (this.#newsLength > longestNews || this.#current === 'garbage') this.#news = [];
    else this.#news.push(octets);
  }

  /** True where nothing can follow the line. */
  #takeLine(line: string, cut: boolean): boolean {
    return line.trim() === '' || this.#takeAnswer(line) || this.#takeStatus(line, cut);
  }

  /** The answer to a command of ours. */
  #takeAnswer(line: string): boolean {
    const [, tag = ''] = firstWord.exec(line) ?? [];
    if (!this.#windows.has(tag)) return this.#takeTagless(line);
    const rest = line.slice(line.indexOf(tag) + tag.length).trim();
    const answer = readStatusLine(Buffer.from(`* ${rest}`, 'latin1'));
    const { status = 'BAD', code = '', text = rest } = answer ?? {};
    // RFC 9051, section 7.1.5: BYE has no tag; whoever sends it with one says good-bye all the same.
    if (status === 'BYE') this.#events.bye(text);
    this.#fetch.release();
    this.#events.answered(tag, {
      status: status === 'OK' || status === 'NO' ? status : 'BAD',
      code,
      text: printable(text),
    });
    return true;
  }

  /** Some servers forget the tag where they refuse. A message's rest may well begin with “No”. */
  #takeTagless(line: string): boolean {
    return (
      !this.#garbled &&
      tagless.test(line) &&
      this.#takeAnswer(`${this.#windows.oldestTag} ${line.trimStart()}`)
    );
  }

  #takeStatus(line: string, cut: boolean): boolean {
    const [, word] = status.exec(line) ?? [];
    if (word === undefined) return false;
    // imapflow takes braces at the end of any line for the announcement of a literal.
    if (word.toUpperCase() === 'BYE')
      this.#events.bye(readStatusLine(Buffer.from(line.trim(), 'latin1'))?.text ?? '');
    else if (cut) this.#events.unreadable(tooLong);
    else this.#events.news(Buffer.from(`${line}${line.endsWith('}') ? ' ' : ''}\r\n`, 'latin1'));
    return true;
  }
}
