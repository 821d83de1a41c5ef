/** An account of the file, defaults merged and checks passed, in its complete form. */
import { join } from 'node:path';
import type { AccessList } from '../../core/account/access-list.ts';
import type {
  Account,
  AccountType,
  EmailCertificate,
  Identity,
  IncomingServer,
  LeaveOnServer,
  OutgoingServer,
  Security,
  TlsSettings,
} from '../../core/account/account.ts';
import { connectableHost } from '../../core/account/host.ts';
import { usualPorts } from '../../core/account/usual-ports.ts';
import type { SecretRef } from '../../core/account/secret-ref.ts';
import type { Settings } from '../../core/account/settings.ts';
import { resolveRules } from './resolve-rules.ts';
import { resolveSync } from './resolve-sync.ts';
import type { CertificateEntry } from '../schema/message.ts';
import type {
  AccountEntry,
  FileEntry,
  IncomingEntry,
  OutgoingEntry,
  PasswordEntry,
  TlsEntry,
} from '../schema/schema.ts';
import { expandPath, milliseconds } from './settings.ts';
import type { PathContext } from './settings.ts';

/** What a missing port is taken for. */
export function usualPort(service: AccountType | 'smtp', security: Security): number {
  return usualPorts[service][security];
}

const defaultInterval = 5 * 60_000;
const defaultConnections = 4;

export interface ResolveContext extends PathContext {
  readonly settings: Settings;
  readonly accessLists: FileEntry['accessLists'];
}

export function resolveAccount(
  name: string,
  entry: AccountEntry,
  context: ResolveContext,
): Account {
  const identity = resolveIdentity(entry);
  const type = entry.type ?? 'imap';
  return {
    name,
    id: entry.id,
    label: entry.label ?? name,
    tags: [...new Set(entry.tags ?? [])],
    type,
    enabled: entry.enabled ?? true,
    identity,
    incoming: resolveIncoming(type, identity, entry.incoming, context),
    outgoing: resolveOutgoing(identity, entry, context),
    receive: entry.receive ?? true,
    send: entry.send ?? true,
    saveSent: resolveSaveSent(entry.saveSent, context.settings),
    path: accountPath(name, entry, context),
    folders: entry.folders ?? {},
    sync: resolveSync(type, entry.sync),
    ...resolveMessages(entry, context),
    access: resolveAccess(entry.access, context.accessLists),
    rules: resolveRules(entry.rules),
  };
}

function resolveMessages(
  { signature, template, certificate }: AccountEntry,
  context: PathContext,
): Pick<Account, 'signature' | 'template' | 'certificate'> {
  const file = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : expandPath(path, context);
  return {
    signature: {
      file: file(signature?.file),
      text: signature?.text,
      onReply: signature?.onReply ?? false,
    },
    template: file(template),
    certificate: resolveCertificate(certificate, context),
  };
}

function resolveCertificate(
  entry: CertificateEntry | undefined,
  context: PathContext,
): EmailCertificate | undefined {
  if (entry?.file === undefined) return undefined;
  return { file: expandPath(entry.file, context), password: secretRef(entry.password, context) };
}

function resolveAccess(
  name: string | undefined,
  lists: FileEntry['accessLists'],
): AccessList | undefined {
  if (name === undefined) return undefined;
  const list = lists !== undefined && Object.hasOwn(lists, name) ? (lists[name] ?? []) : [];
  const entries = list.map((each) =>
    'user' in each
      ? ({ kind: 'user', name: each.user, rights: each.rights } as const)
      : ({ kind: 'group', name: each.group, rights: each.rights } as const),
  );
  return { name, entries };
}

export function accountPath(
  name: string,
  entry: AccountEntry,
  context: Omit<ResolveContext, 'accessLists'>,
): string {
  return entry.path === undefined
    ? join(context.settings.mailRoot, name)
    : expandPath(entry.path, context);
}

function resolveIdentity(entry: AccountEntry): Identity {
  const { name, organization, address = '', replyTo } = entry.identity ?? {};
  return { name, organization, address, replyTo };
}

