/** What the wizard described, saved: a new account, or the changes of a present one. Until then nothing is stored anywhere. */

import { bindAccount } from '../app/bind-account.ts';
import type { Neighbours } from '../app/neighbours.ts';
import { chooseAccountId, chooseAccountName } from '../app/new-account.ts';
import { replaceSecrets } from '../app/new-secrets.ts';
import type { Config } from '../config/config.ts';
import { defaultsIn } from '../config/defaults.ts';
import { below, dataOf } from '../config/edit.ts';
import { readConfigFile } from '../config/load.ts';
import type { AccountEntry } from '../config/schema.ts';
import type { Account } from '../core/account.ts';
import { changesAnything } from './account-changes.ts';
import type { AccountFlags } from './account-options.ts';
import { changePresent, describeNew, wizardOf, type WizardOptions } from './account-wizard.ts';
import { carryOutEdit } from './carry-out-edit.ts';
import { changeConfig } from './edit-session.ts';
import { canAsk } from './prompt.ts';
import { tellAdded } from './tell-added.ts';
import { intoText, isUnchanged, type Draft } from './wizard/draft.ts';
import type { Run } from './world.ts';

/** Without a word about the account itself, where somebody can answer. */
export function opensWizard(
  run: Run,
  { default: _default, ...flags }: AccountFlags,
  unset: readonly string[],
): boolean {
  return canAsk(run) && !changesAnything(flags, unset);
}

/** Resolves with the exit status. `name` is null where the account is to be called after its address. */
export async function addByWizard(
  run: Run,
  config: Config,
  neighbours: Neighbours,
  name: string | undefined,
  options: WizardOptions,
): Promise<number> {
  const taken = new Set(config.accounts.keys());
  const given = name === undefined ? null : chooseAccountName(name, undefined, taken);
  const { text } = await readConfigFile(config.path);
  run.output.note('A new account. Ctrl-C leaves at any time, and nothing is saved then.\n');
  const wizard = wizardOf(run, config, neighbours, text, options);
  const start: Draft = {
    name: given ?? 'new',
    id: chooseAccountId(config.accounts.values(), neighbours),
    entry: {},
    before: null,
    defaults: defaultsIn(text),
    secrets: [],
    isDefault: config.accounts.size === 0,
    wasDefault: false,
  };
  const draft = await untilLeft(run, () => describeNew(wizard, start, given, options));
  if (draft === null) return nothingSaved(run);
  return saveNew(run, config, neighbours, { ...draft, entry: { id: draft.id, ...draft.entry } });
}

async function saveNew(
  run: Run,
  config: Config,
  neighbours: Neighbours,
  draft: Draft,
): Promise<number> {
  let saved: Config | null = null;
  await replaceSecrets(neighbours.secrets, draft.secrets, async () => {
    saved = await changeConfig(config, neighbours, intoText(draft));
  });
  const account = (saved as Config | null)?.accounts.get(draft.name);
  if (account !== undefined) await tellAdded(run, account, draft.id, config);
  return 0;
}

export async function editByWizard(
  run: Run,
  config: Config,
  neighbours: Neighbours,
  account: Account,
  options: WizardOptions,
): Promise<number> {
  const { text } = await readConfigFile(config.path);
  const { id } = await bindAccount(account, neighbours);
  const entry = below(below(dataOf(text), 'accounts'), account.name) as AccountEntry;
  const isDefault = config.defaultAccount === account.name;
  const start: Draft = {
    name: account.name,
    id,
    entry,
    before: entry,
    defaults: defaultsIn(text),
    secrets: [],
    isDefault,
    wasDefault: isDefault,
  };
  const wizard = wizardOf(run, config, neighbours, text, options);
  const draft = await untilLeft(run, () => changePresent(wizard, start));
  if (draft === null || isUnchanged(draft)) return nothingSaved(run);
  return carryOutEdit(run, config, neighbours, {
    edit: intoText(draft),
    secrets: new Map(draft.secrets.length === 0 ? [] : [[draft.name, draft.secrets]]),
    // What it changed of the way to the servers was tested there, or saved untested on purpose.
    skipTest: true,
    filesAreChecked: true,
  });
}

/** Ctrl-C in the middle is told as what it is. */
async function untilLeft<T>(run: Run, talk: () => Promise<T>): Promise<T> {
  try {
    return await talk();
  } finally {
    if (run.world.signal.aborted) nothingSaved(run);
  }
}

function nothingSaved(run: Run): number {
  run.output.note('Nothing was saved.');
  return 0;
}
