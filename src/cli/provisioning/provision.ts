/** Many accounts at once: makes the configuration hold what a file says, in one write; for `account apply` and `import`. */

import { mapBounded } from '../../app/bounded.ts';
import { resumeAccount } from '../../app/accounts/enable-account.ts';
import { forgetSecrets, forgetUnused } from '../../app/passwords/forget-secrets.ts';
import { idsInState } from '../../app/accounts/known-ids.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { accountIds } from '../../app/accounts/new-account.ts';
import type { AccountTest } from '../../app/account-test/account-test.ts';
import { testAccount } from '../../app/account-test/test-account.ts';
import type { Config } from '../../config/read/config.ts';
import { editMany } from '../../config/edit/edit-many.ts';
import { planApply, type AccountChange, type ApplyPlan } from '../../config/edit/plan-apply.ts';
import { previewConfig, refuseUnwritable } from '../../config/edit/save.ts';
import type { FileEntry } from '../../config/schema/schema.ts';
import type { Account } from '../../core/account/account.ts';
import { gravest, InternalError, TemporaryError } from '../../errors.ts';
import { refuseBadFiles } from '../account/files.ts';
import { failures, testJson } from '../account-test/json.ts';
import { printTest } from '../account-test/text.ts';
import { refuseQueued } from '../../app/accounts/remove-account.ts';
import { noteRunningDaemon } from '../sync/daemon-note.ts';
import { changeConfig } from '../edit-session.ts';
import { confirm } from '../terminal/prompt.ts';
import { homely } from '../terminal/text.ts';
import type { Run } from '../world.ts';

export interface Provisioning {
  readonly wanted: FileEntry;
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly test: boolean;
  /** Stores what has to be there before the accounts are tested and saved; `idOf` takes a NAME. */
  readonly prepare?: (idOf: (name: string) => Promise<string>) => Promise<void>;
  /** Takes that back where nothing is saved. */
  readonly undo?: () => Promise<void>;
  /** Done once all is saved, with the accounts as they are then; what it returns stands in the document of --json too. */
  readonly afterwards?: (config: Config) => Promise<Readonly<Record<string, unknown>>>;
  /** More for the document of --json. */
  readonly document?: Readonly<Record<string, unknown>>;
}

interface Draft {
  readonly config: Config;
  readonly plan: ApplyPlan;
}

const testsAtOnce = 8;

export async function provision(
  run: Run,
  config: Config,
  neighbours: Neighbours,
  task: Provisioning,
): Promise<number> {
  const newId = accountIds(config.accounts.values(), neighbours);
  const knownIds = await idsInState(namedIn(config, task.wanted), neighbours.state);
  const edit = onceForEach((text) => {
    const plan = planApply(text, task.wanted, { prune: task.prune, newId, knownIds });
    return { plan, after: editMany(text, plan.edits) };
  });
  const draft = await draftOf(config, edit);
  if (task.dryRun || !isChange(draft.plan)) return tell(run, config, draft, task);
  await refuseUnwritable(config.path);
  await agreeToRemovals(run, config, draft.plan, neighbours);
  try {
    await task.prepare?.(idIn(draft.config, knownIds));
    const tests = task.test ? await testChanged(run, draft, neighbours, knownIds) : [];
    const status = gravest(tests.flatMap(failures));
    if (status !== 0) {
      await task.undo?.();
      if (run.output.json) run.output.document({ applied: false, tests: tests.map(testJson) });
      return status;
    }
    await write(config, neighbours, edit, draft.plan);
  } catch (error) {
    await task.undo?.();
    throw error;
  }
  await followUp(config, draft, neighbours);
  const more = (await task.afterwards?.(draft.config)) ?? {};
  tell(run, config, draft, { ...task, document: { ...task.document, ...more } });
  await noteRunningDaemon(run, config);
  return 0;
}

function namedIn(config: Config, { accounts = {} }: FileEntry): Account[] {
  return [...config.accounts.values()].filter(({ name }) => Object.hasOwn(accounts, name));
}

type Edit = (text: string) => { readonly plan: ApplyPlan; readonly after: string };

/** The draft and what is written start at the same text, mostly; a thousand accounts are not worked out twice. */
function onceForEach(edit: Edit): Edit {
  const done = new Map<string, ReturnType<Edit>>();
  return (text) => {
    const found = done.get(text) ?? edit(text);
    done.set(text, found);
    return found;
  };
}

async function draftOf(config: Config, edit: Edit): Promise<Draft> {
  let plan: ApplyPlan | undefined;
  const after = await previewConfig(config.location, (text) => {
    const edited = edit(text);
    plan = edited.plan;
    return edited.after;
  });
  if (plan === undefined) throw new InternalError('nothing was planned');
  return { config: after, plan };
}

function isChange({ edits }: ApplyPlan): boolean {
  return edits.set.length + edits.remove.length + edits.add.length > 0;
}

function comingAndGoing({ accounts }: ApplyPlan): string {
  const changed = accounts.filter(({ change }) => change === 'added' || change === 'removed');
  return changed.map(({ name, change }) => `${name} ${change}`).join();
}

function removedBy({ accounts }: ApplyPlan): string[] {
  return accounts.flatMap(({ name, change }) => (change === 'removed' ? [name] : []));
}