/** `auto` asks the provider's habits; what the options say about all sent mail comes before that. */
function resolveSaveSent(own: AccountEntry['saveSent'], settings: Settings): 'auto' | boolean {
  if (own === true || own === false) return own;
  return settings.saveSent ? 'auto' : false;
}

function resolveIncoming(
  type: AccountType,
  identity: Identity,
  entry: IncomingEntry | undefined,
  context: PathContext,
): IncomingServer | undefined {
  if (entry?.host === undefined) return undefined;
  const security = entry.security ?? 'tls';
  return {
    host: connectableHost(entry.host),
    port: entry.port ?? usualPort(type, security),
    security,
    auth: entry.auth ?? 'auto',
    username: entry.username ?? identity.address,
    password: secretRef(entry.password, context),
    allowInsecure: entry.allowInsecure ?? false,
    intervalMs: entry.interval === 'never' ? null : milliseconds(entry.interval, defaultInterval),
    idle: type === 'imap' && (entry.idle ?? true),
    leaveOnServer: resolveLeaveOnServer(entry.leaveOnServer),
    backgroundSync: type === 'pop3' || (entry.backgroundSync ?? true),
    createSystemFolders: type === 'imap' && (entry.createSystemFolders ?? false),
    maxConnections: type === 'pop3' ? 1 : (entry.maxConnections ?? defaultConnections),
    tls: resolveTls(entry.tls, context),
  };
}

function resolveLeaveOnServer(entry: IncomingEntry['leaveOnServer']): LeaveOnServer {
  return typeof entry === 'string' ? { afterMs: milliseconds(entry, 0) } : (entry ?? true);
}

function resolveOutgoing(
  identity: Identity,
  entry: AccountEntry,
  context: PathContext,
): OutgoingServer | undefined {
  const own = entry.outgoing;
  if (own?.host === undefined) return undefined;
  const security = own.security ?? 'tls';
  return {
    host: connectableHost(own.host),
    port: own.port ?? usualPort('smtp', security),
    security,
    auth: own.auth ?? 'auto',
    allowInsecure: own.allowInsecure ?? false,
    tls: resolveTls(own.tls, context),
    ...outgoingLogin(own, entry.incoming, identity, context),
  };
}

/** A name or a password given for the outgoing server means `own` where `credentials` says nothing. */
export function credentialsOf(entry: OutgoingEntry): 'same' | 'own' | 'none' {
  const given = entry.username !== undefined || entry.password !== undefined;
  return entry.credentials ?? (given ? 'own' : 'same');
}

/** What `own` leaves out is taken over from the incoming server, unless `own` was said outright. */
function outgoingLogin(
  own: OutgoingEntry,
  incoming: IncomingEntry | undefined,
  identity: Identity,
  context: PathContext,
): Pick<OutgoingServer, 'credentials' | 'username' | 'password' | 'sharesPassword'> {
  const credentials = credentialsOf(own);
  if (credentials === 'none') return { credentials };
  const inherited = own.credentials === 'own' ? undefined : incoming;
  const username = own.username ?? inherited?.username ?? identity.address;
  return {
    credentials,
    username,
    password: secretRef(own.password ?? inherited?.password, context),
    ...(credentials === 'own' && own.password === undefined && inherited !== undefined
      ? { sharesPassword: true }
      : {}),
  };
}

function secretRef(entry: PasswordEntry | undefined, context: PathContext): SecretRef | undefined {
  if (entry === undefined) return undefined;
  if ('command' in entry) return { kind: 'command', command: entry.command };
  if ('env' in entry) return { kind: 'env', variable: entry.env };
  if ('file' in entry) return { kind: 'file', path: expandPath(entry.file, context) };
  if ('credential' in entry) return { kind: 'credential', name: entry.credential };
  return { kind: 'keyring' in entry ? 'keyring' : 'stored' };
}

function resolveTls(entry: TlsEntry | undefined, context: PathContext): TlsSettings {
  const file = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : expandPath(path, context);
  return {
    ca: file(entry?.ca),
    fingerprint: entry?.fingerprint?.replaceAll(':', '').toLowerCase(),
    cert: file(entry?.cert),
    key: file(entry?.key),
  };
}
