/** One account: its mail folder, its passwords, the files that it names. Pure. */

import type { Account } from '../../core/account/account.ts';
import type { SecretRef } from '../../core/account/secret-ref.ts';
import type { KnownAccount, Seen } from '../../ports/inspector.ts';
import { ails, good, shellWord, type Finding } from './finding.ts';
import { ownership, writable, type Owner } from './places.ts';

export interface AccountFacts {
  readonly account: Account;
  /** What the state remembers of it; null where it was never synced. */
  readonly known: KnownAccount | null;
  readonly root: Seen | null;
  /** First word of its `.posthorn`; null where there is none. */
  readonly marker: string | null;
  readonly isEmpty: boolean;
  /** The nearest folder above the root that is there. */
  readonly above: { readonly path: string; readonly seen: Seen } | null;
  /** Another account whose root is the same folder by another path. */
  readonly twin: string | null;
  readonly secrets: readonly SecretFacts[];
  /** Files that the account names and that are not there or not readable: what they are, and the path. */
  readonly missing: readonly {
    readonly key: string;
    readonly path: string;
    readonly why: string;
  }[];
}

export interface SecretFacts {
  readonly side: 'incoming' | 'outgoing';
  readonly ref: SecretRef;
  /** Null: it is there. What a command prints is not tried. */
  readonly trouble: string | null;
}

export function accountFindings(facts: AccountFacts, owner: Owner): Finding[] {
  const found = [
    ...rootFindings(facts, owner),
    ...twin(facts),
    ...polls(facts),
    ...troubles(facts),
    ...facts.secrets.flatMap((each) => secret(facts.account.name, each)),
    ...facts.missing.map(({ key, path, why }) =>
      ails(
        'accounts',
        `the file ${path} (${key}) ${why}`,
        `posthorn account edit ${facts.account.name} --unset ${key}`,
        facts.account.name,
      ),
    ),
  ].map((finding) => ({ ...finding, account: facts.account.name }));
  return found.length > 0 ? found : [good('accounts', 'good', facts.account.name)];
}

function rootFindings(facts: AccountFacts, owner: Owner): Finding[] {
  const { account, root, above, known, marker } = facts;
  const { path } = account;
  if (root === null) {
    if (known?.root === path) return [notMounted(path, 'is missing')];
    return above === null || above.seen.writable
      ? []
      : [
          ails(
            'accounts',
            `${path} cannot be made: ${above.path} cannot be written`,
            look(above.path),
          ),
        ];
  }
  if (root.kind !== 'folder')
    return [
      ails('accounts', `${path} is no folder`, `posthorn account edit ${account.name} --path DIR`),
    ];
  if (marker === null) return unmarked(facts);
  const id = account.id ?? known?.id;
  if (id !== undefined && marker !== id)
    return [
      ails(
        'accounts',
        `the mail folder ${path} belongs to another account (id ${marker}, not ${id})`,
        `posthorn account edit ${account.name} --path DIR`,
      ),
    ];
  return [...ownership('accounts', path, root, owner), ...writable('accounts', path, root, owner)];
}

function unmarked({ account, known, isEmpty }: AccountFacts): Finding[] {
  const { path, name } = account;
  if (known?.root === path) return [notMounted(path, 'has no .posthorn')];
  if (isEmpty) return [];
  return [
    ails(
      'accounts',
      `the mail folder ${path} holds something already that is not posthorn's`,
      `posthorn account edit ${name} --path DIR`,
    ),
  ];
}

function notMounted(path: string, what: string): Finding {
  return ails(
    'accounts',
    `the mail folder ${path} ${what}: its disk is not mounted, or it was moved`,
    `findmnt -T ${shellWord(path)}`,
  );
}

function look(path: string): string {
  return `ls -ld ${shellWord(path)}; findmnt -T ${shellWord(path)}`;
}

function twin({ account, twin: other }: AccountFacts): Finding[] {
  if (other === null) return [];
  return [
    ails(
      'accounts',
      `its mail folder ${account.path} is that of ${other} too, by another path`,
      `posthorn account edit ${account.name} --path DIR`,
    ),
  ];
}

function polls({ account: { name }, known }: AccountFacts): Finding[] {
  if (known === null) return [];
  const { suspended, failures, lastError } = known;
  if (suspended !== null)
    return [ails('accounts', `it is suspended: ${suspended}`, `posthorn account enable ${name}`)];
  if (failures === 0) return [];
  const count =
    failures === 1 ? 'the last poll failed' : `the last ${String(failures)} polls failed`;
  return [ails('accounts', `${count}: ${lastError ?? ''}`, `posthorn account test ${name}`)];
}

/** Mail that stays on the server, or came short, is nobody's news any more after a while: it is said here each time. */
function troubles({ account: { name }, known }: AccountFacts): Finding[] {
  return (known?.troubles ?? []).map(({ folder, kind, messages, reason }) => {
    const where = folder ?? 'INBOX';
    const count = messages === 1 ? 'one message' : `${String(messages)} messages`;
    const remedy = `posthorn sync ${name} --full`;
    if (kind === 'held') return ails('accounts', `${where} is left alone: ${reason}`, remedy);
    const what = kind === 'short' ? 'came shorter than listed' : 'could not be fetched';
    return ails('accounts', `${where}: ${count} ${what} (${reason})`, remedy);
  });
}

function secret(name: string, { side, ref, trouble }: SecretFacts): Finding[] {
  if (trouble === null) return [];
  const out = side === 'outgoing' ? ' --out' : '';
  const what = `the password of the ${side} server: ${trouble}`;
  switch (ref.kind) {
    case 'env':
      return [ails('accounts', what, `Set ${ref.variable} where posthorn is started.`)];
    case 'file':
      return [ails('accounts', what, `install -m 600 /dev/stdin ${shellWord(ref.path)}`)];
    case 'command':
      return [ails('accounts', what, `posthorn account test ${name}`)];
    default:
      return [ails('accounts', what, `posthorn account passwd ${name}${out}`)];
  }
}
