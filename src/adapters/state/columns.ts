/** Many messages in few buffers and strings: an object a message would be copied field by field between the threads. */

import { endianness } from 'node:os';
import { UidSet } from '../../core/sync/uid-set.ts';

/** Texts one behind the other; `ends` says where each ends. */
export interface TextColumn {
  readonly text: string;
  readonly ends: Uint32Array;
}

export function packTexts(texts: readonly string[]): TextColumn {
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (let at = 0; at < texts.length; at += 1) ends[at] = end += texts[at]?.length ?? 0;
  return { text: texts.join(''), ends };
}

export function unpackTexts({ text, ends }: TextColumn): string[] {
  let start = 0;
  return Array.from(ends, (end) => text.slice(start, (start = end)));
}

/** Where the halves of a number of 64 bits stand among numbers of 32 bits in the same buffer. */
const [low, high] = endianness() === 'LE' ? [0, 1] : [1, 0];

/** Unsigned 64-bit numbers by halves: BigInts cost more than all the rest of a row. */
export class Halves {
  readonly #halves: Uint32Array;

  constructor(column: BigUint64Array) {
    this.#halves = new Uint32Array(column.buffer, column.byteOffset, column.length * 2);
  }

  high(at: number): number {
    return this.#halves[at * 2 + high] ?? 0;
  }

  low(at: number): number {
    return this.#halves[at * 2 + low] ?? 0;
  }

  set(at: number, highHalf: number, lowHalf: number): void {
    this.#halves[at * 2 + high] = highHalf;
    this.#halves[at * 2 + low] = lowHalf;
  }

  /** A number in decimal. */
  setDecimal(at: number, decimal: string): void {
    const number = Number(decimal);
    if (Number.isSafeInteger(number)) this.set(at, Math.floor(number / 2 ** 32), number >>> 0);
    else this.set(at, Number(BigInt(decimal) >> 32n), Number(BigInt(decimal) & 0xffffffffn));
  }

  /** 16 digits. */
  setHex(at: number, hex: string): void {
    this.set(at, Number.parseInt(hex.slice(0, 8), 16), Number.parseInt(hex.slice(8), 16));
  }

  hex(at: number): string {
    return [this.high(at), this.low(at)].map((half) => half.toString(16).padStart(8, '0')).join('');
  }
}

/** Digests of 32 octets, as hex in objects. */
export const digestSize = 32;

export function packDigests(hex: readonly string[]): Uint8Array {
  const octets = new Uint8Array(hex.length * digestSize);
  const writer = Buffer.from(octets.buffer);
  hex.forEach((digest, at) => writer.write(digest, at * digestSize, digestSize, 'hex'));
  return octets;
}

export function joinDigests(digests: readonly Uint8Array[]): Uint8Array {
  const octets = new Uint8Array(digests.length * digestSize);
  digests.forEach((digest, at) => {
    octets.set(digest, at * digestSize);
  });
  return octets;
}

export function digestAt({ buffer, byteOffset }: Uint8Array, at: number): string {
  return Buffer.from(buffer, byteOffset + at * digestSize, digestSize).toString('hex');
}

/** UIDs as pairs of their ranges' ends. */
export function packRanges({ ranges }: UidSet): Uint32Array {
  return Uint32Array.from(ranges.flatMap(({ from, to }) => [from, to]));
}

export function unpackRanges(pairs: Uint32Array): UidSet {
  const ranges = Array.from({ length: pairs.length / 2 }, (_, at) => ({
    from: pairs[at * 2] ?? 0,
    to: pairs[at * 2 + 1] ?? 0,
  }));
  return UidSet.ofRanges(ranges);
}

/** All buffers in it, so that they are handed to the other thread instead of copied. */
export function buffersIn(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  gather(value, found);
  return [...found];
}

function gather(value: unknown, found: Set<ArrayBuffer>): void {
  if (typeof value !== 'object' || value === null || value instanceof Set) return;
  if (!ArrayBuffer.isView(value)) for (const part of Object.values(value)) gather(part, found);
  else if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
}
