/** Sizes of messages as people write them (`500`, `500k`, `20M`, `1G`) and as the program counts them: octets. */

/** Powers of 1,024, as in Sieve (RFC 5228, section 2.4.1). */
const octetsOf = { k: 1_024, m: 1_024 ** 2, g: 1_024 ** 3 } as const;

type Unit = keyof typeof octetsOf;

const unitsLargestFirst: readonly Unit[] = ['g', 'm', 'k'];

/** A whole number, not zero, and a unit or none, in either case; so many digits keep the largest an exact integer. */
export const octetsPattern = /^(?:[1-9][0-9]{0,8}[kKmM]?|[1-9][0-9]{0,5}[gG])$/;

/** Octets, or undefined where the text is no size. */
export function parseOctets(text: string): number | undefined {
  if (!octetsPattern.test(text)) return undefined;
  const unit = text.slice(-1).toLowerCase();
  return unit in octetsOf ? Number(text.slice(0, -1)) * octetsOf[unit as Unit] : Number(text);
}

/** The shortest exact writing: 20971520 → `20M`, 1000 → `1000`. */
export function formatOctets(octets: number): string {
  const unit = unitsLargestFirst.find((each) => octets > 0 && octets % octetsOf[each] === 0);
  if (unit === undefined) return String(octets);
  return `${String(octets / octetsOf[unit])}${unit === 'k' ? unit : unit.toUpperCase()}`;
}
