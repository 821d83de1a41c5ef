/** An account's entry in the file, made of the options of account add and edit. */

import type { AccountEntry } from '../../config/schema/schema.ts';
import type { AccountFlags } from './options.ts';
import { selectionFrom, syncFrom } from './sync-options.ts';

type Side = NonNullable<AccountEntry['incoming']>;
type PasswordEntry = NonNullable<Side['password']>;

/** The account as it is written to the file: only what was given, so that defaults stay defaults. */
export function entryFrom(flags: AccountFlags, id: string): AccountEntry {
  const { fullName: name, organization, email: address, replyTo } = flags;
  return filled({
    id,
    label: flags.label,
    tags: flags.tag === undefined ? undefined : [...flags.tag],
    type: flags.type ?? 'imap',
    enabled: flags.disabled === true ? false : undefined,
    identity: filledOrNone({ name, organization, address, replyTo }),
    incoming: filledOrNone(incomingFrom(flags)),
    outgoing: filledOrNone(outgoingFrom(flags)),
    receive: flags.receive,
    send: flags.send,
    saveSent: saveSentFrom(flags.saveSent),
    sync: filledOrNone({ ...syncFrom(flags), folders: filledOrNone(selectionFrom(flags)) }),
    path: flags.path,
    ...messagesFrom(flags),
    access: flags.access,
  });
}

function messagesFrom(flags: AccountFlags): Record<string, unknown> {
  const { signatureFile: file, signatureText: text, signatureOnReply: onReply } = flags;
  const password = passwordFrom({
    stdin: flags.certificatePasswordStdin,
    keyring: flags.certificatePasswordKeyring,
    command: flags.certificatePasswordCommand,
    env: flags.certificatePasswordEnv,
    file: flags.certificatePasswordFile,
    credential: flags.certificatePasswordCredential,
  });
  return {
    signature: filledOrNone({ file, text, onReply }),
    template: flags.template,
    certificate: filledOrNone({ file: flags.certificate, password }),
  };
}

function incomingFrom(flags: AccountFlags): Record<string, unknown> {
  return {
    host: flags.inHost,
    port: flags.inPort,
    security: flags.inSecurity,
    auth: flags.inAuth,
    username: flags.user,
    password: passwordFrom({
      stdin: flags.passwordStdin,
      keyring: flags.passwordKeyring,
      command: flags.passwordCommand,
      env: flags.passwordEnv,
      file: flags.passwordFile,
      credential: flags.passwordCredential,
    }),
    allowInsecure: flags.allowInsecure,
    interval: flags.interval,
    idle: flags.idle,
    leaveOnServer: flags.deleteAfter ?? flags.leaveOnServer,
    backgroundSync: flags.backgroundSync,
    createSystemFolders: flags.createSystemFolders,
    maxConnections: flags.maxConnections,
    tls: filledOrNone({
      ca: flags.inTlsCa ?? flags.tlsCa,
      fingerprint: flags.inTlsFingerprint,
      cert: flags.inTlsCert,
      key: flags.inTlsKey,
    }),
  };
}

function outgoingFrom(flags: AccountFlags): Record<string, unknown> {
  const password = passwordFrom({
    stdin: flags.outPasswordStdin,
    keyring: flags.outPasswordKeyring,
    command: flags.outPasswordCommand,
    env: flags.outPasswordEnv,
    file: flags.outPasswordFile,
    credential: flags.outPasswordCredential,
  });
  const isOwn = password !== undefined || flags.outUser !== undefined;
  return {
    host: flags.outHost,
    port: flags.outPort,
    security: flags.outSecurity,
    credentials: flags.outCredentials ?? (isOwn ? 'own' : undefined),
    auth: flags.outAuth,
    username: flags.outUser,
    password,
    allowInsecure: flags.outHost === undefined ? undefined : flags.allowInsecure,
    tls: filledOrNone({
      ca: flags.outTlsCa ?? (flags.outHost === undefined ? undefined : flags.tlsCa),
      fingerprint: flags.outTlsFingerprint,
      cert: flags.outTlsCert,
      key: flags.outTlsKey,
    }),
  };
}

interface PasswordFlags {
  readonly stdin: boolean | undefined;
  readonly keyring: boolean | undefined;
  readonly command: string | undefined;
  readonly env: string | undefined;
  readonly file: string | undefined;
  readonly credential: string | undefined;
}

function passwordFrom(flags: PasswordFlags): PasswordEntry | undefined {
  const { stdin, keyring, command, env, file, credential } = flags;
  if (command !== undefined) return { command };
  if (env !== undefined) return { env };
  if (file !== undefined) return { file };
  if (credential !== undefined) return { credential };
  if (keyring === true) return { keyring: true };
  return stdin === true || keyring === false ? { stored: true } : undefined;
}

function saveSentFrom(text: AccountFlags['saveSent']): AccountEntry['saveSent'] {
  if (text === undefined || text === 'auto') return text;
  return text === 'true';
}

function filled<T extends object>(entry: T): AccountEntry {
  const given = Object.entries(entry).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as AccountEntry;
}

function filledOrNone(entry: object): object | undefined {
  const rest = filled(entry);
  return Object.keys(rest).length === 0 ? undefined : rest;
}
