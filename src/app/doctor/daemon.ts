/** The daemon: whether it runs, is of this version, and what a dead one has left behind. Pure. */

import { ails, good, note, shellWord, type Finding } from './finding.ts';

export interface DaemonFacts {
  /** What it answered; null where none listens; a text: why it did not answer. */
  readonly answer: { readonly version: string; readonly process: number } | null | string;
  /** The process that daemon.json names. */
  readonly announced: number | null;
  /** Sockets that lie about. */
  readonly sockets: readonly string[];
  readonly version: string;
  /** systemd units, and the program each of them starts. */
  readonly units: readonly UnitFacts[];
}

export interface UnitFacts {
  readonly path: string;
  readonly program: string | null;
  /** Null: it can be started; else what is wrong with it. */
  readonly trouble: string | null;
}

export function daemonFindings(facts: DaemonFacts): Finding[] {
  return [...running(facts), ...facts.units.map(unit)];
}

function running({ answer, announced, sockets, version }: DaemonFacts): Finding[] {
  if (typeof answer === 'string')
    return [
      ails(
        'daemon',
        `the daemon (process ${String(announced ?? 'unknown')}) does not answer: ${answer}`,
        'posthorn daemon stop; posthorn daemon start',
      ),
    ];
  if (answer !== null) return [ofThisVersion(answer, version)];
  if (announced !== null)
    return [
      ails(
        'daemon',
        `the daemon has ended without clearing up: daemon.json names process ${String(announced)}, which does not listen`,
        'posthorn daemon start',
      ),
    ];
  const stale = sockets.map((path) =>
    note('daemon', `nobody listens on the socket ${path}`, `rm ${shellWord(path)}`),
  );
  return [
    ...stale,
    good('daemon', 'no daemon runs: posthorn daemon start, or posthorn sync by cron'),
  ];
}

function ofThisVersion(answer: { version: string; process: number }, version: string): Finding {
  if (answer.version === version)
    return good('daemon', `the daemon runs (process ${String(answer.process)})`);
  return ails(
    'daemon',
    `the daemon that runs is version ${answer.version}, this is ${version}`,
    'posthorn daemon stop && posthorn daemon start',
  );
}

function unit({ path, program, trouble }: UnitFacts): Finding {
  if (trouble === null) return good('daemon', `the unit ${path} starts ${program ?? ''}`);
  return ails(
    'daemon',
    `the unit ${path} ${trouble}`,
    `sed -i "s|^ExecStart=[^ ]*|ExecStart=$(command -v posthorn)|" ${shellWord(path)}`,
  );
}

/** The program of `ExecStart=`, `%h` filled in; null where there is none. */
export function programOf(unitText: string, home: string): string | null {
  const line = /^ExecStart=[-@:+!]*("[^"]+"|\S+)/m.exec(unitText)?.[1];
  return line?.replaceAll('"', '').replaceAll('%h', home) ?? null;
}
