/** Spans of time as people write them (`30s`, `5m`, `24h`, `14d`, `1y`) and as the program counts them: milliseconds. */

/** A year has 365 days: no span that people write down means the leap day. */
const millisecondsOf = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 365 * 86_400_000,
} as const;

type Unit = keyof typeof millisecondsOf;

const unitsLargestFirst: readonly Unit[] = ['y', 'd', 'h', 'm', 's'];

/** A whole number and one unit; so many digits keep the longest span (99,999 years) an exact integer. */
export const durationPattern = /^(?:[0-9]{1,7}[smhd]|[0-9]{1,5}y)$/;

/** The same, but not zero. */
export const positiveDurationPattern = /^(?:[1-9][0-9]{0,6}[smhd]|[1-9][0-9]{0,4}y)$/;

/** Milliseconds, or undefined where the text is no duration; `0s` is one. */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  return Number(text.slice(0, -1)) * millisecondsOf[text.slice(-1) as Unit];
}

/** The shortest exact writing of whole seconds: 300000 → `5m`, 90000 → `90s`. A rest below a second is dropped. */
export function formatDuration(milliseconds: number): string {
  const whole = Math.floor(milliseconds / 1_000) * 1_000;
  if (whole === 0) return '0s';
  const unit = unitsLargestFirst.find((each) => whole % millisecondsOf[each] === 0) ?? 's';
  return `${String(whole / millisecondsOf[unit])}${unit}`;
}
