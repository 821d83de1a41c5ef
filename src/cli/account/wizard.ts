/** The wizard of account add and account edit, joined to the real network, the file and the terminal. */

import { refuseLosingMail } from '../../app/accounts/changed-account.ts';
import { discover, type Discovered, type DiscoverOptions } from '../../app/discovery/discover.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { withNewSecrets } from '../../app/passwords/new-secrets.ts';
import { testAccount } from '../../app/account-test/test-account.ts';
import { lookAtCertificates, type Side } from '../../app/accounts/trust-account.ts';
import type { Config } from '../../config/read/config.ts';
import { below, dataOf } from '../../config/edit/edit.ts';
import type { Account } from '../../core/account/account.ts';
import { asPosthornError } from '../../errors.ts';
import { refuseBadFiles } from './files.ts';
import { printTest } from '../account-test/text.ts';
import { showCertificate } from '../commands/account/trust.ts';
import { LayersReached } from '../account-test/layers-reached.ts';
import { previewAccount } from './preview.ts';
import { withSpinner } from '../terminal/spinner.ts';
import { once } from '../once.ts';
import { printable } from '../../printable.ts';
import type { Wizard } from '../wizard/context.ts';
import { intoText, type Draft } from '../wizard/draft.ts';
import { firstAnswers } from '../wizard/first-answers.ts';
import { reviewUntilSaved } from '../wizard/menu.ts';
import { prove } from '../wizard/mend.ts';
import { terminalQuestions } from '../wizard/questions.ts';
import { reachOf } from '../wizard/reach.ts';
import type { Run } from '../world.ts';

export interface WizardOptions {
  /** Look for servers, on the network too. */
  readonly discover: boolean;
  readonly skipTest: boolean;
}

/** From the first question to the draft that is to be saved, or null where the person left. Nothing is stored meanwhile. */
export async function describeNew(
  wizard: Wizard,
  start: Draft,
  name: string | null,
  { skipTest }: WizardOptions,
): Promise<Draft | null> {
  // Asked beforehand: while somebody waits between two questions, the terminal shows what is typed, a password too.
  wizard.keyring().catch(() => undefined);
  const answered = await firstAnswers(wizard, start, name);
  if (skipTest) return reviewUntilSaved(wizard, answered, reachOf(answered));
  const proof = await prove(wizard, answered);
  if (proof.kind === 'leave') return null;
  if (proof.kind === 'untested') return reviewUntilSaved(wizard, proof.draft, reachOf(proof.draft));
  return reviewUntilSaved(wizard, proof.draft, proof.kind === 'good' ? reachOf(proof.draft) : null);
}

/** Opens with the present values; what is reached as before needs no test. */
export async function changePresent(wizard: Wizard, start: Draft): Promise<Draft | null> {
  return reviewUntilSaved(wizard, start, reachOf(start));
}

/** `text` is that of the file. All that is shown goes where the questions are, with --json and --quiet too. */
export function wizardOf(
  { output, ...rest }: Run,
  config: Config,
  neighbours: Neighbours,
  text: string,
  options: WizardOptions,
): Wizard {
  const run = { ...rest, output: output.aside() };
  return {
    questions: terminalQuestions(run),
    cwd: run.world.cwd,
    keyring: once(() => neighbours.secrets.keyringState()),
    discover: async (address, services) =>
      options.discover ? lookFor(run, address, { ispdb: config.settings.ispdb, services }) : null,
    load: (draft) => previewAccount(config, intoText(draft), draft.name),
    check: (draft, account) => checkDraft(run, config, neighbours, draft, account),
    test: (draft, account) => testDraft(run, neighbours, draft, account),
    certificate: (account, side) => shownCertificate(run, account, side),
    accessLists: Object.keys(below(dataOf(text), 'accessLists')),
    takenNames: new Set(config.accounts.keys()),
  };
}

async function lookFor(
  run: Run,
  address: string,
  options: DiscoverOptions,
): Promise<Discovered | null> {
  const { discovery, signal } = run.world;
  try {
    return await withSpinner(run, `Looking for the servers of ${printable(address)} …`, () =>
      discover(address, discovery, signal, options),
    );
  } catch (thrown) {
    signal.throwIfAborted();
    run.output.note(`No servers could be looked for: ${asPosthornError(thrown).message}.`);
    return null;
  }
}

/** As carryOutEdit does it: told there, it would be too late to change anything. */
async function checkDraft(
  run: Run,
  { accounts }: Config,
  neighbours: Neighbours,
  draft: Draft,
  after: Account,
): Promise<void> {
  const before = accounts.get(draft.name) ?? null;
  if (before !== null) await refuseLosingMail(before, after, neighbours);
  const secrets = withNewSecrets(neighbours.secrets, draft.secrets);
  await refuseBadFiles(
    run,
    { before, after, id: draft.id, skipTest: false },
    { ...neighbours, secrets },
  );
}

async function testDraft(run: Run, neighbours: Neighbours, draft: Draft, account: Account) {
  const { signal } = run.world;
  const secrets = withNewSecrets(neighbours.secrets, draft.secrets);
  const reached = new LayersReached(account);
  const result = await withSpinner(run, reached.text(), ({ tell }) =>
    testAccount(account, draft.id, { ...neighbours, secrets }, signal, (direction, { layer }) => {
      reached.done(direction, layer);
      tell(reached.text());
    }),
  );
  signal.throwIfAborted();
  printTest(run.output, result);
  return result;
}

/** Null where none came, and the person has been told why. */
async function shownCertificate(run: Run, account: Account, side: Side): Promise<string | null> {
  const { certificates, signal } = run.world;
  const [seen] = await lookAtCertificates(account, [side], await certificates(), signal);
  signal.throwIfAborted();
  if (seen !== undefined) showCertificate(run, seen);
  return seen?.certificate?.fingerprint ?? null;
}
