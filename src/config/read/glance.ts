/** Names and little more from the text of a configuration, quickly and whatever is wrong with it: for completion. Pure. */
import { parseDocument } from 'yaml';

/** What completion needs of an account. */
export interface Glance {
  readonly name: string;
  readonly id: string | undefined;
  /** Label or address, for people. */
  readonly said: string;
  readonly tags: readonly string[];
}

/** Longer texts are not parsed: names alone are then found, by the lines that bear them. */
const parsedUpTo = 256 * 1024;

export function glanceAt(text: string): Glance[] {
  const read = text.length > parsedUpTo ? null : parsed(text);
  return read ?? namesIn(text).map((name) => ({ name, id: undefined, said: '', tags: [] }));
}

/** Null where it is no YAML, e.g. in the middle of an edit. */
function parsed(text: string): Glance[] | null {
  try {
    const document = parseDocument(text, { schema: 'core', version: '1.2' });
    const data = mapping(document.errors.length > 0 ? null : document.toJS());
    if (document.errors.length > 0) return null;
    const inherited = mapping(data['defaults'])['tags'];
    return Object.entries(mapping(data['accounts'])).map(([name, entry]) =>
      glance(name, mapping(entry), inherited),
    );
  } catch {
    return null;
  }
}

function glance(name: string, entry: Record<string, unknown>, inherited: unknown): Glance {
  const { id, label, tags = inherited } = entry;
  const { address } = mapping(entry['identity']);
  const said = [label, address].find((each) => typeof each === 'string') ?? '';
  return {
    name,
    id: typeof id === 'string' ? id : undefined,
    said,
    tags: Array.isArray(tags) ? tags.map(String) : [],
  };
}

function mapping(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The keys below `accounts:` that stand as far in as the first one. */
function namesIn(text: string): string[] {
  const lines = text.slice(text.search(/^accounts:[^\S\n]*(?:#.*)?$/m)).split('\n');
  if (!(lines[0] ?? '').startsWith('accounts:')) return [];
  const end = lines.findIndex((line, at) => at > 0 && /^[^\s#]/.test(line));
  const below = lines.slice(1, end === -1 ? undefined : end);
  const indent = /^ +/.exec(below.find((line) => /^ +[^\s#]/.test(line)) ?? '')?.[0] ?? ' ';
  const key = new RegExp(`^${indent}(["']?)([a-z0-9][a-z0-9._-]{0,63})\\1:(?:\\s|$)`);
  return below.flatMap((line) => key.exec(line)?.[2] ?? []);
}
