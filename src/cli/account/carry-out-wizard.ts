/** What the wizard described, saved: a new account, or the changes of a present one. Until then nothing is stored anywhere. */

import { bindAccount } from '../../app/accounts/bind-account.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { chooseAccountId } from '../../app/accounts/new-account.ts';
import { replaceSecrets } from '../../app/passwords/new-secrets.ts';
import type { Config } from '../../config/read/config.ts';
import { defaultsIn } from '../../config/read/defaults.ts';
import { below, dataOf } from '../../config/edit/edit.ts';
import { readConfigFile } from '../../config/read/find.ts';
import type { AccountEntry } from '../../config/schema/schema.ts';
import type { Account } from '../../core/account/account.ts';
import { changesAnything } from './changes.ts';
import type { AccountFlags } from './options.ts';
import { changePresent, describeNew, wizardOf, type WizardOptions } from './wizard.ts';
import { carryOutEdit } from './carry-out-edit.ts';
import { changeConfig } from '../edit-session.ts';
import { canAsk } from '../terminal/prompt.ts';
import { tellAdded } from './tell-added.ts';
import { intoText, isUnchanged, type Draft } from '../wizard/draft.ts';
import type { Run } from '../world.ts';

/** Without a word about the new account itself, where somebody can answer; `--default` only says what it is to be. */
export function opensWizard(run: Run, { default: _default, ...flags }: AccountFlags): boolean {
  return canAsk(run) && !changesAnything(flags, []);
}

export interface AddByWizard extends WizardOptions {
  /** Null where the account is to be called after its address. */
  readonly name: string | null;
  readonly isDefault: boolean;
}

/** Resolves with the exit status. */
export async function addByWizard(
  run: Run,
  config: Config,
  neighbours: Neighbours,
  options: AddByWizard,
): Promise<number> {
  const { name } = options;
  const { text } = await readConfigFile(config.path);
  run.output.note('A new account. Ctrl-C leaves at any time, and nothing is saved then.\n');
  const wizard = wizardOf(run, config, neighbours, text, options);
  const start: Draft = {
    name: name ?? 'new',
    id: chooseAccountId(config.accounts.values(), neighbours),
    entry: {},
    before: null,
    defaults: defaultsIn(text),
    secrets: [],
    isDefault: options.isDefault || config.accounts.size === 0,
    wasDefault: false,
  };
  const draft = await untilLeft(run, () => describeNew(wizard, start, name, options));
  if (draft === null) return nothingSaved(run, 'added');
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
  if (draft === null || isUnchanged(draft)) return nothingSaved(run, 'changed');
  return carryOutEdit(run, config, neighbours, {
    edit: intoText(draft),
    secrets: new Map(draft.secrets.length === 0 ? [] : [[draft.name, draft.secrets]]),
    // What it changed of the way to the servers was tested there, or saved untested on purpose.
    skipTest: true,
    isChecked: true,
  });
}

/** Ctrl-C in the middle is told as what it is. */
async function untilLeft<T>(run: Run, talk: () => Promise<T>): Promise<T> {
  try {
    return await talk();
  } finally {
    if (run.world.signal.aborted) run.output.note(nothing);
  }
}

const nothing = 'Nothing was saved.';

function nothingSaved({ output }: Run, what: 'added' | 'changed'): number {
  output.note(nothing);
  if (output.json) output.document({ [what]: null });
  return 0;
}
