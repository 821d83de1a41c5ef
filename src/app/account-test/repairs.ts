/** What can be offered to change after a failed test, the likeliest first. Pure. */

import type { Account, AccountType, Security, ServerEndpoint } from '../../core/account/account.ts';
import type { ProviderNote } from '../../core/providers/provider.ts';
import { providerOfServer } from '../../core/providers/providers.ts';
import { usualPorts } from '../../core/account/usual-ports.ts';
import type { Service } from '../../core/discovery/discovery.ts';
import type { ServerTest } from './server-test.ts';

export type Side = 'incoming' | 'outgoing';

export type Repair =
  /** Type it again; `app`: this provider wants a password made for mail programs. */
  | { readonly kind: 'password'; readonly side: Side; readonly app: boolean }
  | { readonly kind: 'username'; readonly side: Side; readonly username: string }
  | {
      readonly kind: 'reach';
      readonly side: Side;
      readonly security: Security;
      readonly port: number;
    }
  | { readonly kind: 'port' | 'host'; readonly side: Side }
  /** The server speaks the other protocol for fetching. */
  | { readonly kind: 'type'; readonly type: AccountType }
  /** Pin the certificate that the server shows. */
  | { readonly kind: 'trust'; readonly side: Side }
  | { readonly kind: 'method'; readonly side: Side }
  /** The outgoing server wants a login of its own, or none. */
  | { readonly kind: 'credentials'; readonly credentials: 'own' | 'none' };

/** Nothing for a server that works. What both servers would have changed alike is offered once. */
export function repairsFor(tests: readonly ServerTest[], account: Account): Repair[] {
  const all = tests.flatMap((test) => ofServer(test, account));
  const known = new Set<string>();
  return all.filter((repair) => {
    const key = JSON.stringify(ofBoth(repair, account));
    return !known.has(key) && known.add(key);
  });
}

/** With one login for both servers a new password or user name is one change. */
function ofBoth(repair: Repair, { outgoing }: Account): Repair {
  const isLogin = repair.kind === 'password' || repair.kind === 'username';
  return isLogin && outgoing?.credentials === 'same' ? { ...repair, side: 'incoming' } : repair;
}

function ofServer({ direction, error, failedAt, found }: ServerTest, account: Account): Repair[] {
  const side: Side = direction === 'receive' ? 'incoming' : 'outgoing';
  const server = account[side];
  if (error === null || server === undefined) return [];
  const { code, layer } = error;
  if (failedAt === null) return ofSecret(side, account, code);
  if (code === 'credentials') return ofLogin(side, account, notesOf(server));
  if (code === 'certificate')
    return [
      { kind: 'host', side },
      { kind: 'trust', side },
    ];
  if (layer === 'login' && code === 'refused') return ofMethod(side, server);
  if (layer === 'login' && code === 'configuration') return encrypted(side, account);
  if (layer === 'resolve') return [{ kind: 'host', side }];
  if (side === 'incoming' && (found === 'imap' || found === 'pop3') && found !== account.type)
    return [{ kind: 'type', type: found }, ...otherReaches(side, account), { kind: 'host', side }];
  const unheard = layer === 'connect' || layer === 'tls' || layer === 'greeting';
  const others: Repair[] = [
    { kind: 'port', side },
    { kind: 'host', side },
  ];
  return unheard ? [...otherReaches(side, account), ...others] : [];
}

/** What the provider of a server asks of people; nothing where it is not known. */
export function notesOf({ host }: Pick<ServerEndpoint, 'host'>): readonly ProviderNote[] {
  return providerOfServer(host)?.notes ?? [];
}

/** No server was asked: the command, the file or the variable does not give the password. */
function ofSecret(side: Side, account: Account, code: string): Repair[] {
  if (code !== 'temporary' && code !== 'credentials') return [];
  return [{ kind: 'password', side: loginSide(side, account), app: false }];
}

/** Where the login of a server stands that may be taken over from the incoming one. */
function loginSide(side: Side, { outgoing }: Account): Side {
  return side === 'outgoing' && outgoing?.credentials === 'own' ? 'outgoing' : 'incoming';
}

function ofLogin(side: Side, account: Account, notes: readonly ProviderNote[]): Repair[] {
  const app = notes.includes('app-password') || notes.includes('mail-password');
  const own = side === 'outgoing' && account.outgoing?.credentials === 'own';
  const at = loginSide(side, account);
  const others = otherNames(account[at]?.username ?? '', account.identity.address);
  return [
    { kind: 'password', side: at, app },
    ...others.map((username) => ({ kind: 'username', side: at, username }) as const),
    ...(account[side]?.auth === 'auto' ? [] : [{ kind: 'method', side } as const]),
    ...(side === 'outgoing' && !own ? [{ kind: 'credentials', credentials: 'own' } as const] : []),
  ];
}

/** The address for its local part, and the other way round. */
function otherNames(username: string, address: string): string[] {
  const local = address.slice(0, address.lastIndexOf('@'));
  return [address, local].filter((each) => each !== '' && each !== username);
}

/** The server does not take the mechanism, or no login at all. */
function ofMethod(side: Side, server: ServerEndpoint): Repair[] {
  const method: Repair[] = server.auth === 'auto' ? [] : [{ kind: 'method', side }];
  return side === 'outgoing' ? [...method, { kind: 'credentials', credentials: 'none' }] : method;
}

interface Reach {
  readonly security: Security;
  readonly port: number;
}

/** TLS from the start before the upgrade (RFC 8314, section 3). Never one without encryption. */
function usualReaches(service: Service): Reach[] {
  return (['tls', 'starttls'] as const).map((security) => ({
    security,
    port: usualPorts[service][security],
  }));
}

/** The usual ones there, and the other security at the port that was given. */
function otherReaches(side: Side, account: Account): Repair[] {
  const server = account[side];
  if (server === undefined) return [];
  const { security, port } = server;
  const usual = usualReaches(side === 'outgoing' ? 'smtp' : account.type);
  const same: Reach = { security: security === 'tls' ? 'starttls' : 'tls', port };
  const isUsualPort = usual.some((each) => each.port === port);
  const offered = isUsualPort ? usual : [same, ...usual];
  return offered
    .filter((each) => each.security !== security || each.port !== port)
    .map((each) => ({ kind: 'reach', side, ...each }));
}

function encrypted(side: Side, account: Account): Repair[] {
  return otherReaches(side, account).filter((each) => each.kind === 'reach');
}
