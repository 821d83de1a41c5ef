/** Files that Python's configparser reads: sections, `key = value` or `key: value`, indented lines that go on. */

import type { Draft } from './draft.ts';

export interface IniValue {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

export class IniSection {
  readonly name: string;
  readonly line: number;
  readonly #values = new Map<string, IniValue>();
  readonly #read = new Set<string>();

  constructor(name: string, line: number) {
    [this.name, this.line] = [name, line];
  }

  put(value: IniValue): void {
    this.#values.set(value.key, value);
  }

  /** Marks the key as carried over; `leaveRest` names all others. */
  take(key: string): IniValue | undefined {
    this.#read.add(key);
    const found = this.#values.get(key);
    return found === undefined || found.value === '' ? undefined : found;
  }

  text(key: string): string | undefined {
    return this.take(key)?.value;
  }

  leaveRest(draft: Draft, reasons: Readonly<Record<string, string>>): void {
    for (const { key, line } of this.#values.values())
      if (!this.#read.has(key))
        draft.leave(line, key, reasons[key] ?? 'posthorn has nothing like it');
  }
}

export function readIni(text: string, draft: Draft): Map<string, IniSection> {
  const sections = new Map<string, IniSection>();
  let section: IniSection | undefined;
  let last: IniValue | undefined;
  for (const [at, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = at + 1;
    if (/^\s*(?:[#;].*)?$/.test(raw)) continue;
    const header = /^\[([^\]]*)\]/.exec(raw);
    if (header !== null) {
      const name = (header[1] ?? '').trim();
      section = sections.get(name) ?? new IniSection(name, line);
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

/** `%%` is a percent sign. */
function valueOf(raw: string, line: number): IniValue | undefined {
  const parts = /^\s*([^=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(raw);
  if (parts === null) return undefined;
  const value = (parts[2] ?? '').replace(/\s;.*$/, '').trim();
  return { key: (parts[1] ?? '').toLowerCase(), value: value.replaceAll('%%', '%'), line };
}
