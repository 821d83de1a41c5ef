/** An account as people read it: everything that it is set to, defaults filled in, and how it fares. */

import type {
  Account,
  AccountType,
  IncomingServer,
  ServerEndpoint,
} from '../../core/account/account.ts';
import { formatDuration } from '../../core/account/duration.ts';
import type { AccountState } from '../../ports/state-store.ts';
import { syncRows } from './describe-sync.ts';
import { messageRows, yesNo } from '../outbox/describe-messages.ts';
import { isoTime } from '../sync/report-json.ts';

/** Key and value, the keys as in the file; never a secret, only where it is kept. Times in ISO 8601. */
export function describeAccount(
  account: Account,
  state: AccountState | null,
  isDefault: boolean,
): [string, string][] {
  const { identity, incoming, outgoing, folders } = account;
  const rows: [string, string | undefined][] = [
    ['name', account.name],
    ['label', account.label],
    ['id', account.id ?? state?.id ?? 'given at the first sync'],
    ['type', account.type],
    ['tags', account.tags.join(', ')],
    ['enabled', yesNo(account.enabled)],
    ['default sender', yesNo(isDefault)],
    ['identity.name', identity.name],
    ['identity.address', identity.address],
    ['identity.organization', identity.organization],
    ['identity.replyTo', identity.replyTo],
    ['receive', yesNo(account.receive)],
    ...(incoming === undefined ? [] : endpointRows('incoming', incoming)),
    ['incoming.username', incoming?.username],
    ['incoming.password', incoming?.password?.kind],
    ['incoming.interval', incoming === undefined ? undefined : interval(incoming.intervalMs)],
    ...(incoming === undefined ? [] : protocolRows(account.type, incoming)),
    ['send', yesNo(account.send)],
    ...(outgoing === undefined ? [] : endpointRows('outgoing', outgoing)),
    ['outgoing.credentials', outgoing?.credentials],
    ['outgoing.username', outgoing?.username],
    ['outgoing.password', outgoing?.password?.kind],
    ['saveSent', String(account.saveSent)],
    ['path', account.path],
    ...Object.entries(folders).map(([role, folder]): [string, string | undefined] => [
      `folders.${role}`,
      folder,
    ]),
    ...(incoming === undefined ? [] : syncRows(account)),
    ...messageRows(account),
    ...stateRows(state),
  ];
  return rows.flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [[key, value] as [string, string]],
  );
}

function stateRows(state: AccountState | null): [string, string | undefined][] {
  return [
    ['last success', isoTime(state?.lastSuccess ?? null) ?? 'never'],
    ['failures in a row', String(state?.failures ?? 0)],
    ['last error', state?.lastError?.message],
    ['suspended', state?.suspended?.why],
    ['sending suspended', state?.sending?.suspended?.why],
  ];
}

function endpointRows(side: string, server: ServerEndpoint): [string, string | undefined][] {
  return [
    [`${side}.host`, server.host],
    [`${side}.port`, String(server.port)],
    [`${side}.security`, server.security],
    [`${side}.auth`, server.auth],
    [`${side}.allowInsecure`, server.allowInsecure ? 'yes' : undefined],
    [`${side}.tls.ca`, server.tls.ca],
    [`${side}.tls.fingerprint`, server.tls.fingerprint],
    [`${side}.tls.cert`, server.tls.cert],
    [`${side}.tls.key`, server.tls.key],
  ];
}

function interval(ms: number | null): string {
  return ms === null ? 'never' : formatDuration(ms);
}

/** What the one protocol has and the other has not. */
function protocolRows(type: AccountType, incoming: IncomingServer): [string, string][] {
  if (type === 'pop3') return [['incoming.leaveOnServer', leaves(incoming)]];
  return [
    ['incoming.idle', yesNo(incoming.idle)],
    ['incoming.backgroundSync', yesNo(incoming.backgroundSync)],
    ['incoming.createSystemFolders', yesNo(incoming.createSystemFolders)],
    ['incoming.maxConnections', String(incoming.maxConnections)],
  ];
}

function leaves({ leaveOnServer }: IncomingServer): string {
  if (typeof leaveOnServer === 'boolean') return yesNo(leaveOnServer);
  return `deleted ${formatDuration(leaveOnServer.afterMs)} after it was stored`;
}