async function agreeToRemovals(
  run: Run,
  config: Config,
  plan: ApplyPlan,
  neighbours: Neighbours,
): Promise<void> {
  const names = removedBy(plan);
  if (names.length === 0) return;
  await refuseQueued(accountsOf(config, names), neighbours);
  run.output.note(`These would be removed: ${names.join(', ')}`);
  await confirm(
    run,
    `Remove ${names.length === 1 ? 'it' : `these ${String(names.length)}`}? Mail and state stay, stored passwords are forgotten.`,
  );
}

function accountsOf({ accounts }: Config, names: readonly string[]): Account[] {
  return names.flatMap((name) => accounts.get(name) ?? []);
}

/** An account written by hand keeps its id in the state, and may have got none yet. */
function idIn(config: Config, knownIds: ReadonlyMap<string, string>) {
  return (name: string): Promise<string> => {
    const id = config.accounts.get(name)?.id ?? knownIds.get(name);
    if (id !== undefined) return Promise.resolve(id);
    throw new InternalError(`the account ${name} has no id`);
  };
}

async function testChanged(
  run: Run,
  { config, plan }: Draft,
  neighbours: Neighbours,
  knownIds: ReadonlyMap<string, string>,
): Promise<AccountTest[]> {
  const names = plan.accounts.filter(({ change }) => change === 'added' || change === 'changed');
  const accounts = accountsOf(
    config,
    names.map(({ name }) => name),
  );
  return mapBounded(
    accounts.filter(({ enabled }) => enabled),
    testsAtOnce,
    async (account) => {
      const id = account.id ?? knownIds.get(account.name) ?? '';
      await refuseBadFiles(run, { before: null, after: account, id, skipTest: false }, neighbours);
      const result = await testAccount(account, id, neighbours, run.world.signal);
      printTest(run.output, result);
      return result;
    },
  );
}

/** Planned once more under the lock: what others changed meanwhile stays. Nothing is removed that was not agreed to, and nothing overlaid that was to be added. */
async function write(
  config: Config,
  neighbours: Neighbours,
  edit: Edit,
  agreed: ApplyPlan,
): Promise<void> {
  await changeConfig(config, neighbours, (text) => {
    const { plan, after } = edit(text);
    if (comingAndGoing(plan) !== comingAndGoing(agreed))
      throw new TemporaryError('the configuration was changed by somebody else meanwhile', {
        reach: 'program',
        remedy: 'Try again.',
      });
    return after;
  });
}

/** What hangs on the change: a server or a password that was changed ends a suspension; what is no longer needed is forgotten. */
async function followUp(
  before: Config,
  { config, plan }: Draft,
  neighbours: Neighbours,
): Promise<void> {
  const removed = accountsOf(before, removedBy(plan));
  const known = await idsInState(removed, neighbours.state);
  const ids = removed.flatMap(({ id, name }) => id ?? known.get(name) ?? []);
  for (const { name, change, keys } of plan.accounts) {
    const after = config.accounts.get(name);
    if (change === 'changed' && after !== undefined && keys.some(isLogin))
      await forgetUnused(before.accounts.get(name), after, neighbours);
  }
  await forgetSecrets(ids, neighbours.secrets, () => resumeChanged(config, plan, neighbours));
}

async function resumeChanged(
  config: Config,
  plan: ApplyPlan,
  { state }: Neighbours,
): Promise<void> {
  const revived = plan.accounts.filter(
    ({ change, keys }) => change === 'changed' && keys.some(revives),
  );
  for (const account of accountsOf(
    config,
    revived.map(({ name }) => name),
  ))
    await resumeAccount(account, state);
}

function isLogin(key: string): boolean {
  return /^(?:incoming|outgoing|certificate)\./.test(key);
}

function revives(key: string): boolean {
  return ['enabled', 'type'].includes(key) || /^(?:incoming|outgoing)\./.test(key);
}

function tell(run: Run, before: Config, { config, plan }: Draft, task: Provisioning): number {
  const { output } = run;
  const { dryRun } = task;
  const rows = plan.accounts.map(({ name, change, keys }) => ({
    name,
    change,
    keys,
    path: (config.accounts.get(name) ?? before.accounts.get(name))?.path ?? null,
  }));
  if (output.json) {
    output.document({
      accounts: rows,
      general: plan.general,
      dryRun,
      config: config.path,
      ...task.document,
    });
    return 0;
  }
  for (const row of rows)
    output.say(`${row.name}: ${said(row, dryRun)}${kept(row, config.location.home)}`);
  if (plan.general.length > 0)
    output.say(
      `for all accounts: ${dryRun ? 'would change' : 'changed'} ${plan.general.join(', ')}`,
    );
  return 0;
}

function said({ change, keys }: AccountChange, dryRun: boolean): string {
  if (change === 'unchanged') return change;
  const word = change === 'changed' ? ` ${keys.join(', ')}` : '';
  return `${dryRun ? 'would be ' : ''}${change}${change === 'changed' ? ':' : ''}${word}`;
}

function kept({ change, path }: AccountChange & { path: string | null }, home: string): string {
  return change === 'removed' && path !== null ? `; its mail stays in ${homely(path, home)}` : '';
}
