/** An ESLint rule: files do not import in a circle, by value, by type or lazily. */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import ts from 'typescript';

/** What a file on disk imports is looked up once a run; an editor's linter, which runs on, looks again after so long. */
const freshForMs = 2_000;
const seen = new Map();

function targetsIn(file, text) {
  return ts
    .preProcessFile(text, true, false)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((source) => source.startsWith('.'))
    .map((source) => resolve(dirname(file), source));
}

/** None for a file that is not there: that is the compiler's to tell. */
function targetsOf(file) {
  const known = seen.get(file);
  if (known !== undefined && Date.now() - known.at < freshForMs) return known.targets;
  const targets = textOf(file, (text) => targetsIn(file, text));
  seen.set(file, { at: Date.now(), targets });
  return targets;
}

function textOf(file, use) {
  try {
    return use(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

/** The files from `from` to `goal`, both included; undefined where none leads there. Files in `barren` were tried in vain. */
function chainTo(goal, from, barren) {
  if (from === goal) return [goal];
  if (barren.has(from)) return undefined;
  barren.add(from);
  for (const target of targetsOf(from)) {
    const chain = chainTo(goal, target, barren);
    if (chain !== undefined) return [from, ...chain];
  }
  return undefined;
}

function create(context) {
  const { filename, cwd } = context;
  const barren = new Set();
  const check = (node, source) => {
    if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
    const chain = chainTo(filename, resolve(dirname(filename), source.value), barren);
    if (chain === undefined) return;
    const names = [filename, ...chain].map((file) => relative(cwd, file));
    context.report({ node, message: `Imports in a circle: ${names.join(' → ')}.` });
  };
  return {
    ImportDeclaration: (node) => check(node, node.source),
    ExportAllDeclaration: (node) => check(node, node.source),
    ExportNamedDeclaration: (node) => check(node, node.source),
    ImportExpression: (node) => check(node, node.source),
    TSImportType: (node) => check(node, node.source ?? node.argument?.literal),
  };
}

export const circleRule = { meta: { type: 'problem', schema: [] }, create };
