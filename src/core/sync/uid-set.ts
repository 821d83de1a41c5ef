/** Sets of UIDs as ranges: ten thousand messages that came one after another are one pair of numbers. */

/** Both ends belong to it; `from` <= `to`. */
export interface UidRange {
  readonly from: number;
  readonly to: number;
}

/** RFC 9051, section 9: UIDs have 32 bits, and 0 is none. */
export const highestUid = 4_294_967_295;

/** Immutable. Ranges ascend, and neither overlap nor touch. */
export class UidSet implements Iterable<number> {
  static readonly empty = new UidSet([]);
  readonly ranges: readonly UidRange[];

  private constructor(ranges: readonly UidRange[]) {
    this.ranges = ranges;
  }

  /** In any order, repeated or not. */
  static of(uids: Iterable<number>): UidSet {
    return UidSet.ofRanges(Array.from(uids, (uid) => ({ from: uid, to: uid })));
  }

  /** In any order, overlapping or not. */
  static ofRanges(ranges: readonly UidRange[]): UidSet {
    const joined: { from: number; to: number }[] = [];
    for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
      const last = joined.at(-1);
      if (last !== undefined && from <= last.to + 1) last.to = Math.max(last.to, to);
      else joined.push({ from, to });
    }
    return new UidSet(joined);
  }

  get size(): number {
    return this.ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  get isEmpty(): boolean {
    return this.ranges.length === 0;
  }

  get first(): number | undefined {
    return this.ranges[0]?.from;
  }

  get last(): number | undefined {
    return this.ranges.at(-1)?.to;
  }

  has(uid: number): boolean {
    let low = 0;
    for (let high = this.ranges.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((this.ranges[middle]?.to ?? 0) < uid) low = middle + 1;
      else high = middle;
    }
    return (this.ranges[low]?.from ?? Infinity) <= uid;
  }

  /** Those within both ends. */
  within(from: number, to: number): UidSet {
    return new UidSet(
      this.ranges
        .filter((range) => range.from <= to && range.to >= from)
        .map((range) => ({ from: Math.max(range.from, from), to: Math.min(range.to, to) })),
    );
  }

  union(other: UidSet): UidSet {
    return UidSet.ofRanges([...this.ranges, ...other.ranges]);
  }

  without(other: UidSet): UidSet {
    const left: UidRange[] = [];
    let at = 0;
    for (const range of this.ranges) {
      let { from } = range;
      while ((other.ranges[at]?.to ?? Infinity) < from) at += 1;
      for (let hole = at; from <= range.to; hole += 1) {
        const next = other.ranges[hole];
        if (next === undefined || next.from > range.to) {
          left.push({ from, to: range.to });
          break;
        }
        if (next.from > from) left.push({ from, to: next.from - 1 });
        from = next.to + 1;
      }
    }
    return new UidSet(left);
  }

  /** Parts of at most `size` UIDs, ascending. */
  *windows(size: number): Generator<UidSet> {
    let part: UidRange[] = [];
    let room = size;
    for (const range of this.ranges)
      for (let { from } = range; from <= range.to;) {
        const to = Math.min(range.to, from + room - 1);
        part.push({ from, to });
        room -= to - from + 1;
        from = to + 1;
        if (room > 0) continue;
        yield new UidSet(part);
        part = [];
        room = size;
      }
    if (part.length > 0) yield new UidSet(part);
  }

  *[Symbol.iterator](): Generator<number> {
    for (const { from, to } of this.ranges) for (let uid = from; uid <= to; uid += 1) yield uid;
  }

  /** As IMAP writes it (RFC 9051, section 9, sequence-set): `1:3,7`; `''` where it is empty. */
  toString(): string {
    return this.ranges
      .map(({ from, to }) => (from === to ? String(from) : `${String(from)}:${String(to)}`))
      .join(',');
  }
}
