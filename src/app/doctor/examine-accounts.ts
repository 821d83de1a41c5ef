/** Looks at what each account rests on: its mail folder and disk, where its passwords come from, the files it names. */

import type { Account } from '../../core/account/account.ts';
import type { SecretRef } from '../../core/account/secret-ref.ts';
import { asPosthornError } from '../../errors.ts';
import type { KnownAccount, Seen } from '../../ports/inspector.ts';
import { mapBounded } from '../bounded.ts';
import { accountFindings, type AccountFacts, type SecretFacts } from './accounts.ts';
import { ails, type Finding } from './finding.ts';
import { octal, shellWord } from './finding.ts';
import type { Owner } from './places.ts';
import { spaceFinding } from './space.ts';
import { above, below, knownBy, quietLook, type View } from './view.ts';

const atOnce = 64;

export async function examineAccounts(
  view: View,
  owner: Owner,
  known: readonly KnownAccount[],
): Promise<Finding[]> {
  const used = view.accounts.filter(({ enabled }) => enabled);
  const knownOf = knownBy(view.config?.accounts.values() ?? view.accounts, known);
  const seen = new Seens(view);
  const roots = await mapBounded(used, atOnce, (account) => seen.root(account));
  const twins = twinsOf(used, roots);
  const rootOf = new Map(used.map((account, at) => [account, roots[at] ?? null]));
  const findings = await mapBounded(used, atOnce, async (account) => {
    const root = rootOf.get(account) ?? null;
    if (root instanceof Error) return [unseen(account, root)];
    const facts = await factsOf(view, account, knownOf(account), root, seen);
    return accountFindings({ ...facts, twin: twins.get(account.name) ?? null }, owner);
  });
  return [...(await spaces(view, used, roots)), ...findings.flat()];
}

function unseen({ name, path }: Account, error: Error): Finding {
  const { message, remedy } = asPosthornError(error);
  return ails('accounts', message, remedy ?? `ls -ld ${shellWord(path)}`, name);
}

/** A disk that did not answer once is not asked again for the next thousand accounts on it. */
class Seens {
  readonly #view: View;
  readonly #folders = new Map<string, Promise<unknown>>();
  readonly #programs = new Map<string, Promise<boolean>>();

  constructor(view: View) {
    this.#view = view;
  }

  async root({ path }: Account): Promise<Seen | null | Error> {
    const { inspector } = this.#view;
    const parent = above(path);
    try {
      const first = this.#folders.get(parent) ?? inspector.look(parent);
      this.#folders.set(parent, first);
      await first;
      return await inspector.look(path);
    } catch (error) {
      return asPosthornError(error);
    }
  }

  /** On PATH, or at its own path. */
  program(name: string): Promise<boolean> {
    const asked = this.#programs.get(name) ?? this.#find(name);
    this.#programs.set(name, asked);
    return asked;
  }

  async #find(name: string): Promise<boolean> {
    const { inspector, env } = this.#view;
    const path = env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
    const folders = path.split(':').filter((folder) => folder.startsWith('/'));
    const places = name.includes('/') ? [name] : folders.map((folder) => below(folder, name));
    const found = await Promise.all(places.map((each) => quietLook(inspector, each)));
    return found.some((each) => each?.kind === 'file' && (each.mode & 0o111) !== 0);
  }
}

function twinsOf(
  accounts: readonly Account[],
  roots: readonly (Seen | null | Error)[],
): Map<string, string> {
  const first = new Map<string, string>();
  const twins = new Map<string, string>();
  for (const [at, { name }] of accounts.entries()) {
    const root = roots[at];
    if (root === undefined || root === null || root instanceof Error) continue;
    const other = first.get(root.identity);
    if (other === undefined) first.set(root.identity, name);
    else twins.set(name, other);
  }
  return twins;
}

async function spaces(
  { inspector }: View,
  accounts: readonly Account[],
  roots: readonly (Seen | null | Error)[],
): Promise<Finding[]> {
  const disks = new Map<string, string>();
  for (const [at, { path }] of accounts.entries()) {
    const root = roots[at];
    if (root !== undefined && root !== null && !(root instanceof Error) && !disks.has(root.device))
      disks.set(root.device, path);
  }
  const found = await mapBounded([...disks.values()], atOnce, async (path) => {
    const free = await inspector.free(path).catch(() => null);
    return free === null ? [] : [spaceFinding('accounts', path, free)];
  });
  return found.flat();
}

