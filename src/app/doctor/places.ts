/** Folders and files that are posthorn's own: whose they are, who else may read them, whether they can be written. Pure. */

import type { Seen } from '../../ports/inspector.ts';
import { ails, good, octal, shellWord, type Area, type Finding } from './finding.ts';

export interface Place {
  readonly path: string;
  readonly seen: Seen | null;
}

/** Who is looking, and whose the files ought to be: root looks on behalf of the owner of the home folder. */
export interface Owner {
  readonly uid: number;
  readonly us: number;
}

/** The configuration may also be root's, who manages it then. */
export function configFindings({ path, seen }: Place, owner: Owner): Finding[] {
  if (seen === null)
    return [good('files', `${path} is not there yet: posthorn account add makes it`)];
  if (seen.uid === 0 && owner.uid !== 0) return [good('files', `${path} is managed by root`)];
  const found = [
    ...ownership('files', path, seen, owner),
    ...privacy('files', path, seen, 0o077, 'the configuration'),
  ];
  return found.length > 0 ? found : [good('files', `${path} is for its owner alone`)];
}

/** A folder of posthorn and what lies in it. */
export function folderFindings(
  area: Area,
  folder: Place,
  inside: readonly Place[],
  owner: Owner,
): Finding[] {
  const { path, seen } = folder;
  if (seen === null) return [good(area, `${path} is not there yet`)];
  if (seen.kind !== 'folder')
    return [
      ails(area, `${path} is no folder`, `mv ${shellWord(path)} ${shellWord(`${path}.aside`)}`),
    ];
  const found = [
    ...ownership(area, path, seen, owner),
    ...privacy(area, path, seen, 0o077, 'the folder'),
    ...writable(area, path, seen, owner),
    ...inside.flatMap((each) =>
      each.seen === null
        ? []
        : [
            ...ownership(area, each.path, each.seen, owner),
            ...privacy(area, each.path, each.seen, 0o077, ''),
          ],
    ),
  ];
  return found.length > 0 ? found : [good(area, `${path} is for its owner alone, and writable`)];
}

export function homeFindings({ path, seen }: Place, owner: Owner): Finding[] {
  if (seen === null)
    return [
      ails('files', `the home folder ${path} does not exist`, 'Set HOME to a folder of yours.'),
    ];
  const found = writable('files', path, seen, owner);
  return found.length > 0 ? found : [good('files', `the home folder ${path} is writable`)];
}

export function ownership(area: Area, path: string, seen: Seen, owner: Owner): Finding[] {
  if (seen.uid === owner.uid) return [];
  return [
    ails(
      area,
      `${path} belongs to another user (uid ${String(seen.uid)}, not ${String(owner.uid)})`,
      `sudo chown -R ${String(owner.uid)} ${shellWord(path)}`,
    ),
  ];
}

function privacy(area: Area, path: string, seen: Seen, others: number, what: string): Finding[] {
  const loose = seen.mode & others;
  if (loose === 0) return [];
  const can = (loose & 0o022) !== 0 ? 'written' : 'read';
  const mode = octal(seen.mode);
  const right = seen.kind === 'folder' ? '700' : '600';
  const name = what === '' ? path : `${what} ${path}`;
  return [
    ails(
      area,
      `${name} can be ${can} by others (mode ${mode})`,
      `chmod ${right} ${shellWord(path)}`,
    ),
  ];
}

export function writable(area: Area, path: string, seen: Seen, { us }: Owner): Finding[] {
  if (seen.writable) return [];
  const why = us === 0 ? ': its disk is read-only' : '';
  return [
    ails(
      area,
      `${path} cannot be written${why}`,
      `ls -ld ${shellWord(path)}; findmnt -T ${shellWord(path)}`,
    ),
  ];
}
