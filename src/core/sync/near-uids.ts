/** Numbers for the files of a folder as mbsync wants them: `,U=n` in the base name, each once. */

const numbered = /,U=(\d{1,10})(?=,|$)/;
const largestUid = 4_294_967_295;

/** In the base name; null where none stands there. */
export function nearUid(base: string): number | null {
  const uid = Number(numbered.exec(base)?.[1] ?? 0);
  return uid >= 1 && uid <= largestUid ? uid : null;
}

export interface Numbered {
  readonly base: string;
  /** As it is to be called: `base` itself where it has its number. */
  readonly name: string;
  readonly uid: number;
}

/**
 * In the order given. A number that stands in a name is kept where it is the only one and was given by `lastUid`: some readers
 * keep names when they move files, so a number may be another folder's.
 */
export function numberFiles(bases: readonly string[], lastUid: number): readonly Numbered[] {
  const counts = new Map<number, number>();
  for (const base of bases) {
    const uid = nearUid(base);
    if (uid !== null) counts.set(uid, (counts.get(uid) ?? 0) + 1);
  }
  let last = lastUid;
  return bases.map((base) => {
    const known = nearUid(base);
    if (known !== null && known <= lastUid && counts.get(known) === 1)
      return { base, name: base, uid: known };
    last += 1;
    return { base, name: `${base.replaceAll(/,U=\d+/g, '')},U=${String(last)}`, uid: last };
  });
}
