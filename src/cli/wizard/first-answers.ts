/** A new account, from nothing to what can be tried out: type and address first, then servers and login. */

import { chooseAccountName } from '../../app/accounts/new-account.ts';
import type { Wizard } from './context.ts';
import { whole, withValue, type Draft } from './draft.ts';
import { passwordWords, withUsername } from './fields/login.ts';
import { askPasswordOf, passwordEntry } from './fields/password-questions.ts';
import { addressField, personField } from './fields/sections.ts';
import { receives, sends, type Side } from './fields/server.ts';
import { askServers } from './servers.ts';
import { typeQuestion } from './fields/type.ts';

/** `name` is null where the account is to be called after its address. */
export async function firstAnswers(
  wizard: Wizard,
  start: Draft,
  name: string | null,
): Promise<Draft> {
  const typed = await typeQuestion.ask(wizard, start);
  const addressed = await addressField.ask(wizard, typed);
  const person = await personField.ask(wizard, named(wizard, addressed, name));
  const { draft, notes } = await askServers(wizard, person);
  const side: Side = receives(whole(draft)) ? 'incoming' : 'outgoing';
  const user = await askUserName(wizard, draft, side);
  if (notes.includes('oauth-only')) return askToken(wizard, user, side);
  const needsNone = whole(user)[side]?.auth === 'external';
  if (needsNone || passwordEntry(user, side) !== undefined) return user;
  const app = notes.includes('app-password') || notes.includes('mail-password');
  return askPasswordOf(wizard, user, side, passwordWords(user, side, app));
}

function named({ takenNames }: Wizard, draft: Draft, name: string | null): Draft {
  if (name !== null) return draft;
  return {
    ...draft,
    name: chooseAccountName(undefined, whole(draft).identity?.address, takenNames),
  };
}

async function askUserName(wizard: Wizard, draft: Draft, side: Side): Promise<Draft> {
  const { identity, ...entry } = whole(draft);
  const usual = identity?.address ?? '';
  const username = await wizard.questions.text({
    message: 'User name:',
    value: entry[side]?.username ?? usual,
    fault: (typed) => (typed === '' ? 'A user name is needed.' : undefined),
  });
  return withUsername(draft, side, username);
}

/** This provider refuses passwords: a command that prints an access token is what works. */
async function askToken(wizard: Wizard, draft: Draft, side: Side): Promise<Draft> {
  const by = await wizard.questions.choose('How shall posthorn log in?', [
    {
      value: 'token',
      name: 'by a command that prints an access token (XOAUTH2)',
      description: 'Such as oama, pizauth or mutt_oauth2.py, each set up once in a browser.',
    },
    { value: 'password', name: 'by a password all the same' },
  ]);
  if (by === 'password') return askPasswordOf(wizard, draft, side, passwordWords(draft, side));
  const command = await wizard.questions.text({
    message: 'Command line that prints the token:',
    fault: (typed) => (typed === '' ? 'A command is needed.' : undefined),
  });
  const read = withValue(draft, `${side}.password`, { command });
  const entry = whole(draft);
  const sides: readonly Side[] = [
    ...(receives(entry) ? (['incoming'] as const) : []),
    ...(sends(entry) ? (['outgoing'] as const) : []),
  ];
  return sides.reduce((each, at) => withValue(each, `${at}.auth`, 'xoauth2'), read);
}
