/** What the server says of UIDs in the target: COPYUID and APPENDUID (RFC 4315, section 3). A wrong one is worse than none. */

import type { UidSet } from '../../../core/sync/uid-set.ts';
import { decimalOf, rangesOf, uidOf } from '../answers/numbers.ts';
import type { StatusLine } from '../answers/status-line.ts';

export interface NewUids {
  readonly uids: ReadonlyMap<number, number> | null;
  readonly uidValidity: string | null;
}

const unknown: NewUids = { uids: null, uidValidity: null };
const uidSet = /^[0-9]+(?::[0-9]+)?(?:,[0-9]+(?::[0-9]+)?)*$/;

/** Collects the codes of one transfer, which may take several commands; one that can't be right spoils them all. */
export class CopyUids {
  readonly #asked: UidSet;
  readonly #uids = new Map<number, number>();
  readonly #targets = new Set<number>();
  #uidValidity: string | undefined;
  #isWrong = false;

  constructor(asked: UidSet) {
    this.#asked = asked;
  }

  take({ code, args, isCut }: StatusLine): void {
    if (code !== 'COPYUID') return;
    const [validity, from = '', to = ''] = args.split(/[ \t]+/);
    const uidValidity = decimalOf(validity);
    this.#uidValidity ??= uidValidity;
    const sources = isCut ? null : listed(from, this.#asked.size);
    const targets = sources && listed(to, sources.length);
    const agrees = uidValidity !== undefined && uidValidity === this.#uidValidity;
    if (!agrees || sources === null || targets?.length !== sources.length) this.#isWrong = true;
    else sources.forEach((source, at) => this.#pair(source, targets[at] ?? 0));
  }

  /** Unknown where the server told nothing, though something was moved or copied, or nothing that can be right. */
  get told(): NewUids {
    if (this.#isWrong || this.#uidValidity === undefined) return unknown;
    return { uids: this.#uids, uidValidity: this.#uidValidity };
  }

  #pair(source: number, target: number): void {
    const isNew = !this.#uids.has(source) && !this.#targets.has(target);
    if (!isNew || !this.#asked.has(source)) this.#isWrong = true;
    this.#uids.set(source, target);
    this.#targets.add(target);
  }
}

/** In the order given; null where it is no set, or holds more than `most`. */
function listed(set: string, most: number): number[] | null {
  if (!uidSet.test(set)) return null;
  const parts = set.split(',').map((part) => rangesOf(part)[0]);
  let left = most;
  for (const range of parts) {
    if (range === undefined) return null;
    left -= range.to - range.from + 1;
    if (left < 0) return null;
  }
  return parts.flatMap((range) => {
    const { from, to } = range ?? { from: 1, to: 0 };
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}

/** Both, or neither. */
export function appendedUid(line: StatusLine): { uid: number; uidValidity: string } | null {
  if (line.code !== 'APPENDUID' || line.isCut) return null;
  const [validity, number] = line.args.split(/[ \t]+/);
  const [uidValidity, uid] = [decimalOf(validity), uidOf(number)];
  return uid === undefined || uidValidity === undefined ? null : { uid, uidValidity };
}
