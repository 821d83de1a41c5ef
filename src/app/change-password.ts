/** `account passwd`: a new password for one server's login, tried there before it replaces the old one. */

import type { Account } from '../core/account.ts';
import type { SecretRef } from '../core/secret-ref.ts';
import { ConfigurationError } from '../errors.ts';
import type { SecretOwner } from '../ports/secrets.ts';

type Server = SecretOwner['server'];

/** Whose password it is, and whether the file must be told that posthorn keeps it. */
export interface PasswordPlace {
  readonly server: Server;
  /** Key of the file that is to say `{stored: true}`; null where it does. */
  readonly keyToSet: string | null;
  /** The account with those servers alone that log in with this password. */
  readonly toTest: Account;
}

/** ConfigurationError where the password is not posthorn's to keep, with where to change it instead. */
export function passwordPlace(account: Account, outgoingOwn: boolean): PasswordPlace {
  const server = outgoingOwn ? 'outgoing' : mainServer(account);
  if (server === 'outgoing' && account.outgoing?.credentials !== 'own') throw notOwn(account);
  const ref = passwordOf(account, server);
  if (ref !== undefined && ref.kind !== 'stored') throw keptElsewhere(ref, account, server);
  return {
    server,
    keyToSet: ref === undefined ? `${server}.password` : null,
    toTest: {
      ...account,
      receive: account.receive && server === 'incoming',
      send: account.send && sendsWith(account, server),
      incoming: account.incoming && withStored(account.incoming),
      outgoing: account.outgoing && withStored(account.outgoing),
    },
  };
}

/** An account that only sends has no other than that of its outgoing server. */
function mainServer({ incoming, outgoing }: Account): Server {
  return incoming === undefined && outgoing?.credentials === 'own' ? 'outgoing' : 'incoming';
}

function passwordOf({ incoming, outgoing }: Account, server: Server): SecretRef | undefined {
  if (server === 'outgoing') return outgoing?.password;
  return incoming === undefined ? outgoing?.password : incoming.password;
}

function sendsWith({ outgoing }: Account, server: Server): boolean {
  return outgoing?.credentials === (server === 'incoming' ? 'same' : 'own');
}

function withStored<S extends { readonly password?: SecretRef | undefined }>(server: S): S {
  return { ...server, password: { kind: 'stored' } };
}

function notOwn({ name, outgoing }: Account): ConfigurationError {
  const why =
    outgoing?.credentials === 'same' ? 'uses the password of the incoming one' : 'has no login';
  return new ConfigurationError(`its outgoing server ${why}`, {
    account: name,
    remedy:
      outgoing?.credentials === 'same'
        ? 'Leave --out away, or give it a login of its own: posthorn account edit NAME --out-credentials own'
        : 'Give it one: posthorn account edit NAME --out-credentials own --out-user USER',
  });
}

/** The command itself may hold a secret, so it is not repeated. */
function keptElsewhere(
  ref: Exclude<SecretRef, { kind: 'stored' }>,
  { name }: Account,
  server: Server,
): ConfigurationError {
  const option = server === 'incoming' ? '--password-stdin' : '--out-password-stdin';
  const switching = `or let posthorn keep it: posthorn account edit ${name} ${option}`;
  const [what, where] = {
    command: ['a command', 'Change it where the command takes it from'],
    env: ['an environment variable', `Change ${ref.kind === 'env' ? ref.variable : ''}`],
    file: ['a file', `Change ${ref.kind === 'file' ? ref.path : ''}`],
  }[ref.kind] as [string, string];
  return new ConfigurationError(`its password comes from ${what}, which posthorn only reads`, {
    account: name,
    remedy: `${where}, ${switching}`,
  });
}
