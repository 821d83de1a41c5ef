/** What two-way sync may say in an account of its type, and what of it contradicts the rest. */
import type { Fault, Say } from './fault.ts';
import type { AccountEntry } from './schema.ts';
import type { SyncEntry } from './sync.ts';

/** `entry` has its defaults merged in, `own` is what stands in the account itself. */
export function checkSync(entry: AccountEntry, own: AccountEntry, say: Say): Fault[] {
  return entry.type === 'pop3'
    ? [...checkPop3Keys(own.sync, say), ...checkPop3Deletions(entry, say)]
    : checkImapWords(entry.sync, say);
}

/** POP3 has one folder, and tells no dates (RFC 1939). */
const imapKeys = ['direction', 'maxAge', 'folders', 'perFolder'] as const;

function checkPop3Keys(own: SyncEntry | undefined, say: Say): Fault[] {
  const foreign = imapKeys.filter((key) => own?.[key] !== undefined);
  const faults = foreign.map((key) =>
    say(['sync', key], 'is for IMAP; this account is POP3', 'Remove the key.'),
  );
  if (own?.onLocalDelete !== 'trash') return faults;
  const remedy = 'Use `onLocalDelete: keep` or `onLocalDelete: delete`.';
  return [...faults, say(['sync', 'onLocalDelete'], 'cannot be trash: POP3 has none', remedy)];
}

function checkPop3Deletions({ incoming, sync }: AccountEntry, say: Say): Fault[] {
  const leaves = incoming?.leaveOnServer ?? true;
  const { onLocalDelete = 'keep', onRemoteDelete = 'keep' } = sync ?? {};
  const faults: Fault[] = [];
  if (onLocalDelete !== 'keep' && leaves === true)
    faults.push(
      say(
        ['sync', 'onLocalDelete'],
        `cannot be ${onLocalDelete} with \`incoming.leaveOnServer: true\`, which deletes nothing there`,
        'Set `leaveOnServer` to a time such as 30d, or use `onLocalDelete: keep`.',
      ),
    );
  if (onRemoteDelete !== 'keep' && leaves !== true)
    faults.push(
      say(
        ['sync', 'onRemoteDelete'],
        `cannot be ${onRemoteDelete} unless \`incoming.leaveOnServer\` is true: what posthorn deletes there would go here too`,
        'Use `onRemoteDelete: keep`.',
      ),
    );
  return faults;
}

function checkImapWords(sync: SyncEntry | undefined, say: Say): Fault[] {
  const places = [
    { path: ['sync'], policy: sync },
    ...(sync?.perFolder ?? []).map((policy, at) => ({
      path: ['sync', 'perFolder', String(at)],
      policy,
    })),
  ];
  return places
    .filter(({ policy }) => policy?.onLocalDelete === 'delete')
    .map(({ path }) =>
      say(
        [...path, 'onLocalDelete'],
        'cannot be delete: that is for POP3; this account is IMAP',
        'Use `onLocalDelete: trash` or `onLocalDelete: expunge`.',
      ),
    );
}
