/** date-time of RFC 9051, section 9: `17-Jul-1996 02:44:25 -0700`. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const monthNumbers = new Map(months.map((name, number) => [name.toLowerCase(), number]));

const pattern =
  /^\s*(\d{1,2})-([a-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})\s*$/i;

/** Milliseconds since the epoch; null where it is no date. */
export function parseDateTime(text: string): number | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, day, name = '', year, hour, minute, second, sign, zoneHour, zoneMinute] = match;
  const month = monthNumbers.get(name.toLowerCase());
  if (month === undefined) return null;
  const at = Date.UTC(
    Number(year),
    month,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000;
  return sign === '-' ? at + offset : at - offset;
}

/** In UTC. */
export function formatDateTime(at: number): string {
  const date = new Date(at);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${two(date.getUTCDate())}-${months[date.getUTCMonth()]}`;
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${day}-${year} ${time} +0000`;
}
