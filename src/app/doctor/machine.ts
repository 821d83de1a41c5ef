/** The machine: Node, threads, the clock, authorities, the locale. Pure. */

import type { MachineFacts } from '../../ports/inspector.ts';
import { ails, good, note, type Finding } from './finding.ts';

/** No posthorn is older. */
const earliest = Date.UTC(2025, 0, 1);
const latest = Date.UTC(2100, 0, 1);
const day = 86_400_000;

export interface MachineView extends MachineFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** When the newest of posthorn's own files was written; null where there is none. */
  readonly newest: number | null;
}

export function machineFindings(facts: MachineView): Finding[] {
  return [node(facts), threads(facts), clock(facts), authorities(facts), locale(facts)];
}

function node({ node: version }: MachineView): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return good('machine', `Node ${version}`);
  return ails(
    'machine',
    `Node ${version} is too old: posthorn needs 20.19 or later`,
    'Install a newer Node.',
  );
}

/** A batch of messages waits for as many flushes as there are threads. */
function threads({ threads: count }: MachineView): Finding {
  if (count >= 16) return good('machine', `${String(count)} threads for files`);
  return note(
    'machine',
    `UV_THREADPOOL_SIZE is ${String(count)}: many new messages are stored slowly`,
    'unset UV_THREADPOOL_SIZE',
  );
}

function clock({ now, newest }: MachineView): Finding {
  const shown = Number.isFinite(now) ? new Date(now).toISOString() : 'unknown';
  const isAhead = newest !== null && newest > now + day;
  if (now >= earliest && now < latest && !isAhead)
    return good('machine', `the clock says ${shown}`);
  const why = isAhead ? ', and files of posthorn are newer than that' : '';
  return ails(
    'machine',
    `the clock says ${shown}${why}: certificates and due times go wrong`,
    'timedatectl set-ntp true',
  );
}

function authorities({ authorities: file }: MachineView): Finding {
  if (file !== null) return good('machine', `certificate authorities in ${file}`);
  return note(
    'machine',
    "this machine has no certificate authorities of its own; those of Node are used, which don't know yours",
    'apt-get install ca-certificates',
  );
}

function locale({ env }: MachineView): Finding {
  const set = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((each) => (each ?? '') !== '');
  if (/utf-?8/i.test(set ?? '')) return good('machine', `the locale is ${set ?? ''}`);
  return note(
    'machine',
    `the locale is ${set ?? 'not set'}: a terminal may show names and subjects wrongly`,
    'export LC_ALL=C.UTF-8',
  );
}
