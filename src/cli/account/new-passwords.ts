/** The passwords that account add and edit are given: from standard input, one a line, or asked for on a terminal. */

import { bindAccount } from '../../app/accounts/bind-account.ts';
import { keptPlace, movedSecret, placeFor } from '../../app/passwords/kept-places.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import type { NewSecret } from '../../app/passwords/new-secrets.ts';
import { requireKeyring } from '../../app/passwords/require-keyring.ts';
import type { Account } from '../../core/account/account.ts';
import { UsageError } from '../../errors.ts';
import type { SecretOwner } from '../../ports/accounts/secrets.ts';
import type { AccountFlags } from './options.ts';
import { askPassword, canAsk } from '../terminal/prompt.ts';
import { readPasswordLines } from '../terminal/standard-input.ts';
import { printable } from '../../printable.ts';
import type { Run } from '../world.ts';

type Server = SecretOwner['server'];
const servers: readonly Server[] = ['incoming', 'outgoing', 'certificate'];

/** What was said about this server's password, as far as posthorn is to keep it. */
interface Wish {
  readonly stdin: boolean;
  /** Undefined: nothing was said about the place. */
  readonly keyring: boolean | undefined;
}

function wishFor(flags: AccountFlags, server: Server): Wish {
  switch (server) {
    case 'incoming':
      return { stdin: flags.passwordStdin === true, keyring: flags.passwordKeyring };
    case 'outgoing':
      return { stdin: flags.outPasswordStdin === true, keyring: flags.outPasswordKeyring };
    case 'certificate':
      return {
        stdin: flags.certificatePasswordStdin === true,
        keyring: flags.certificatePasswordKeyring,
      };
  }
}

export function usesKeyring(flags: AccountFlags): boolean {
  return servers.some((server) => wishFor(flags, server).keyring === true);
}

/** By server; the incoming one's comes first, that of the certificate last. */
async function fromStandardInput(
  { world }: Run,
  flags: AccountFlags,
): Promise<Map<Server, string>> {
  const wanted = servers.filter((server) => wishFor(flags, server).stdin);
  if (wanted.length === 0) return new Map();
  const lines = await readPasswordLines(world.stdin, wanted.length, world.signal);
  return new Map(wanted.map((server, at) => [server, lines[at] ?? '']));
}

export interface Asked {
  /** With what was asked for, so that the account says where it is kept. */
  readonly flags: AccountFlags;
  readonly secrets: readonly (Pick<NewSecret, 'secret' | 'place'> & { readonly server: Server })[];
}

/** For a new account: what is missing is asked for. */
export async function passwordsFor(run: Run, name: string, flags: AccountFlags): Promise<Asked> {
  const given = await fromStandardInput(run, flags);
  const isGiven = given.has('incoming') || given.has('outgoing');
  if (!isGiven || usesKeyring(flags))
    for (const server of missing(flags)) given.set(server, await ask(run, name, flags, server));
  const secrets = [...given].map(([server, secret]) => {
    const place = wishFor(flags, server).keyring === true ? 'keyring' : 'file';
    return { server, secret, place } as const;
  });
  const kept = {
    ...(given.has('incoming') ? { passwordStdin: true } : {}),
    ...(given.has('outgoing') ? { outPasswordStdin: true } : {}),
    ...(given.has('certificate') ? { certificatePasswordStdin: true } : {}),
  };
  return { flags: { ...flags, ...kept }, secrets };
}

function missing(flags: AccountFlags): Server[] {
  return servers.filter((server) => {
    const { stdin, keyring } = wishFor(flags, server);
    if (stdin) return false;
    return keyring !== undefined || (server === 'incoming' && lacksPassword(flags));
  });
}

function lacksPassword(flags: AccountFlags): boolean {
  const { passwordCommand, passwordEnv, passwordFile, passwordCredential } = flags;
  const sources = [passwordCommand, passwordEnv, passwordFile, passwordCredential];
  const isGiven = sources.some((each) => each !== undefined);
  const isUsed = flags.receive !== false || (flags.outCredentials ?? 'same') === 'same';
  return !isGiven && isUsed && flags.inAuth !== 'external' && !ownPasswordAlone(flags);
}