async function factsOf(
  view: View,
  account: Account,
  known: KnownAccount | null,
  root: Seen | null,
  seen: Seens,
): Promise<Omit<AccountFacts, 'twin'>> {
  const { inspector } = view;
  const marker = root === null ? null : await inspector.text(below(account.path, '.posthorn'));
  const names =
    root?.kind !== 'folder' || marker !== null ? [] : await inspector.names(account.path);
  return {
    account,
    known,
    root,
    marker: marker === null ? null : (/^\S*/.exec(marker)?.[0] ?? ''),
    isEmpty: (names ?? []).length === 0,
    above: root === null ? await nearestAbove(view, account.path) : null,
    secrets: await secretsOf(view, account, known, seen),
    missing: await missingFiles(view, account),
  };
}

async function nearestAbove({ inspector }: View, path: string): Promise<AccountFacts['above']> {
  for (let at = above(path); ; at = above(at)) {
    const seen = await quietLook(inspector, at);
    if (seen !== null) return { path: at, seen };
    if (at === '/') return null;
  }
}

/** The other server's password is mostly the same one. */
async function secretsOf(
  view: View,
  account: Account,
  known: KnownAccount | null,
  seen: Seens,
): Promise<SecretFacts[]> {
  const { incoming, outgoing, receive, send } = account;
  const id = account.id ?? known?.id;
  const found: SecretFacts[] = [];
  const own = outgoing?.credentials === 'own' ? outgoing.password : undefined;
  for (const [side, ref, used] of [
    ['incoming', incoming?.password, receive || outgoing?.credentials === 'same'],
    ['outgoing', own === incoming?.password ? undefined : own, send],
  ] as const)
    if (ref !== undefined && used)
      found.push({
        side,
        ref,
        trouble: await secretTrouble(view, ref, `${id ?? ''}.${side}`, seen),
      });
  return found;
}

/** A secret is never read, and a command never run: `account test` does that. */
async function secretTrouble(
  view: View,
  ref: SecretRef,
  storedName: string,
  seen: Seens,
): Promise<string | null> {
  switch (ref.kind) {
    case 'env':
      return (view.env[ref.variable] ?? '') === '' ? `${ref.variable} is not set` : null;
    case 'file':
      return fileTrouble(view, ref.path);
    case 'command': {
      const program = programOf(ref.command);
      if (program === null || (await seen.program(program))) return null;
      return `there is no program ${program}`;
    }
    case 'stored':
      return (await quietLook(
        view.inspector,
        below(view.location.places.secretsDir, storedName),
      )) === null
        ? 'none is stored'
        : null;
    default:
      return null;
  }
}

async function fileTrouble({ inspector }: View, path: string): Promise<string | null> {
  const found = await inspector.look(path);
  if (found === null) return `the file ${path} does not exist`;
  if (found.kind === 'folder') return `${path} is a folder`;
  if ((found.mode & 0o077) === 0) return null;
  return `the file ${path} can be read by others (mode ${octal(found.mode)})`;
}

/** The first word of a command; null where the shell has more to say about it. */
function programOf(command: string | readonly string[]): string | null {
  if (typeof command !== 'string') return command[0] ?? null;
  const first = /^\s*([\w@%+:,./-]+)(?:\s|$)/.exec(command)?.[1] ?? null;
  return first !== null && shellWords.has(first) ? null : first;
}

/** Built into the shell, or its grammar. */
const shellWords = new Set(
  'cat . cd case command echo eval exec export for if printf read set test true umask unset until while'.split(
    ' ',
  ),
);

async function missingFiles(
  { inspector }: View,
  account: Account,
): Promise<AccountFacts['missing']> {
  const named = (['incoming', 'outgoing'] as const).flatMap((side) =>
    (['ca', 'cert', 'key'] as const).map(
      (key) => [`${side}.tls.${key}`, account[side]?.tls[key]] as const,
    ),
  );
  const found = await Promise.all(
    named.map(async ([key, path]) => {
      if (path === undefined) return [];
      const text = await inspector.text(path).catch((error: unknown) => error as Error);
      if (text === null) return [{ key, path, why: 'does not exist' }];
      return text instanceof Error ? [{ key, path, why: 'cannot be read' }] : [];
    }),
  );
  return found.flat();
}
