/** Sorts what the server sends: messages, the answers to our commands, and news that are imapflow's business. */

import { printable } from '../../../wire/printable.ts';
import { splitAnnouncement, type AnswerSink } from './answer-reader.ts';
import type { TaggedAnswer } from './bulk-item.ts';
import type { FetchIntake } from './fetch-intake.ts';
import type { OpenWindows } from './open-windows.ts';

export interface IntakeEvents {
  answered(tag: string, answer: TaggedAnswer): void;
  /** A whole answer as it came. */
  news(answer: Buffer): void;
  /** A line that is nothing of what a server may say. */
  unreadable(reason: string): void;
}

/** News of more octets than this are none that anybody waits for. */
const longestNews = 64 * 1024;

const fetchPrelude = /^\s*\*\s+\d+\s+FETCH(?=[\s(])/i;
/** Their text goes to the end of the line, whatever it looks like (RFC 9051, section 7.1). */
const status = /^\s*\*\s+(?:OK|NO|BAD|BYE|PREAUTH)\b/i;
const tagged = /^\s*(\S+)\s+(\S+)\s*(?:\[([^\s\]]+)[^\]]*\])?\s*(.*)$/s;
const tagless = /^\s*(NO|BAD)(?:\s|$)/i;

export class Intake implements AnswerSink {
  readonly #windows: OpenWindows;
  readonly #fetch: FetchIntake;
  readonly #events: IntakeEvents;
  #current: 'none' | 'fetch' | 'news' = 'none';
  #news: Buffer[] = [];
  #newsLength = 0;
  #cut = false;

  constructor(windows: OpenWindows, fetch: FetchIntake, events: IntakeEvents) {
    this.#windows = windows;
    this.#fetch = fetch;
    this.#events = events;
  }

  get finished(): boolean {
    return this.#windows.count === 0;
  }

  line(line: string, cut: boolean): number | null {
    const begins = this.#current === 'none';
    if (begins && (line.trim() === '' || this.#takeAnswer(line) || this.#takeStatus(line, cut)))
      return null;
    const { text, octets } = splitAnnouncement(line);
    this.#cut ||= cut;
    const prelude = begins ? (fetchPrelude.exec(line)?.[0].length ?? null) : 0;
    if (begins) this.#begin(prelude !== null);
    if (this.#current === 'fetch') this.#fetchLine(text.slice(prelude ?? 0), octets);
    else this.#newsLine(line, octets);
    if (octets === null) this.#current = 'none';
    return octets;
  }

  octets(slice: Buffer): void {
    if (this.#current === 'fetch') this.#fetch.octets(slice);
    else this.#keepNews(slice);
  }

  #begin(isFetch: boolean): void {
    this.#current = isFetch ? 'fetch' : 'news';
    this.#cut = false;
    this.#news = [];
    this.#newsLength = 0;
    if (isFetch) this.#fetch.begin();
  }

  #fetchLine(text: string, literal: number | null): void {
    this.#fetch.read(text);
    if (literal !== null) this.#fetch.literal(literal);
    else this.#fetch.end(this.#cut ? 'its line is too long' : undefined);
  }

  #newsLine(line: string, literal: number | null): void {
    this.#keepNews(Buffer.from(`${line}\r\n`, 'latin1'));
    if (literal !== null) return;
    if (this.#cut || this.#newsLength > longestNews)
      this.#events.unreadable('a line of the server is too long');
    else this.#events.news(Buffer.concat(this.#news));
    this.#news = [];
  }

  #keepNews(octets: Buffer): void {
    this.#newsLength += octets.length;
    if (this.#newsLength <= longestNews) this.#news.push(octets);
    else this.#news = [];
  }

  /** True where the line is the answer to a command of ours. */
  #takeAnswer(line: string): boolean {
    const [, tag = '', word = '', code = '', text = ''] = tagged.exec(line) ?? [];
    if (this.#windows.has(tag)) this.#answer(tag, word, code, text);
    else if (tagless.test(line)) this.#answer(this.#windows.oldestTag ?? '', tag, '', line);
    else return false;
    return true;
  }

  #answer(tag: string, word: string, code: string, text: string): void {
    const status = word.toUpperCase();
    // RFC 9051, section 7.1.5: BYE has no tag; whoever sends it with one says good-bye all the same.
    if (status === 'BYE') this.#events.news(Buffer.from(`* BYE ${text}\r\n`, 'latin1'));
    this.#fetch.release();
    this.#events.answered(tag, {
      status: status === 'OK' || status === 'NO' ? status : 'BAD',
      code: printable(code.toUpperCase(), 40),
      text: printable(Buffer.from(text, 'latin1')),
    });
  }

  #takeStatus(line: string, cut: boolean): boolean {
    if (!status.test(line)) return false;
    if (cut) this.#events.unreadable('a line of the server is too long');
    // imapflow takes braces at the end of any line for the announcement of a literal.
    else this.#events.news(Buffer.from(`${line}${line.endsWith('}') ? ' ' : ''}\r\n`, 'latin1'));
    return true;
  }
}
