/** After a failed test: what is likely to help is offered, and carried out in the draft. Nothing typed is lost. */

import { notesOf, repairsFor, type Repair } from '../../app/account-test/repairs.ts';
import type { AccountTest } from '../../app/account-test/account-test.ts';
import type { Account } from '../../core/account/account.ts';
import type { SecretRef } from '../../core/account/secret-ref.ts';
import { printable } from '../../printable.ts';
import type { Wizard } from './context.ts';
import { ownValue, withValue, type Draft } from './draft.ts';
import { loaded } from './holds.ts';
import { passwordWords, withOutgoingLogin, withUsername } from './fields/login.ts';
import {
  askPasswordOf,
  passwordEntry,
  placeOf,
  typePassword,
} from './fields/password-questions.ts';
import type { Choice } from './questions.ts';
import { serverFields, type Side } from './fields/server.ts';
import { withReach } from './servers.ts';
import { withType } from './fields/type.ts';

/** menu: the person wants to change something else. */
export type Proof =
  | { readonly kind: 'good' | 'menu' | 'untested'; readonly draft: Draft }
  | { readonly kind: 'leave' };

type Step = { readonly kind: 'repair'; readonly repair: Repair } | { readonly kind: Other };
type Other = 'again' | 'menu' | 'untested' | 'leave';

/** Tests, and after each repair again, until both servers let us in or the person wants something else. */
export async function prove(wizard: Wizard, start: Draft): Promise<Proof> {
  let draft = start;
  for (;;) {
    const account = await loaded(wizard, draft);
    if (account === null) return { kind: 'menu', draft };
    const test = await wizard.test(draft, account);
    if (test.servers.every(({ error }) => error === null)) return { kind: 'good', draft };
    const step = await chooseStep(wizard, test, account);
    if (step.kind === 'leave') return { kind: 'leave' };
    if (step.kind === 'menu' || step.kind === 'untested') return { kind: step.kind, draft };
    if (step.kind === 'repair') draft = await carryOut(wizard, draft, account, step.repair);
  }
}

async function chooseStep(
  { questions }: Wizard,
  { servers }: AccountTest,
  account: Account,
): Promise<Step> {
  const repairs = repairsFor(servers, account);
  const choices: Choice<Step>[] = repairs.map((repair) => ({
    value: { kind: 'repair', repair },
    name: repairText(repair, account),
  }));
  const others: Choice<Step>[] = [
    { value: { kind: 'again' }, name: 'Try once more' },
    { value: { kind: 'menu' }, name: 'Change something else' },
    { value: { kind: 'untested' }, name: 'Save it untested' },
    { value: { kind: 'leave' }, name: 'Leave; nothing is saved' },
  ];
  return questions.choose('What now?', [...choices, ...others]);
}

function repairText(repair: Repair, account: Account): string {
  switch (repair.kind) {
    case 'password':
      return repair.app
        ? 'Enter an app password, made on the web site of the provider'
        : `${passwordText(account[repair.side]?.password)}${sideText(repair.side)}`;
    case 'username':
      return `Try the user name ${printable(repair.username)}${sideText(repair.side)}`;
    case 'reach':
      return `Try port ${String(repair.port)} with ${repair.security === 'tls' ? 'TLS' : 'STARTTLS'}${sideText(repair.side)}`;
    case 'port':
      return `Enter another port than ${String(account[repair.side]?.port ?? '')}${sideText(repair.side)}`;
    case 'host':
      return `Enter another host than ${printable(account[repair.side]?.host ?? '')}`;
    case 'type':
      return `Make it an account for ${repair.type.toUpperCase()}`;
    case 'trust':
      return `Trust the certificate of ${printable(account[repair.side]?.host ?? '')} on purpose`;
    case 'method':
      return `Let the login choose its method${sideText(repair.side)}`;
    case 'credentials':
      return repair.credentials === 'own'
        ? 'Enter a user name and a password of its own for sending'
        : 'Send without a login';
  }
}

/** One that posthorn does not keep is mended where it comes from. */
function passwordText(password: SecretRef | undefined): string {
  const isTyped = password === undefined || ['stored', 'keyring'].includes(password.kind);
  return isTyped ? 'Enter the password again' : 'Say anew where the password comes from';
}

function sideText(side: Side): string {
  return side === 'outgoing' ? ', for sending' : '';
}

async function carryOut(
  wizard: Wizard,
  draft: Draft,
  account: Account,
  repair: Repair,
): Promise<Draft> {
  switch (repair.kind) {
    case 'password':
      return retype(wizard, draft, account, repair);
    case 'username':
      return withUsername(draft, repair.side, repair.username);
    case 'reach':
      return withReach(draft, repair.side, repair.security, repair.port);
    case 'port':
    case 'host': {
      const key = `${repair.side}.${repair.kind}`;
      const field = serverFields(repair.side).find((each) => each.key === key);
      return (await field?.ask(wizard, draft)) ?? draft;
    }
    case 'type':
      return withTypeThere(draft, account, repair.type);
    case 'trust':
      return trust(wizard, draft, account, repair.side);
    case 'method':
      return withValue(draft, `${repair.side}.auth`, 'auto');
    case 'credentials':
      return withOutgoingLogin(
        wizard,
        withValue(draft, 'outgoing.credentials', repair.credentials),
      );
  }
}

function retype(
  wizard: Wizard,
  draft: Draft,
  account: Account,
  { side, app }: { readonly side: Side; readonly app: boolean },
): Promise<Draft> {
  const server = account[side];
  const isApp = app || (server !== undefined && notesOf(server).includes('app-password'));
  const words = passwordWords(draft, side, isApp);
  const place = placeOf(passwordEntry(draft, side));
  return place === 'keyring' || place === 'stored'
    ? typePassword(wizard, draft, side, place, words)
    : askPasswordOf(wizard, draft, side, words);
}

/** At the port where that type has answered. */
function withTypeThere(draft: Draft, { incoming }: Account, type: Account['type']): Draft {
  const changed = withType(draft, type);
  if (incoming === undefined) return changed;
  return withReach(changed, 'incoming', incoming.security, incoming.port);
}

/** Only a person can know that it is the right one; what a pin means is said first. */
async function trust(wizard: Wizard, draft: Draft, account: Account, side: Side): Promise<Draft> {
  const { questions } = wizard;
  const fingerprint = await wizard.certificate(account, side);
  if (fingerprint === null) return draft;
  questions.say('Compare it with what the provider says. Pinned, this one alone is accepted.');
  const agreed = await questions.yes('Is it the right one?', false);
  const key = `${side}.tls.fingerprint`;
  return agreed && ownValue(draft, key) !== fingerprint
    ? withValue(draft, key, fingerprint)
    : draft;
}
