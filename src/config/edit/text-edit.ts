/** Sets, renames and removes one key in a YAML text by cutting the text itself: what is not touched keeps every byte. */
import { isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { renderBlock, renderFlow } from './render.ts';
import type { ConfigMapping, ConfigValue } from './render.ts';

type ConfigMap = YAMLMap<Node, Node | null>;
type ConfigPair = Pair<Node, Node | null>;

interface Place {
  readonly text: string;
  /** The innermost mapping that the text already has along the path. */
  readonly map: ConfigMap;
  /** The path from there on: at least one key. */
  readonly rest: readonly string[];
  readonly pair: ConfigPair | undefined;
}

/** Undefined where the text offers no place to cut: an alias, a mapping written with `?`, no mapping at all. */
export function setInText(
  text: string,
  path: readonly string[],
  value: ConfigValue,
): string | undefined {
  const document = parse(text);
  if (document.contents === null || isEmptyNull(document.contents))
    return appendLines(text, renderBlock(nested(path, value)));
  const place = descend(text, document.contents as Node, path);
  if (place === undefined) return undefined;
  const [key = '', ...below] = place.rest;
  const inner = below.length === 0 ? value : nested(below, value);
  if (place.map.flow === true) return setInFlow(place, key, inner);
  return place.pair === undefined
    ? insertInBlock(place, { [key]: inner })
    : replaceInBlock(place, place.pair, key, inner);
}

/** Several new keys of a mapping that has some already, in one cut. Undefined as above, and where one of the two is not so. */
export function insertInText(
  text: string,
  path: readonly string[],
  added: ConfigMapping,
): string | undefined {
  const { contents } = parse(text);
  const [first = ''] = Object.keys(added);
  const place = contents === null ? undefined : descend(text, contents as Node, [...path, first]);
  if (place?.rest.length !== 1 || place.pair !== undefined) return undefined;
  return place.map.flow === true
    ? insertInFlow(text, place.map, added)
    : insertInBlock(place, added);
}

/** Undefined as above; the text unchanged where the key is not there. */
export function removeFromText(text: string, path: readonly string[]): string | undefined {
  const document = parse(text);
  if (document.contents === null) return text;
  const place = descend(text, document.contents as Node, path);
  if (place === undefined) return undefined;
  if (place.rest.length > 1 || place.pair === undefined) return text;
  return place.map.flow === true
    ? removeFromFlow(place, place.pair)
    : removeFromBlock(place, place.pair);
}

/** Undefined as above, and where the key is not there; the new key stands where the old one did, quoted as that was. */
export function renameInText(
  text: string,
  path: readonly string[],
  key: string,
): string | undefined {
  const { contents } = parse(text);
  const place = contents === null ? undefined : descend(text, contents as Node, path);
  const old = place?.pair?.key;
  if (place?.rest.length !== 1 || !isScalar(old) || !old.range) return undefined;
  const written = old.type === 'QUOTE_DOUBLE' ? JSON.stringify(key) : renderFlow(key);
  return text.slice(0, old.range[0]) + written + text.slice(old.range[1]);
}

function parse(text: string): Document {
  return parseDocument(text, { schema: 'core', version: '1.2', stringKeys: true });
}

function nested(path: readonly string[], value: ConfigValue): ConfigValue {
  return path.reduceRight<ConfigValue>((inner, key) => ({ [key]: inner }), value);
}

function descend(text: string, root: Node, path: readonly string[]): Place | undefined {
  let node: Node | null = root;
  for (const [index, key] of path.entries()) {
    if (!isMap<Node, Node | null>(node)) return undefined;
    const map: ConfigMap = node;
    const pair = map.items.find((each) => isScalar(each.key) && String(each.key.value) === key);
    const below = pair?.value ?? null;
    if (index === path.length - 1 || !isOpenMap(below))
      return { text, map, rest: path.slice(index), pair };
    node = below;
  }
  return undefined;
}

/** `{}` is replaced like a scalar: the first key then starts a block of its own. */
function isOpenMap(node: Node | null): node is Node {
  return isMap(node) && node.items.length > 0;
}

function isEmptyNull(node: unknown): boolean {
  return isScalar(node) && node.value === null && (node.source ?? '') === '';
}

function insertInBlock({ text, map }: Place, added: ConfigMapping): string | undefined {
  const last = map.items.at(-1);
  if (last === undefined) return undefined;
  const column = columnOf(text, start(last));
  return column === undefined
    ? undefined
    : insertAt(text, lineEnd(text, end(last)), indented(renderBlock(added), column));
}

function replaceInBlock(
  { text }: Place,
  pair: ConfigPair,
  key: string,
  value: ConfigValue,
): string | undefined {
  const column = columnOf(text, start(pair));
  if (column === undefined) return undefined;
  const old = pair.value;
  if (isInline(old) && (typeof value !== 'object' || isFlow(old) || Array.isArray(value))) {
    return text.slice(0, old.range?.[0]) + renderFlow(value) + text.slice(old.range?.[1]);
  }
  const from = start(pair);
  const written = indented(renderBlock({ [key]: value }), column).slice(column);
  // A comment behind `key:` or a scalar would be cut off with the line; it moves above.
  const behind = commentBehind(text, pair);
  const above = behind === '' ? '' : `${behind}${newline(text)}${' '.repeat(column)}`;
  return (
    text.slice(0, from) +
    above +
    written.trimEnd().replaceAll('\n', newline(text)) +
    text.slice(contentEnd(text, pair))
  );
}

function removeFromBlock({ text }: Place, pair: ConfigPair): string | undefined {
  if (columnOf(text, start(pair)) === undefined) return undefined;
  const from = text.lastIndexOf('\n', start(pair) - 1) + 1;
  return text.slice(0, from) + text.slice(lineEnd(text, end(pair)));
}

function setInFlow(
  { text, map, pair }: Place,
  key: string,
  value: ConfigValue,
): string | undefined {
  const rendered = renderFlow(value);
  if (isNode(pair?.value) && pair.value.range) {
    const [from, to] = pair.value.range;
    return text.slice(0, from) + (isEmptyNull(pair.value) ? ' ' : '') + rendered + text.slice(to);
  }
  return pair === undefined ? insertInFlow(text, map, { [key]: value }) : undefined;
}

function insertInFlow(text: string, map: ConfigMap, added: ConfigMapping): string | undefined {
  const last = map.items.at(-1);
  if (last === undefined) return undefined;
  return `${text.slice(0, end(last))}, ${renderFlow(added).slice(2, -2)}${text.slice(end(last))}`;
}

function removeFromFlow({ text, map }: Place, pair: ConfigPair): string | undefined {
  const index = map.items.indexOf(pair);
  const next = map.items[index + 1];
  const before = map.items[index - 1];
  if (next !== undefined) return text.slice(0, start(pair)) + text.slice(start(next));
  if (before !== undefined) return text.slice(0, end(before)) + text.slice(end(pair));
  return `${text.slice(0, map.range?.[0])}{}${text.slice(map.range?.[1])}`;
}

function start(pair: ConfigPair): number {
  return pair.key.range?.[0] ?? 0;
}

/** Where the last sign of the pair stands; the library counts what follows a block up to the next key as part of it. */
function end(pair: ConfigPair): number {
  return endOf(pair.value) ?? pair.key.range?.[1] ?? 0;
}

function endOf(node: Node | null): number | undefined {
  if (isMap<Node, Node | null>(node) && node.flow !== true) return mapLast(node);
  if (isSeq<Node>(node) && node.flow !== true)
    return endOf(node.items.at(-1) ?? null) ?? node.range?.[1];
  return node === null ? undefined : node.range?.[1];
}

function mapLast(map: ConfigMap): number | undefined {
  const last = map.items.at(-1);
  return last === undefined ? map.range?.[1] : end(last);
}

function isInline(node: Node | null): node is Node {
  if (node === null || isEmptyNull(node)) return false;
  if (isScalar(node)) return node.type !== 'BLOCK_FOLDED' && node.type !== 'BLOCK_LITERAL';
  return isFlow(node) && (!isMap(node) || node.items.length > 0);
}

function isFlow(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

function contentEnd(text: string, pair: ConfigPair): number {
  const scalarLine = lineEnd(text, end(pair));
  const stop = text.startsWith('\r\n', scalarLine - 2)
    ? scalarLine - 2
    : scalarLine - (text[scalarLine - 1] === '\n' ? 1 : 0);
  return Math.max(stop, start(pair));
}

function commentBehind(text: string, pair: ConfigPair): string {
  const block = (isMap(pair.value) || isSeq(pair.value)) && pair.value.flow !== true;
  const single = block ? (pair.key.range?.[1] ?? 0) : end(pair);
  const rest = text.slice(single, lineEnd(text, single));
  return /(?:^|\s|:)(#.*?)\r?\n?$/.exec(rest)?.[1] ?? '';
}

/** Undefined where something else stands before the key on its line. */
function columnOf(text: string, offset: number): number | undefined {
  const from = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(from, offset).replace(/^\uFEFF/, '');
  return /^ *$/.test(before) ? before.length : undefined;
}

/** Behind the line break that ends the line of `offset`; a block scalar ends behind its own. */
function lineEnd(text: string, offset: number): number {
  if (text[offset - 1] === '\n') return offset;
  const found = text.indexOf('\n', offset);
  return found === -1 ? text.length : found + 1;
}

function insertAt(text: string, offset: number, lines: string): string {
  const eol = newline(text);
  const before = text.slice(0, offset);
  const gap = before === '' || before.endsWith('\n') ? '' : eol;
  return before + gap + lines.replaceAll('\n', eol) + text.slice(offset);
}

function appendLines(text: string, lines: string): string {
  return insertAt(text, text.length, lines);
}

/** Lines of YAML end at a line feed alone; JavaScript's `^` would also take U+2028 in a text for a line's end. */
function indented(lines: string, column: number): string {
  return lines.replaceAll(/(^|\n)(?=[^\n])/g, `$1${' '.repeat(column)}`);
}

function newline(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
