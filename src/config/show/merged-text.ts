/** The merged configuration as YAML, each value that is not the account's own marked as such. Pure. */
import { isPassword, type Merged, type MergedConfig } from './merged.ts';
import { renderFlow, type ConfigValue } from '../edit/render.ts';

/** Lines of a configuration that holds, but for the command lines that it does not show. */
export function mergedLines({ defaultAccount, options, accounts }: MergedConfig): string[] {
  return [
    'version: 1',
    ...(defaultAccount === undefined ? [] : [`defaultAccount: ${scalar(defaultAccount)}`]),
    'options:',
    ...mappingLines(options, '  '),
    ...(accounts.size === 0 ? [] : ['accounts:']),
    ...[...accounts].flatMap(([name, merged]) => [
      `  ${scalar(name)}:`,
      ...mappingLines(merged, '    '),
    ]),
  ];
}

/** A section begins where the first of its keys stands; the keys of a section follow each other. */
function mappingLines(merged: Merged, indent: string): string[] {
  let before = '';
  return [...merged.values].flatMap(([key, value]) => {
    const path = key.split('.');
    const sections = path.slice(0, -1);
    const lines = sections.flatMap((section, depth) =>
      before.startsWith(`${path.slice(0, depth + 1).join('.')}.`)
        ? []
        : [`${indent}${'  '.repeat(depth)}${section}:`],
    );
    before = key;
    const place = `${indent}${'  '.repeat(sections.length)}`;
    return [...lines, `${place}${path.at(-1) ?? ''}: ${scalar(value)}${remark(key, merged)}`];
  });
}

/** Texts that YAML reads as nothing but a text, however they are written. */
const plain = /^[A-Za-z/][\w@./ -]*[\w@./-]$/;
const others = new Set(['true', 'false', 'null']);

/** The library, which knows every case, takes long for ten thousand accounts. */
function scalar(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const isPlain = typeof value === 'string' && plain.test(value);
  return isPlain && !others.has(value.toLowerCase()) ? value : renderFlow(value as ConfigValue);
}

function remark(key: string, { values, origins }: Merged): string {
  const value = values.get(key);
  const isHidden = isPassword(key) && typeof value === 'object' && 'command' in (value ?? {});
  const words = [
    origins.get(key) === 'built-in' ? 'default' : '',
    origins.get(key) === 'defaults' ? 'from defaults' : '',
    isHidden ? 'the command is not shown' : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? '' : ` # ${words.join('; ')}`;
}

/** Dotted keys as mappings within each other. */
export function nested(values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const path = key.split('.');
    const last = path.pop() ?? '';
    let place = result;
    for (const word of path) place = (place[word] ??= {}) as Record<string, unknown>;
    place[last] = value;
  }
  return result;
}
