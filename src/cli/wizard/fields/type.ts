/** IMAP or POP3, and what goes with it: another type wants another server, and other settings. */

import type { AccountType } from '../../../core/account/account.ts';
import type { Wizard } from '../context.ts';
import { ownValue, whole, withValue, type Draft } from '../draft.ts';
import { choiceField, type Field } from './kinds.ts';
import { portOf, receives, serverFields, usualPortOf } from './server.ts';
import { askServer, askServers } from '../servers.ts';
import { printable } from '../../../printable.ts';

/** The question alone, for an account that has no server yet. */
export const typeQuestion = choiceField<AccountType>({
  key: 'type',
  label: 'Type',
  builtIn: 'imap',
  choices: [
    { value: 'imap', name: 'IMAP', description: 'New mail of all folders of the account.' },
    { value: 'pop3', name: 'POP3', description: 'The inbox alone.' },
  ],
});

export const typeField: Field = {
  ...typeQuestion,
  ask: async (wizard, draft) => {
    const changed = await typeQuestion.ask(wizard, draft);
    const [before, after] = [typeOf(draft), typeOf(changed)];
    if (before === after) return draft;
    return askServerOf(wizard, withType(draft, after));
  },
};

function typeOf(draft: Draft): AccountType {
  return whole(draft).type ?? 'imap';
}

const deletions = ['sync.onLocalDelete', 'sync.onRemoteDelete'];

/** What is deleted means another thing to each type: it is chosen anew. */
const ofTheOther: Readonly<Record<AccountType, readonly string[]>> = {
  imap: ['incoming.leaveOnServer', ...deletions],
  pop3: [
    ...['idle', 'backgroundSync', 'createSystemFolders', 'maxConnections'].map(
      (key) => `incoming.${key}`,
    ),
    ...['direction', 'maxAge', 'folders', 'perFolder'].map((key) => `sync.${key}`),
    ...deletions,
  ],
};

/** Without what the type does not have; a port follows where it was the usual one of the other type. */
export function withType(draft: Draft, type: AccountType): Draft {
  const security = whole(draft).incoming?.security ?? 'tls';
  const usual = usualPortOf('incoming', whole(draft), security);
  const gone = [
    ...ofTheOther[type],
    ...(type === 'imap' && ownValue(draft, 'incoming.auth') === 'apop' ? ['incoming.auth'] : []),
    ...(ownValue(draft, 'incoming.port') === usual ? ['incoming.port'] : []),
  ];
  const bare = gone.reduce((each, key) => withValue(each, key, undefined), draft);
  const inherited = whole(withValue(bare, 'type', undefined)).type ?? 'imap';
  return withValue(bare, 'type', type === inherited ? undefined : type);
}

type Next = 'look' | 'enter' | 'keep';

/** Providers mostly have a host of its own for each type. */
async function askServerOf(wizard: Wizard, draft: Draft): Promise<Draft> {
  const entry = whole(draft);
  const host = entry.incoming?.host;
  if (!receives(entry) || host === undefined) return draft;
  const type = typeOf(draft).toUpperCase();
  const next = await wizard.questions.choose<Next>(`Which server for ${type}?`, [
    { value: 'look', name: 'Look for it, by the address' },
    { value: 'enter', name: 'Enter it' },
    { value: 'keep', name: `Keep ${printable(host)}, port ${String(portOf('incoming', entry))}` },
  ]);
  if (next === 'keep') return draft;
  if (next === 'enter') return askServer(wizard, draft, 'incoming');
  const keys = serverFields('incoming').map(({ key }) => key);
  const bare = keys.reduce((each, key) => withValue(each, key, undefined), draft);
  return (await askServers(wizard, bare)).draft;
}
