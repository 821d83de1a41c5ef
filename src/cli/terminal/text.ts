/** Figures, times and paths as people read them. */

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** `1.4 MB`, in powers of 1,000. */
export function size(octets: number): string {
  const power = octets < 1000 ? 0 : Math.min(Math.floor(Math.log10(octets) / 3), units.length - 1);
  const value = octets / 1000 ** power;
  return `${power === 0 ? String(value) : value.toFixed(value < 10 ? 1 : 0)} ${units[power] ?? ''}`;
}

export function plural(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2026-03-01 09:30:12` in local time, the same in every locale. */
export function localTime(iso: string | number): string {
  const date = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A path below the home folder as people write it: `~/Mail`. For eyes alone, never for --json. */
export function homely(path: string, home: string | undefined): string {
  return home !== undefined && home !== '/' && path.startsWith(`${home}/`)
    ? `~${path.slice(home.length)}`
    : path;
}
