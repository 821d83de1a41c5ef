/** Dates as IMAP writes them (RFC 3501 section 9, date and date-time). */

import { ImapRefusal } from './refusal.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date-time in UTC, e.g. ` 7-Feb-2024 10:00:00 +0000`. */
export function dateTime(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = date.toISOString().slice(11, 19);
  return `${day}-${months[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}

/** A date (its midnight in UTC) or a date-time. */
export function parseDate(text: string): Date {
  const match = /^ *(\d+)-(\w{3})-(\d{4})(?: (\d+):(\d+):(\d+) ([+-])(\d\d)(\d\d))?$/.exec(text);
  if (match === null) throw new ImapRefusal('BAD', 'no date');
  const [, day, month = '', year, hours = 0, minutes = 0, seconds = 0] = match;
  const local = Date.UTC(
    Number(year),
    months.findIndex((name) => name.toUpperCase() === month.toUpperCase()),
    ...([day, hours, minutes, seconds].map(Number) as [number, number, number, number]),
  );
  const offset = Number(match[8] ?? 0) * 60 + Number(match[9] ?? 0);
  return new Date(local - (match[7] === '-' ? -offset : offset) * 60_000);
}
