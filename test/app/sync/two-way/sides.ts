/** Both sides of an account in memory, in lines that can be held against each other. */

import { agreedStatuses } from '../../../../src/core/sync/agreed.ts';
import { parseFileName } from '../../../../src/core/sync/flags.ts';
import { accountId, root, type World } from '../../world.ts';

/** `folder | text | flags | keywords`, sorted; messages that are only marked for a later expunge are not there. */
export async function linesThere({ server, state }: World): Promise<string[]> {
  const lines: string[] = [];
  for (const { path, messages } of server.folders) {
    const known = await state.agreed(accountId, path);
    const marked = new Set(
      [...known.uid].filter((_, at) => statusOf(known.status[at]) === 'awaiting-expunge'),
    );
    for (const { id, text, flags, keywords = [] } of messages)
      if (!(marked.has(Number(id)) && flags.includes('T')))
        lines.push(line(path, text, flags, keywords));
  }
  return lines.sort();
}

/** Keywords that no file shows are what the state has of them. */
export async function linesHere({ disk, state }: World): Promise<string[]> {
  const lines: string[] = [];
  for (const [path, folder] of disk.root(root).folders) {
    const known = await state.agreed(accountId, path);
    const keywords = new Map(known.name.map((name, at) => [name, known.keywords[at] ?? '']));
    for (const file of folder.mail()) {
      const { base, flags } = parseFileName(file.slice(4));
      const text = String(folder.get(file)).replaceAll('\n', '\r\n');
      lines.push(line(path, text, flags, (keywords.get(base) ?? '').split(' ').filter(Boolean)));
    }
  }
  return lines.sort();
}

/** Subjects of files that the state does not know. */
export async function unknownHere({ disk, state }: World): Promise<Set<string>> {
  const unknown = new Set<string>();
  for (const [path, folder] of disk.root(root).folders) {
    const known = new Set((await state.agreed(accountId, path)).name);
    for (const file of folder.mail())
      if (!known.has(parseFileName(file.slice(4)).base))
        unknown.add(subjectOf(String(folder.get(file))));
  }
  return unknown;
}

function statusOf(at: number | undefined): string {
  return agreedStatuses[at ?? 0] ?? '?';
}

function line(
  path: string,
  text: string,
  flags: readonly string[],
  keywords: readonly string[],
): string {
  return [path, subjectOf(text), [...flags].sort().join(''), [...keywords].sort().join(' ')].join(
    ' | ',
  );
}

/** What tells the messages of these tests apart. */
export function subjectOf(text: string): string {
  return /^Subject: (.*?)\r?$/m.exec(text)?.[1] ?? text;
}

/** How often each message stands on a side. */
export function countOf(lines: readonly string[], subject: string): number {
  return lines.filter((each) => each.split(' | ')[1] === subject).length;
}

export function foldersThere({ server }: World): string[] {
  return server.folders.map(({ path }) => path).sort();
}

export function foldersHere({ disk }: World): string[] {
  return [...disk.root(root).folders.keys()].sort();
}
