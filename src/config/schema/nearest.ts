/** The known key that a mistyped one was probably meant to be. */
import { configJsonSchema } from './schema.ts';

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
}

/** Keys that may stand in the mapping at `path`; none where it is no mapping. */
export function knownKeys(path: readonly string[]): readonly string[] {
  let node: SchemaNode | undefined = configJsonSchema();
  for (const key of path) node = child(node, key);
  return Object.keys(node?.properties ?? {});
}

function child(node: SchemaNode | undefined, key: string): SchemaNode | undefined {
  if (node?.items !== undefined) return node.items;
  if (node?.properties !== undefined) return node.properties[key];
  return typeof node?.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

/** Undefined where nothing is near enough: a third of the letters may differ, two at least. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      distance: distance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .filter((each) => each.distance <= limit && each.distance < each.candidate.length)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** Letters to insert, delete or replace, two swapped neighbours counting as one (optimal string alignment). */
function distance(from: string, to: string): number {
  const rows: number[][] = [[...Array(to.length + 1).keys()]];
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) row.push(cell(rows, row, from, to, i, j));
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}

function cell(
  rows: number[][],
  row: number[],
  from: string,
  to: string,
  i: number,
  j: number,
): number {
  const above = rows[i - 1] ?? [];
  const cost = from[i - 1] === to[j - 1] ? 0 : 1;
  const straight = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + cost);
  const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
  return swapped ? Math.min(straight, (rows[i - 2]?.[j - 2] ?? 0) + 1) : straight;
}
