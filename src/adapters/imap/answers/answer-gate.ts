/** Every answer of the server comes by here: lines of data are read by us, leniently and within limits, the rest by imapflow. */

import type { ImapFlow } from 'imapflow';
import { keywordOf, readDataLine, shownLine, UnreadableLine, type DataLine } from './line.ts';
import { plainStatusLine, readStatusLine, type StatusLine } from './status-line.ts';

/** What a running command takes in. Handlers may throw UnreadableLine. */
export interface Listener {
  /** By keyword, e.g. `FETCH`. */
  readonly data: Readonly<Record<string, (line: DataLine) => void>>;
  /** Untagged OK and their like, for their codes. */
  readonly status?: ((line: StatusLine) => void) | undefined;
}

/** A command under way, and what came of it so far. */
export interface Running {
  readonly listener: Listener;
  /** Lines that could not be read, fit to be shown. */
  readonly unreadable: string[];
  /** Octets of its answer. */
  octets: number;
  tagged: StatusLine | undefined;
  /** What a handler threw beside UnreadableLine. */
  thrown: unknown;
}

export function begun(listener: Listener): Running {
  return { listener, unreadable: [], octets: 0, tagged: undefined, thrown: undefined };
}

/** One answer as imapflow's stream hands it on. */
export interface StreamItem {
  readonly payload: Buffer;
  readonly literals: readonly Buffer[];
}

/** What imapflow keeps to itself. */
interface Inner {
  handleResponse(item: StreamItem): Promise<boolean>;
  throttleWait(delay: number): Promise<boolean>;
  readonly currentRequest: { readonly options?: { readonly running?: Running } } | false;
}

export interface GateEvents {
  /** Commands of our own that are under way, beside imapflow's. */
  attended(): Running | undefined;
  /** A server asks for what comes next; true where it is ours. */
  continued(): boolean;
  /** Returns false where nothing more is to be read. */
  counted(running: Running | undefined, octets: number): boolean;
  /** Tagged, to a command that imapflow knows nothing of; true where it was one. */
  answered(line: StatusLine): boolean;
  /** News of how many messages the open folder holds: EXISTS, EXPUNGE, VANISHED. */
  counts(line: DataLine): void;
  /** Octets of an answer that nobody asked for. */
  wasted(octets: number): void;
  /** Came while no command of ours was running. */
  unasked(item: StreamItem): void;
}

/** A line of data that is longer is none that anybody needs; the numbers of SEARCH stand on one line. */
const longestLine = 64 * 1024;
const long = new Set(['SEARCH', 'ESEARCH', 'VANISHED']);
/** Of a status answer or capabilities, which imapflow reads. */
const longestStatus = 16 * 1024;
const plus = 0x2b;
const counting = new Set(['EXISTS', 'EXPUNGE', 'VANISHED']);
const statuses = new Set(['OK', 'NO', 'BAD', 'BYE', 'PREAUTH']);
/** Of the many that can't be read, these are shown. */
const mostShown = 20;

export function installGate(flow: ImapFlow, events: GateEvents): void {
  const inner = flow as unknown as Inner;
  const original = inner.handleResponse.bind(flow);
  // Waiting is for whoever polls, not for a connection that holds a place meanwhile.
  inner.throttleWait = async () => false;
  inner.handleResponse = async (item) => {
    const running =
      inner.currentRequest === false
        ? events.attended()
        : (inner.currentRequest.options?.running ?? events.attended());
    const octets = item.literals.reduce((sum, each) => sum + each.length, item.payload.length);
    if (!events.counted(running, octets)) return false;
    if (running === undefined) events.unasked(item);
    const left = pass(item, octets, running, events);
    return left === undefined ? true : await original({ ...item, payload: left });
  };
}

/** What imapflow shall read of it; undefined for nothing. */
function pass(
  { payload, literals }: StreamItem,
  octets: number,
  running: Running | undefined,
  events: GateEvents,
): Buffer | undefined {
  const keyword = keywordOf(payload);
  if (keyword !== undefined && !statuses.has(keyword)) {
    if (keyword === 'CAPABILITY') return cut(joined(payload));
    const news = counting.has(keyword) ? readDataLine(payload, literals) : undefined;
    if (news !== undefined) events.counts(news);
    if (!takeData(payload, literals, keyword, running)) events.wasted(octets);
    return undefined;
  }
  // Some servers say `+ OK`.
  if (payload[0] === plus && events.continued()) return undefined;
  const line = readStatusLine(cut(payload));
  if (line === undefined) return strange(payload, running);
  if (line.tag === '*') {
    events.wasted(octets);
    running?.listener.status?.(line);
  } else {
    if (events.answered(line)) return undefined;
    if (running !== undefined) running.tagged = line;
  }
  return plainStatusLine(line);
}

function takeData(
  payload: Buffer,
  literals: readonly Buffer[],
  keyword: string,
  running: Running | undefined,
): boolean {
  const handle = running?.listener.data[keyword];
  if (running === undefined || handle === undefined) return false;
  try {
    const tooLong = payload.length > longestLine && !long.has(keyword);
    const line = tooLong ? undefined : readDataLine(payload, literals);
    if (line === undefined) note(running, payload);
    else handle(line);
  } catch (error) {
    if (error instanceof UnreadableLine) note(running, payload);
    else running.thrown ??= error;
  }
  return true;
}

/** No status and no data: `+`, an answer without a tag, or what nobody can read. */
function strange(payload: Buffer, running: Running | undefined): Buffer {
  if (payload[0] === 0x2a && running !== undefined) note(running, payload);
  return cut(payload);
}

function note({ unreadable }: Running, payload: Buffer): void {
  if (unreadable.length < mostShown) unreadable.push(shownLine(payload));
}

function cut(payload: Buffer): Buffer {
  return payload.length > longestStatus ? payload.subarray(0, longestStatus) : payload;
}

/** With one blank between words: imapflow takes no more. */
function joined(payload: Buffer): Buffer {
  return Buffer.from(
    payload
      .toString('latin1')
      .replaceAll(/[ \t]+/g, ' ')
      .trimEnd(),
    'latin1',
  );
}
