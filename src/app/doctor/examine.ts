/** `doctor`: every check at once, each to its own end, so that one that hangs or fails hides no other. */

import { asPosthornError } from '../../errors.ts';
import type { StateFacts } from '../../ports/inspector.ts';
import { examineAccounts } from './examine-accounts.ts';
import { examineDaemon } from './examine-daemon.ts';
import { examineFiles, examineSecrets, examineState } from './examine-files.ts';
import { examineNetwork } from './examine-network.ts';
import { ails, note, type Area, type Finding } from './finding.ts';
import { machineFindings } from './machine.ts';
import type { Owner } from './places.ts';
import { below, quietLook, type View } from './view.ts';

/** In the order of the areas; never throws. */
export async function examine(view: View): Promise<Finding[]> {
  const { inspector, location } = view;
  const machine = await inspector.machine().catch(() => null);
  if (machine === null)
    return [
      ails('machine', 'no other process can be started to look around', 'ulimit -u; ulimit -n'),
    ];
  const home = await quietLook(inspector, location.home);
  const owner = ownerFor(machine.uid, home?.uid ?? machine.uid);
  const statePath = below(location.places.stateDir, 'state.db');
  const state = inspector.state(statePath).catch(damaged);
  const known = state.then((facts) => facts?.accounts ?? []);
  const newest = await quietLook(inspector, location.path);
  const checks: readonly (readonly [Area, Promise<readonly Finding[]>])[] = [
    [
      'machine',
      Promise.resolve(
        machineFindings({ ...machine, env: view.env, newest: newest?.changedAt ?? null }),
      ),
    ],
    ['machine', Promise.resolve(rootFindings(owner))],
    ['files', examineFiles(view, owner)],
    ['files', known.then((accounts) => examineSecrets(view, owner, accounts))],
    ['state', state.then((facts) => examineState(view, owner, facts))],
    ['accounts', known.then((accounts) => examineAccounts(view, owner, accounts))],
    ['daemon', examineDaemon(view)],
    ['network', examineNetwork(view)],
  ];
  const found = await Promise.all(checks.map(([area, check]) => ended(area, check, view.signal)));
  return found.flat();
}

/** Root looks on behalf of the owner of the home folder, whose files these ought to be. */
function ownerFor(us: number, home: number): Owner {
  return { us, uid: us === 0 ? home : us };
}

function rootFindings({ us, uid }: Owner): Finding[] {
  if (us !== 0 || uid === 0) return [];
  const what = `you are root in the home of uid ${String(uid)}: what posthorn makes now belongs to root`;
  return [note('machine', what, `sudo -u '#${String(uid)}' -H posthorn doctor`)];
}

function damaged(thrown: unknown): StateFacts {
  const { message, remedy = null } = asPosthornError(thrown);
  return { problem: message, remedy, accounts: [] };
}

async function ended(
  area: Area,
  check: Promise<readonly Finding[]>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([check, late]);
  } catch (thrown) {
    if (signal.aborted)
      return [ails(area, `the ${area} could not be examined in time`, 'posthorn doctor --verbose')];
    const { message, remedy } = asPosthornError(thrown);
    return [ails(area, message, remedy ?? 'posthorn doctor --verbose')];
  }
}
