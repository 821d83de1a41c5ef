/** Changes accounts of the file, by options or in an editor: checked, tested, saved in one step, and told key by key. */

import { bindAccount } from '../../app/accounts/bind-account.ts';
import { mapBounded } from '../../app/bounded.ts';
import { isReachedOtherwise, refuseLosingMail } from '../../app/accounts/changed-account.ts';
import { forgetUnused } from '../../app/passwords/forget-secrets.ts';
import { resumeAccount } from '../../app/accounts/enable-account.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { replaceSecrets, withNewSecrets, type NewSecret } from '../../app/passwords/new-secrets.ts';
import { testAccount } from '../../app/account-test/test-account.ts';
import type { Config } from '../../config/read/config.ts';
import { accountChanges, type KeyChange } from '../../config/edit/key-changes.ts';
import { readConfigFile } from '../../config/read/find.ts';
import { previewConfig } from '../../config/edit/save.ts';
import type { Account } from '../../core/account/account.ts';
import { gravest } from '../../errors.ts';
import { refuseBadFiles } from './files.ts';
import { failures, testJson } from '../account-test/json.ts';
import { printTest } from '../account-test/text.ts';
import { noteRunningDaemon } from '../sync/daemon-note.ts';
import { changeConfig } from '../edit-session.ts';
import { printable } from '../../printable.ts';
import { homely } from '../terminal/text.ts';
import type { Run } from '../world.ts';

export interface Edit {
  /** Text of the file to text. */
  readonly edit: (text: string) => string;
  /** New passwords, by NAME. */
  readonly secrets: ReadonlyMap<string, readonly NewSecret[]>;
  readonly skipTest: boolean;
  /** Its files and its mail were looked at already, and the person was told. */
  readonly isChecked?: boolean;
}

/** What the edit makes of the file, in the order of the file. */
interface Outcome {
  readonly changes: ReadonlyMap<string, readonly KeyChange[]>;
  readonly isChanged: boolean;
  readonly draft: Config;
}

/** Resolves with the exit status. Nothing is saved where a test fails or anything is refused. */
export async function carryOutEdit(
  run: Run,
  config: Config,
  neighbours: Neighbours,
  wanted: Edit,
): Promise<number> {
  const outcome = await preview(config, wanted);
  if (!outcome.isChanged) return tell(run, config, outcome);
  const changed = [...outcome.changes.keys()].flatMap(
    (name) => outcome.draft.accounts.get(name) ?? [],
  );
  const given = [...wanted.secrets.values()].flat();
  if (wanted.isChecked !== true)
    await refuseWhatDoesNotGo(run, config, neighbours, {
      outcome,
      changed,
      given,
      skipTest: wanted.skipTest,
    });
  const status = wanted.skipTest ? 0 : await testAll(run, changed, given, neighbours);
  if (status !== 0) return status;
  await replaceSecrets(neighbours.secrets, given, async () => {
    await changeConfig(config, neighbours, wanted.edit);
  });
  for (const after of changed)
    await forgetUnused(config.accounts.get(after.name), after, neighbours);
  for (const after of changed)
    if (wanted.secrets.has(after.name) || startsAfresh(config.accounts.get(after.name), after))
      await resumeAccount(after, neighbours.state);
  const answer = tell(run, config, outcome);
  await noteRunningDaemon(run, config);
  return answer;
}

interface Checking {
  readonly outcome: Outcome;
  readonly changed: readonly Account[];
  readonly given: readonly NewSecret[];
  readonly skipTest: boolean;
}

/** Mail that would be left behind, and files that are not as they must be. */
async function refuseWhatDoesNotGo(
  run: Run,
  { accounts }: Config,
  neighbours: Neighbours,
  { outcome, changed, given, skipTest }: Checking,
): Promise<void> {
  for (const [name, after] of outcome.draft.accounts) {
    const before = accounts.get(name);
    if (before !== undefined) await refuseLosingMail(before, after, neighbours);
  }
  const reading = { ...neighbours, secrets: withNewSecrets(neighbours.secrets, given) };
  for (const after of changed) {
    const { id } = await bindAccount(after, neighbours);
    const before = accounts.get(after.name) ?? null;
    await refuseBadFiles(run, { before, after, id, skipTest }, reading);
  }
}

async function preview(config: Config, { edit, secrets }: Edit): Promise<Outcome> {
  const { text } = await readConfigFile(config.path);
  const after = edit(text);
  const changes = new Map<string, readonly KeyChange[]>(accountChanges(text, after));
  for (const [name, given] of secrets)
    changes.set(name, [
      ...(changes.get(name) ?? []),
      ...given.filter(({ isMoved }) => isMoved !== true).map(newPassword),
    ]);
  const draft = await previewConfig(config.location, edit);
  return { changes, isChanged: after !== text || secrets.size > 0, draft };
}

function newPassword({ owner }: NewSecret): KeyChange {
  return { key: `${owner.server}.password`, before: 'as it was', after: 'a new one' };
}

function startsAfresh(before: Account | undefined, after: Account): boolean {
  if (before === undefined) return false;
  return (!before.enabled && after.enabled) || isReachedOtherwise(before, after);
}

const testsAtOnce = 8;

async function testAll(
  run: Run,
  accounts: readonly Account[],
  given: readonly NewSecret[],
  neighbours: Neighbours,
): Promise<number> {
  const secrets = withNewSecrets(neighbours.secrets, given);
  const bound = [];
  for (const account of accounts) bound.push(await bindAccount(account, neighbours));
  const tests = await mapBounded(bound, testsAtOnce, async ({ account, id }) => {
    const result = await testAccount(account, id, { ...neighbours, secrets }, run.world.signal);
    printTest(run.output, result);
    return result;
  });
  const status = gravest(tests.flatMap(failures));
  if (status === 0) return status;
  if (run.output.json) run.output.document({ changed: null, tests: tests.map(testJson) });
  else run.output.note('Nothing was saved. To save it untested, add --skip-test.');
  return status;
}

function tell({ output }: Run, config: Config, { changes, draft, isChanged }: Outcome): number {
  const added = [...draft.accounts.keys()].filter((name) => !config.accounts.has(name));
  const removed = [...config.accounts.keys()].filter((name) => !draft.accounts.has(name));
  if (output.json) {
    const changed = [...changes].map(([account, keys]) => ({ account, changes: keys }));
    output.document({ changed, added, removed, config: config.path });
    return 0;
  }
  for (const [name, keys] of changes) for (const key of keys) output.say(`${name}: ${line(key)}`);
  for (const name of added) output.say(`${name}: added`);
  for (const name of removed) output.say(`${name}: removed; its mail and state stay`);
  const { defaultAccount } = draft;
  if (defaultAccount !== config.defaultAccount)
    output.say(`default sender: ${config.defaultAccount ?? 'none'} → ${defaultAccount ?? 'none'}`);
  const where = homely(config.path, config.location.home);
  if (!isChanged) output.say(`nothing changed in ${where}`);
  return 0;
}

function line({ key, before, after }: KeyChange): string {
  const text = (value: string | null): string =>
    value === null ? 'not set' : printable(value.trimEnd().replaceAll('\n', ' / '));
  return `${key}: ${text(before)} → ${text(after)}`;
}
