/** Files that Python's configparser reads: sections, `key = value` or `key: value`, indented lines that go on. */

import type { Draft } from './draft.ts';

export interface IniValue {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

export interface IniOptions {
  /** `%(key)s` stands for another value, `%%` for a percent sign. */
  readonly interpolation: boolean;
}

/** Values of a section that is named DEFAULT stand in every other one too. */
export class IniSection {
  readonly name: string;
  readonly line: number;
  readonly #values = new Map<string, IniValue>();
  readonly #read = new Set<string>();
  readonly #defaults: IniSection | undefined;
  readonly #interpolation: boolean;

  constructor(name: string, line: number, { interpolation }: IniOptions, defaults?: IniSection) {
    [this.name, this.line, this.#interpolation] = [name, line, interpolation];
    this.#defaults = defaults;
  }

  put(value: IniValue): void {
    this.#values.set(value.key, value);
  }

  /** Marks the key as carried over; `leaveRest` names all others. */
  take(key: string): IniValue | undefined {
    const found = this.find(key);
    if (found === undefined || found.value === '') return undefined;
    return this.#interpolation ? { ...found, value: this.#expand(found.value) } : found;
  }

  text(key: string): string | undefined {
    return this.take(key)?.value;
  }

  leaveRest(draft: Draft, reasons: Readonly<Record<string, string>>): void {
    for (const { key, line } of this.#values.values())
      if (!this.#read.has(key))
        draft.leave(line, key, reasons[key] ?? 'posthorn has nothing like it');
  }

  /** As it stands, here or in DEFAULT; marked as well. */
  find(key: string): IniValue | undefined {
    this.#read.add(key);
    return this.#values.get(key) ?? this.#defaults?.find(key);
  }

  /** Ten levels deep, as configparser does; a name that is nowhere stays as it stands. */
  #expand(text: string, depth = 0): string {
    return text.replaceAll(/%%|%\(([^()]+)\)s/g, (whole, name: string | undefined) => {
      if (name === undefined) return '%';
      const value = depth < 10 ? this.find(name.toLowerCase())?.value : undefined;
      return value === undefined ? whole : this.#expand(value, depth + 1);
    });
  }
}

export function readIni(text: string, draft: Draft, options: IniOptions): Map<string, IniSection> {
  const sections = new Map<string, IniSection>();
  const defaults = new IniSection('DEFAULT', 1, options);
  let section: IniSection | undefined;
  let last: IniValue | undefined;
  for (const [at, raw] of linesOf(text).entries()) {
    const line = at + 1;
    if (/^\s*(?:[#;].*)?$/.test(raw)) continue;
    const header = /^\[([^\]]*)\]/.exec(raw);
    if (header !== null) {
      const name = (header[1] ?? '').trim();
      section =
        name === 'DEFAULT'
          ? defaults
          : (sections.get(name) ?? new IniSection(name, line, options, defaults));
      sections.set(name, section);
      last = undefined;
    } else if (/^\s/.test(raw) && last !== undefined && section !== undefined) {
      last = { ...last, value: `${last.value}\n${raw.trim()}`.trim() };
      section.put(last);
    } else {
      last = valueOf(raw, line);
      if (last === undefined || section === undefined)
        draft.leave(line, 'this line', 'it is no `key = value` of a section');
      else section.put(last);
    }
  }
  return sections;
}

function linesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r?\n/);
}

/** Python 2 took ` ; …` for a comment, Python 3 does not: a password is never cut. */
function valueOf(raw: string, line: number): IniValue | undefined {
  const parts = /^\s*([^=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(raw);
  if (parts === null) return undefined;
  const [, name = '', said = ''] = parts;
  const key = name.toLowerCase();
  const value = key.includes('pass') ? said : said.replace(/\s;.*$/, '').trim();
  return { key, value, line };
}
