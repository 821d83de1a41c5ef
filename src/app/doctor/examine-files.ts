/** Looks at the home folder, the configuration, the state, the outbox and the stored passwords. */

import type { KnownAccount, StateFacts } from '../../ports/inspector.ts';
import { mapBounded } from '../bounded.ts';
import { ails, good, shellWord, type Finding } from './finding.ts';
import { configFindings, folderFindings, homeFindings, type Owner, type Place } from './places.ts';
import { spaceFinding } from './space.ts';
import { below, place, type View } from './view.ts';

const atOnce = 32;
/** More problems than this are told by `config check`. */
const mostProblems = 20;

export async function examineFiles(view: View, owner: Owner): Promise<Finding[]> {
  const { inspector, location } = view;
  const isRefused = view.problems.some(({ line }) => line === undefined);
  return [
    ...homeFindings(await place(inspector, location.home), owner),
    // A file that is refused as a whole has said why itself.
    ...(isRefused ? [] : configFindings(await place(inspector, location.path), owner)),
    ...problemFindings(view),
  ];
}

function problemFindings({ problems, location }: View): Finding[] {
  const shown = problems.slice(0, mostProblems).map(({ message, line, column, remedy }) => {
    const where =
      line === undefined ? '' : `${location.path}:${String(line)}:${String(column ?? 1)}: `;
    return ails('files', `${where}${message}`, remedy ?? 'posthorn config check');
  });
  const more = problems.length - shown.length;
  const rest =
    more > 0 ? [ails('files', `and ${String(more)} more problems`, 'posthorn config check')] : [];
  return [...shown, ...rest];
}

/** The folder, what lies in it, the database, and the room that is left. */
export async function examineState(
  view: View,
  owner: Owner,
  state: StateFacts | null,
): Promise<Finding[]> {
  const { inspector } = view;
  const { stateDir } = view.location.places;
  const folder = await place(inspector, stateDir);
  const findings = folderFindings('state', folder, await inside(view, stateDir), owner);
  if (folder.seen === null) return findings;
  const free = await inspector.free(stateDir);
  return [
    ...findings,
    ...(state === null ? [] : [database(below(stateDir, 'state.db'), state)]),
    ...(free === null ? [] : [spaceFinding('state', stateDir, free)]),
    ...(await examineOutbox(view, below(stateDir, 'outbox'))),
  ];
}

function database(path: string, { problem, remedy }: StateFacts): Finding {
  if (problem === null) return good('state', `${path} is whole`);
  return ails('state', problem, remedy ?? `mv ${shellWord(path)} ${shellWord(`${path}.damaged`)}`);
}

async function inside({ inspector }: View, folder: string): Promise<Place[]> {
  const names = (await inspector.names(folder).catch(() => null)) ?? [];
  return mapBounded(names, atOnce, (name) => place(inspector, below(folder, name)));
}

async function examineOutbox(view: View, folder: string): Promise<Finding[]> {
  const names = (await view.inspector.names(folder)) ?? [];
  const ids = names.filter((name) => !name.startsWith('.'));
  const troubles = await mapBounded(ids, atOnce, async (id) => ({
    id,
    trouble: await entryTrouble(view, below(folder, id)),
  }));
  const broken = troubles.flatMap(({ id, trouble }) =>
    trouble === null
      ? []
      : [
          ails(
            'state',
            `the outbox entry ${id} cannot be sent: ${trouble}`,
            `ls -l ${shellWord(below(folder, id))}`,
          ),
        ],
  );
  const text =
    ids.length === 0 ? 'the outbox is empty' : `${String(ids.length)} in the outbox, all whole`;
  return broken.length > 0 ? broken : [good('state', text)];
}

async function entryTrouble({ inspector }: View, folder: string): Promise<string | null> {
  const [text, message] = await Promise.all([
    inspector.text(below(folder, 'entry.json')),
    inspector.look(below(folder, 'message')),
  ]);
  if (text === null) return 'its entry.json is missing';
  if (message === null) return 'its message is missing';
  const size = sizeIn(text);
  if (size === null) return 'its entry.json is damaged';
  if (size === message.size) return null;
  return `its message has ${String(message.size)} octets instead of ${String(size)}`;
}

function sizeIn(text: string): number | null {
  try {
    const { size } = JSON.parse(text) as { size?: unknown };
    return typeof size === 'number' ? size : null;
  } catch {
    return null;
  }
}

/** Whose stored passwords lie there; one of an account that is no more is of no use to anybody but a thief. */
export async function examineSecrets(
  view: View,
  owner: Owner,
  known: readonly KnownAccount[],
): Promise<Finding[]> {
  const { secretsDir } = view.location.places;
  const folder = await place(view.inspector, secretsDir);
  const files = await inside(view, secretsDir);
  const findings = folderFindings('files', folder, files, owner);
  return [...findings, ...orphans(view, files, known)];
}

function orphans(
  { config }: View,
  files: readonly Place[],
  known: readonly KnownAccount[],
): Finding[] {
  if (config === null) return [];
  const ids = new Set([...config.accounts.values()].map(({ id }) => id));
  for (const { id, name } of known) if (config.accounts.has(name)) ids.add(id);
  return files.flatMap(({ path, seen }) => {
    const id = /([A-Za-z0-9_-]+)\.(?:incoming|outgoing|certificate)[\w.-]*$/.exec(path)?.[1];
    if (id === undefined || ids.has(id) || seen?.kind !== 'file') return [];
    return [ails('files', `the stored password ${path} is of no account`, `rm ${shellWord(path)}`)];
  });
}
