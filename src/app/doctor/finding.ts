/** What doctor says: one thing that is wrong, worth knowing, or good. */

export type Area = 'machine' | 'files' | 'state' | 'accounts' | 'daemon' | 'network';

export interface Finding {
  readonly area: Area;
  /** ails: something does not work, or is not safe. note: worth knowing. */
  readonly level: 'ails' | 'note' | 'good';
  readonly account: string | null;
  readonly what: string;
  /** A command to copy, or a sentence where no command can know. */
  readonly remedy: string | null;
}

export function ails(area: Area, what: string, remedy: string, account?: string): Finding {
  return { area, level: 'ails', account: account ?? null, what, remedy };
}

export function note(area: Area, what: string, remedy: string | null = null): Finding {
  return { area, level: 'note', account: null, what, remedy };
}

export function good(area: Area, what: string, account?: string): Finding {
  return { area, level: 'good', account: account ?? null, what, remedy: null };
}

/** A path as it must stand in a command to copy. */
export function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

export function octal(mode: number): string {
  return `0${mode.toString(8).padStart(3, '0')}`;
}
