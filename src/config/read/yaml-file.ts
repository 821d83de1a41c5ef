/** Text to YAML document, strictly: version 1.2, core schema, no tags of one's own, bounded aliases; and keys to places in the text. */
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, ParsedNode, YAMLError } from 'yaml';
import type { Problem } from './config.ts';
import type { Fault } from '../schema/fault.ts';
import { quoted } from '../schema/fault.ts';

export interface YamlFile {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  /** Plain data; null for a file without content. */
  readonly value: unknown;
}

/** More aliases than this in one file are an attack or an accident, no configuration. */
const maxAliases = 100;

export function parseYaml(text: string): { file: YamlFile; problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    version: '1.2',
    stringKeys: true,
    uniqueKeys: true,
    strict: true,
  });
  const found = [...document.errors, ...document.warnings].map((error) =>
    worded(error, document, lines),
  );
  if (document.directives.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    found.push({
      message: 'the %YAML directive asks for another version than 1.2',
      path: '',
      line: 1,
      column: 1,
    });
  }
  if (found.length > 0) return { file: { document, lines, value: null }, problems: found };
  return withValue(document, lines);
}

function withValue(
  document: Document.Parsed,
  lines: LineCounter,
): { file: YamlFile; problems: Problem[] } {
  try {
    const value: unknown = document.toJS({ maxAliasCount: maxAliases });
    // An alias within its own anchor makes a circle, which nothing after this could walk.
    JSON.stringify(value);
    return { file: { document, lines, value }, problems: [] };
  } catch (error) {
    const why =
      error instanceof ReferenceError ? error.message : 'an alias stands within its own anchor';
    return {
      file: { document, lines, value: null },
      problems: [{ message: `the aliases do not hold: ${why}`, path: '' }],
    };
  }
}

function worded(error: YAMLError, document: Document.Parsed, lines: LineCounter): Problem {
  const { line, col: column } = lines.linePos(error.pos[0]);
  const at = { line, column };
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return {
        message: 'a tab stands in the indentation',
        path: '',
        ...at,
        remedy: 'Indent with spaces: YAML allows no tabs there.',
      };
    case 'DUPLICATE_KEY':
      return { ...duplicate(error.pos[0], document, lines), ...at };
    case 'TAG_RESOLVE_FAILED':
      return {
        message: 'a tag (!…) stands here; the configuration knows none',
        path: '',
        ...at,
        remedy: 'Remove the tag.',
      };
    case 'MULTIPLE_DOCS':
      return {
        message: 'a second YAML document begins here',
        path: '',
        ...at,
        remedy: 'Keep everything in one document.',
      };
    default:
      return { message: `not valid YAML: ${firstSentence(error.message)}`, path: '', ...at };
  }
}

/** The library adds place and source lines; the source may hold what should not be repeated. */
function firstSentence(message: string): string {
  const first = message.split('\n')[0] ?? message;
  return first.replace(/ at line \d+, column \d+:?$/, '');
}

function duplicate(offset: number, document: Document.Parsed, lines: LineCounter): Problem {
  const path = pathAt(document, offset);
  const key = path.at(-1) ?? '';
  const first = positionOf({ document, lines }, path, 'key');
  const what =
    path.length === 2 && path[0] === 'accounts' ? `the account \`${key}\`` : `the key \`${key}\``;
  const before = first.line === undefined ? '' : ` (first at line ${String(first.line)})`;
  return {
    message: `${what} stands twice${before}`,
    path: path.join('.'),
    remedy: 'Keep one of the two.',
  };
}

/** Path of the pair whose key begins at `offset`. */
function pathAt(document: Document, offset: number): string[] {
  let found: string[] = [];
  visit(document, {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key) || pair.key.range?.[0] !== offset) return undefined;
      const keys = [...ancestors, pair].flatMap((each) =>
        isPair(each) && isScalar(each.key) ? [String(each.key.value)] : [],
      );
      found = keys;
      return visit.BREAK;
    },
  });
  return found;
}

/** Line and column of a key or its value; of the nearest enclosing key where that is missing. */
export function positionOf(
  file: Pick<YamlFile, 'document' | 'lines'>,
  path: readonly string[],
  at: 'key' | 'value',
): { line?: number; column?: number } {
  let node: Node | null = file.document.contents as ParsedNode | null;
  let offset = node?.range?.[0];
  for (const [index, key] of path.entries()) {
    const step = stepInto(node, key, file.document);
    if (step === undefined) break;
    node = step.value;
    const last = index === path.length - 1;
    offset = last && at === 'value' ? (step.value?.range?.[0] ?? step.keyOffset) : step.keyOffset;
  }
  if (offset === undefined) return {};
  const { line, col } = file.lines.linePos(offset);
  return { line, column: col };
}

function stepInto(
  node: Node | null,
  key: string,
  document: Document,
): { keyOffset: number | undefined; value: Node | null } | undefined {
  const target = isAlias(node) ? (node.resolve(document) ?? null) : node;
  if (isSeq<Node>(target)) {
    const item = target.items[Number(key)];
    return item === undefined ? undefined : { keyOffset: item.range?.[0], value: item };
  }
  if (!isMap<Node, Node | null>(target)) return undefined;
  const pair = target.items.find((each) => isScalar(each.key) && String(each.key.value) === key);
  return pair === undefined ? undefined : { keyOffset: pair.key.range?.[0], value: pair.value };
}

export function located(fault: Fault, file: YamlFile): Problem {
  const { path, at, ...rest } = fault;
  return { ...rest, path: path.join('.'), ...positionOf(file, path, at) };
}

/** A problem with the value of a key that the text itself does not show, e.g. a file that is missing; with its place. */
export function problemAt(text: string, path: readonly string[], message: string): Problem {
  const { file } = parseYaml(text);
  return located({ path, message, at: 'value' }, file);
}

/** One line for people: what, where, and the key that was probably meant. */
export function described(problem: Problem): string {
  const place =
    problem.line === undefined
      ? ''
      : ` at line ${String(problem.line)}, column ${String(problem.column)}`;
  const hint =
    problem.suggestion === undefined ? '' : `; did you mean ${quoted([problem.suggestion])}?`;
  return `${problem.message}${place}${hint}`;
}
