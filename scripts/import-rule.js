/** An ESLint rule: every import in src/ is one that import-table.js allows to the room of the importing file. */
import { builtinModules } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const fromRoot = (file) => relative(root, file).split(sep).join('/');
const isNode = (source) => source.startsWith('node:') || builtinModules.includes(source);

/** `src/adapters/imap/client.ts` → `adapters/imap`, `src/errors.ts` → `errors`; undefined outside src/. */
function roomOf(path) {
  const [top, first, second, third] = path.split('/');
  if (top !== 'src' || first === undefined) return undefined;
  return first === 'adapters' && third !== undefined
    ? `adapters/${second}`
    : first.replace(/\.ts$/, '');
}

function rowOf(table, room, path) {
  const row = table[room] ?? (room.startsWith('adapters/') ? table.adapters : undefined);
  return row && { may: [], types: [], npm: [], node: [], ...row, ...row.files?.[path] };
}

function checkOwn(row, room, path, source, isType) {
  const target = roomOf(fromRoot(resolve(root, dirname(path), source)));
  if (target === room || row.may.includes(target)) return undefined;
  if (row.types.includes(target)) {
    return isType ? undefined : `takes only types from ${target}: use \`import type\``;
  }
  return `must not import ${target ?? 'from outside src/'}`;
}

function checkStranger(row, source) {
  if (isNode(source)) {
    if (!source.startsWith('node:')) return `names modules of Node with \`node:\``;
    return row.node === true || row.node.includes(source) ? undefined : `must not import ${source}`;
  }
  const name = source.split('/').slice(0, source.startsWith('@') ? 2 : 1);
  return row.npm.includes(name.join('/')) ? undefined : `must not import the package ${source}`;
}

/** What is wrong with the import, without the room's name; undefined when nothing is. */
function complaint(table, path, source, isType) {
  const room = roomOf(path);
  if (room === undefined) return undefined;
  const row = rowOf(table, room, path);
  if (row === undefined) return 'has no row in import-table.js';
  if (row.everything === true) return undefined;
  return source.startsWith('.') || source.startsWith('/')
    ? checkOwn(row, room, path, source, isType)
    : checkStranger(row, source);
}

function create(context) {
  const path = fromRoot(context.filename);
  const [table] = context.options;
  const check = (node, source, isType = false) => {
    if (typeof source?.value !== 'string') return;
    const problem = complaint(table, path, source.value, isType);
    if (problem) context.report({ node, message: `${roomOf(path)} ${problem} (import-table.js).` });
  };
  return {
    ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type'),
    ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
    ImportExpression: (node) => check(node, node.source),
    TSImportType: (node) => check(node, node.source ?? node.argument?.literal, true),
    TSExternalModuleReference: (node) => check(node, node.expression),
    'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0]),
  };
}

export const importRule = { meta: { type: 'problem', schema: [{ type: 'object' }] }, create };
