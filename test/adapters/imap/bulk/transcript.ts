/** Feeds what a server might say to the reader, without a socket, and gathers what comes of it. */

import fc from 'fast-check';
import { AnswerReader } from '../../../../src/adapters/imap/bulk/answer-reader.ts';
import type { BulkItem } from '../../../../src/adapters/imap/bulk/bulk-item.ts';
import { MessageAssembly } from '../../../../src/adapters/imap/bulk/message-assembly.ts';
import { AnswerSorter } from '../../../../src/adapters/imap/bulk/answer-sorter.ts';
import { OpenWindows } from '../../../../src/adapters/imap/bulk/open-windows.ts';
import { UidSet } from '../../../../src/core/sync/uid-set.ts';
import { gather, type Gathered } from './bulk-harness.ts';

export interface Heard extends Gathered {
  /** What is imapflow's. */
  readonly news: string;
  /** What was left behind the last answer. */
  readonly rest: string;
}

export interface Asked {
  /** The UIDs of each window; their tags are P1, P2 … */
  readonly windows?: readonly (readonly number[])[];
  readonly factsFirst?: boolean;
  readonly wholeOctets?: number;
  readonly heldOctets?: number;
  readonly withFlags?: boolean;
}

export const crlf = (lines: readonly string[]): string =>
  lines.map((line) => `${line}\r\n`).join('');

/** One character an octet. */
export async function hear(pieces: readonly Buffer[], asked: Asked = {}): Promise<Heard> {
  const { windows: uids = [[1, 2, 3]], factsFirst = false, ...limits } = asked;
  const windows = new OpenWindows();
  if (factsFirst) windows.openForFacts('P0');
  for (const [at, each] of uids.entries()) windows.open(`P${String(at + 1)}`, UidSet.of(each));
  const items: BulkItem[] = [];
  const news: Buffer[] = [];
  const emit = (item: BulkItem): void => void items.push(item);
  const all = { wholeOctets: 1000, heldOctets: 5000, withFlags: true, ...limits };
  const fetch = new MessageAssembly(windows, all, emit, () => {});
  const sorter = new AnswerSorter(windows, fetch, {
    answered: (tag, answer) => {
      const missing = windows.close(tag);
      if (missing !== null) emit({ kind: 'answered', missing, answer });
    },
    news: (answer) => void news.push(answer),
    bye: (words) => void news.push(Buffer.from(`BYE: ${words}\r\n`)),
    unreadable: (reason) => emit({ kind: 'unreadable', uid: null, reason }),
  });
  const reader = new AnswerReader(sorter);
  const rest = Buffer.concat(pieces.map((piece) => reader.push(Buffer.from(piece))));
  const batches = (async function* () {
    yield items;
  })();
  const gathered = await gather(batches);
  return {
    ...gathered,
    news: Buffer.concat(news).toString('latin1'),
    rest: rest.toString('latin1'),
  };
}

export async function hearText(text: string, asked: Asked = {}): Promise<Heard> {
  return await hear([Buffer.from(text, 'latin1')], asked);
}

/** What matters of it, fit for comparison. */
export function told({ messages, unreadable, answers, news, rest }: Heard) {
  return {
    messages: messages.map(({ facts, octets, error }) => ({
      ...facts,
      octets: octets?.toString('latin1') ?? `cut: ${(error as Error).message}`,
    })),
    unreadable: unreadable.map(({ uid, reason }) => [uid, reason]),
    answers: answers.map(({ missing, answer }) => [missing, ...Object.values(answer)]),
    news,
    rest,
  };
}

export function octetByOctet(text: string): Buffer[] {
  return Array.from(text, (octet) => Buffer.from(octet, 'latin1'));
}

export function splitAt(text: string, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.filter((at) => at > 0 && at < text.length)), text.length];
  const sorted = ends.toSorted((a, b) => a - b);
  return sorted.map((end, at) => Buffer.from(text.slice(sorted[at - 1] ?? 0, end), 'latin1'));
}

export function places(text: string): fc.Arbitrary<number[]> {
  return fc.array(fc.nat({ max: text.length }), { maxLength: 12 });
}
