/** Who logs in to the two servers, and by what. */

import { credentialsOf } from '../../../config/read/resolve-account.ts';
import { authWords, type AccountEntry } from '../../../config/schema/schema.ts';
import type { Wizard } from '../context.ts';
import { inheritedValue, ownValue, whole, withSecret, withValue, type Draft } from '../draft.ts';
import { choiceField, presentText, textField, type Field } from './kinds.ts';
import { askPasswordOf, passwordText, type PasswordWords } from './password-questions.ts';
import { receives, sends, withConsent, type Side } from './server.ts';

export function loginFields(): Field[] {
  return [
    textField({
      key: 'incoming.username',
      label: 'User name',
      otherwise: (entry) => entry.identity?.address ?? 'the address',
      applies: receives,
    }),
    passwordField('incoming', 'Password', receives),
    authField('incoming', 'Method', receives),
    credentialsField(),
    textField({
      key: 'outgoing.username',
      label: 'User name (outgoing)',
      otherwise: (entry) => entry.identity?.address ?? 'the address',
      applies: hasOwnLogin,
    }),
    passwordField('outgoing', 'Password (outgoing)', hasOwnLogin),
    authField('outgoing', 'Method (outgoing)', (entry) => sends(entry) && !hasNoLogin(entry)),
  ];
}

/** The address goes without saying, unless the defaults name somebody else. */
export function withUsername(draft: Draft, side: Side, username: string): Draft {
  const usual = inheritedValue(draft, `${side}.username`) ?? whole(draft).identity?.address;
  return withValue(draft, `${side}.username`, username === usual ? undefined : username);
}

function hasOwnLogin(entry: AccountEntry): boolean {
  return sends(entry) && credentialsOf(entry.outgoing ?? {}) === 'own';
}

function hasNoLogin(entry: AccountEntry): boolean {
  return credentialsOf(entry.outgoing ?? {}) === 'none';
}

function passwordField(
  side: Side,
  label: string,
  applies: (entry: AccountEntry) => boolean,
): Field {
  return {
    key: `${side}.password`,
    label,
    applies: (entry) => applies(entry) && entry[side]?.auth !== 'external',
    text: (draft) => passwordText(draft, side),
    ask: (wizard, draft) => askPasswordOf(wizard, draft, side, passwordWords(draft, side)),
  };
}

export function passwordWords(draft: Draft, side: Side, app = false): PasswordWords {
  const entry = whole(draft);
  const of = entry[side]?.username ?? entry.identity?.address ?? draft.name;
  return { of, what: app ? 'App password' : 'Password' };
}

const methodWords: Readonly<Record<string, string>> = {
  auto: 'the best that the server offers',
  plain: 'the password itself',
  login: 'the password itself, the older way',
  apop: 'a digest; POP3 alone, the password stays here',
  'cram-md5': 'a digest; the password stays here',
  'scram-sha-1': 'both sides prove that they know it',
  'scram-sha-256': 'both sides prove that they know it',
  xoauth2: 'an access token in place of the password (Google, Microsoft)',
  oauthbearer: 'an access token in place of the password',
  external: 'the client certificate; no password',
};

function authField(side: Side, label: string, applies: (entry: AccountEntry) => boolean): Field {
  const key = `${side}.auth`;
  const kind = (words: readonly string[]): Field =>
    choiceField<string>({
      key,
      label,
      builtIn: 'auto',
      choices: words.map((value) => ({ value, name: value, description: methodWords[value] })),
    });
  return {
    key,
    label,
    applies,
    text: (draft) => presentText(draft, key, 'auto'),
    ask: async (wizard, draft) => {
      const isPop3 = side === 'incoming' && whole(draft).type === 'pop3';
      const changed = await kind(isPop3 ? [...authWords, 'apop'] : authWords).ask(wizard, draft);
      return withConsent(wizard.questions, changed, side);
    },
  };
}

function credentialsField(): Field {
  const field = choiceField({
    key: 'outgoing.credentials',
    label: 'Login for sending',
    builtIn: 'same',
    applies: sends,
    choices: [
      { value: 'same', name: 'same', description: 'Name and password of the incoming server.' },
      { value: 'own', name: 'own', description: 'A name and a password of its own.' },
      { value: 'none', name: 'none', description: 'The server lets this machine send as it is.' },
    ],
  });
  return {
    ...field,
    text: (draft) => credentialsOf(whole(draft).outgoing ?? {}),
    ask: async (wizard, draft) => {
      const changed = await field.ask(wizard, draft);
      return await withOutgoingLogin(wizard, changed);
    },
  };
}

/** `own` needs both, the others neither. */
export async function withOutgoingLogin(wizard: Wizard, draft: Draft): Promise<Draft> {
  const chosen = ownValue(draft, 'outgoing.credentials') ?? whole(draft).outgoing?.credentials;
  if (chosen !== 'own') {
    const keys = ['outgoing.username', 'outgoing.password'];
    const bare = keys.reduce((each, key) => withValue(each, key, undefined), draft);
    return withSecret(bare, 'outgoing', null);
  }
  const named = await loginFields()
    .find(({ key }) => key === 'outgoing.username')
    ?.ask(wizard, draft);
  const asked = named ?? draft;
  return askPasswordOf(wizard, asked, 'outgoing', passwordWords(asked, 'outgoing'));
}
