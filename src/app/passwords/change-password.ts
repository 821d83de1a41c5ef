/** `account passwd`: a new password for one server's login, tried there before it replaces the old one. */

import type { Account } from '../../core/account/account.ts';
import { placeOf, refTo, type SecretPlace, type SecretRef } from '../../core/account/secret-ref.ts';
import { ConfigurationError } from '../../errors.ts';
import type { SecretOwner } from '../../ports/accounts/secrets.ts';

type Server = SecretOwner['server'];

/** Whose password it is, where it is kept, and whether the file must be told that posthorn keeps it. */
export interface PasswordPlace {
  readonly server: Server;
  /** Where it is kept already, else in a file. */
  readonly place: SecretPlace;
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
  const place = ref === undefined ? 'file' : placeOf(ref);
  if (place === null) throw keptElsewhere(ref, account, server);
  return {
    server,
    place,
    keyToSet: ref === undefined ? `${server}.password` : null,
    toTest: {
      ...account,
      receive: account.receive && server === 'incoming',
      send: account.send && sendsWith(account, server),
      incoming: account.incoming && keptIn(place, account.incoming),
      outgoing: account.outgoing && {
        ...keptIn(place, account.outgoing),
        sharesPassword: server === 'incoming',
      },
    },
  };
}

/** An account that only sends has no other than that of its outgoing server. */
function mainServer({ incoming, outgoing }: Account): Server {
  return incoming === undefined && outgoing?.credentials === 'own' ? 'outgoing' : 'incoming';
}

function passwordOf({ incoming, outgoing }: Account, server: Server): SecretRef | undefined {
  if (server === 'outgoing')
    return outgoing?.sharesPassword === true ? undefined : outgoing?.password;
  return incoming === undefined ? outgoing?.password : incoming.password;
}

function sendsWith({ outgoing }: Account, server: Server): boolean {
  if (outgoing === undefined || outgoing.credentials === 'none') return false;
  const takesOver = outgoing.credentials === 'same' || outgoing.sharesPassword === true;
  return server === 'outgoing' || takesOver;
}

function keptIn<S extends { readonly password?: SecretRef | undefined }>(
  place: SecretPlace,
  server: S,
): S {
  return { ...server, password: refTo(place) };
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

function keptElsewhere(
  ref: SecretRef | undefined,
  { name }: Account,
  server: Server,
): ConfigurationError {
  const option = server === 'incoming' ? '--password-stdin' : '--out-password-stdin';
  const switching = `or let posthorn keep it: posthorn account edit ${name} ${option}`;
  const [what, where] = sourceOf(ref);
  return new ConfigurationError(`its password comes from ${what}, which posthorn only reads`, {
    account: name,
    remedy: `${where}, ${switching}`,
  });
}

/** What it is, and how it is changed there. The command itself may hold a secret, so it is not repeated. */
function sourceOf(ref: SecretRef | undefined): readonly [what: string, change: string] {
  switch (ref?.kind) {
    case 'env':
      return ['an environment variable', `Change ${ref.variable}`];
    case 'file':
      return ['a file', `Change ${ref.path}`];
    case 'credential':
      return ['a systemd credential', `Change ${ref.name} where the unit takes it from`];
    default:
      return ['a command', 'Change it where the command takes it from'];
  }
}