/** An account that only sends, with a password of its own. */
function ownPasswordAlone(flags: AccountFlags): boolean {
  const { outPasswordCommand, outPasswordEnv, outPasswordFile, outPasswordCredential } = flags;
  const read = [outPasswordCommand, outPasswordEnv, outPasswordFile, outPasswordCredential];
  const own = [...read, flags.outPasswordStdin, flags.outPasswordKeyring];
  return flags.receive === false && own.some((each) => each !== undefined);
}

const options: Readonly<Record<Server, string>> = {
  incoming: '--password',
  outgoing: '--out-password',
  certificate: '--certificate-password',
};

async function ask(run: Run, name: string, flags: AccountFlags, server: Server): Promise<string> {
  if (!canAsk(run)) throw nobodyToAsk(name, options[server], wishFor(flags, server).keyring);
  return askPassword(run, `Password of ${printable(whose(name, flags, server))}:`);
}

function whose(name: string, flags: AccountFlags, server: Server): string {
  if (server === 'certificate') return 'the certificate';
  if (server === 'incoming') return flags.user ?? flags.email ?? name;
  return `${flags.outUser ?? flags.user ?? flags.email ?? name} at the outgoing server`;
}

function nobodyToAsk(account: string, option: string, keyring: boolean | undefined): UsageError {
  if (keyring === undefined)
    return new UsageError('no password was given, and nobody can be asked', {
      account,
      remedy: 'Add --password-command, --password-file, --password-env or --password-stdin.',
    });
  const which = `${option}-${keyring ? '' : 'no-'}keyring`;
  return new UsageError(`${which} needs a password, and nobody can be asked`, {
    account,
    remedy: `Add ${option}-stdin.`,
  });
}

/** For accounts that are there, by NAME: one password for all of them, or the one that they have, for another place. */
export async function editedSecrets(
  run: Run,
  accounts: readonly Account[],
  flags: AccountFlags,
  neighbours: Neighbours,
): Promise<ReadonlyMap<string, readonly NewSecret[]>> {
  const [first] = accounts;
  if (usesKeyring(flags) && first !== undefined)
    await requireKeyring(neighbours.secrets, first.name);
  const given = await fromStandardInput(run, flags);
  const byName = new Map<string, readonly NewSecret[]>();
  for (const account of accounts) {
    const found = await secretsOf(run, account, flags, given, neighbours);
    if (found.length > 0) byName.set(account.name, found);
  }
  return byName;
}

async function secretsOf(
  run: Run,
  account: Account,
  flags: AccountFlags,
  given: ReadonlyMap<Server, string>,
  neighbours: Neighbours,
): Promise<NewSecret[]> {
  const found: NewSecret[] = [];
  for (const server of servers) {
    const { keyring } = wishFor(flags, server);
    const place = placeFor(keyring, account, server);
    const present = keptPlace(account, server);
    const said = given.get(server);
    if (said === undefined && (keyring === undefined || present === place)) continue;
    const { id: accountId } = await bindAccount(account, neighbours);
    const owner = { accountId, server };
    if (said === undefined && present !== null)
      found.push(await movedSecret(neighbours.secrets, owner, present, run.world.signal));
    else
      found.push({
        owner,
        secret: said ?? (await ask(run, account.name, loginOf(account, flags), server)),
        place,
      });
  }
  return found;
}

/** Whose password is asked for, where the options say nothing of it. */
function loginOf({ incoming, outgoing }: Account, flags: AccountFlags): AccountFlags {
  const user = flags.user ?? incoming?.username;
  const outUser = flags.outUser ?? outgoing?.username;
  return {
    ...flags,
    ...(user === undefined ? {} : { user }),
    ...(outUser === undefined ? {} : { outUser }),
  };
}
