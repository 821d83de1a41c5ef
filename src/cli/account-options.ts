/** The options of account add, and the keys of the file that they stand for. */

import { InvalidArgumentError, Option, type Command } from 'commander';
import { authWords, type AccountEntry } from '../config/schema.ts';

/** As commander hands them over: camel case, undefined where not given. */
export interface AccountFlags {
  readonly type?: 'imap' | 'pop3';
  readonly label?: string;
  readonly tag?: readonly string[];
  readonly disabled?: boolean;
  readonly enabled?: boolean;
  readonly fullName?: string;
  readonly organization?: string;
  readonly email?: string;
  readonly replyTo?: string;
  readonly inHost?: string;
  readonly inPort?: number;
  readonly inSecurity?: 'tls' | 'starttls' | 'none';
  readonly inAuth?: NonNullable<NonNullable<AccountEntry['incoming']>['auth']>;
  readonly user?: string;
  readonly passwordStdin?: boolean;
  readonly passwordCommand?: string;
  readonly passwordEnv?: string;
  readonly passwordFile?: string;
  readonly passwordCredential?: string;
  /** False with --no-password-keyring. */
  readonly passwordKeyring?: boolean;
  readonly allowInsecure?: boolean;
  readonly interval?: string;
  readonly idle?: boolean;
  readonly leaveOnServer?: boolean;
  readonly deleteAfter?: string;
  readonly outHost?: string;
  readonly outPort?: number;
  readonly outSecurity?: 'tls' | 'starttls' | 'none';
  readonly outCredentials?: 'same' | 'own' | 'none';
  readonly outAuth?: NonNullable<NonNullable<AccountEntry['outgoing']>['auth']>;
  readonly outUser?: string;
  readonly outPasswordStdin?: boolean;
  readonly outPasswordCommand?: string;
  readonly outPasswordEnv?: string;
  readonly outPasswordFile?: string;
  readonly outPasswordCredential?: string;
  readonly outPasswordKeyring?: boolean;
  readonly receive?: boolean;
  readonly send?: boolean;
  readonly saveSent?: 'auto' | 'true' | 'false';
  readonly tlsCa?: string;
  readonly inTlsCa?: string;
  readonly inTlsFingerprint?: string;
  readonly inTlsCert?: string;
  readonly inTlsKey?: string;
  readonly outTlsCa?: string;
  readonly outTlsFingerprint?: string;
  readonly outTlsCert?: string;
  readonly outTlsKey?: string;
  readonly path?: string;
  readonly default?: boolean;
  /** False with --no-discover. */
  readonly discover?: boolean;
  readonly skipTest?: boolean;
}

const securities = ['tls', 'starttls', 'none'];

export function addAccountOptions(command: Command): Command {
  addIdentity(command);
  addIncoming(command);
  addOutgoing(command);
  return addTls(command)
    .option('--path <dir>', 'Maildir root of the account (default: mailRoot/NAME)')
    .option('--default', 'make it the default sender')
    .option('--skip-test', 'save without testing the servers');
}

function addIdentity(command: Command): Command {
  return command
    .addOption(
      choice('--type <type>', 'protocol of the incoming server (default: imap)', ['imap', 'pop3']),
    )
    .option('--label <text>', 'name for people (default: NAME)')
    .option('--tag <tag>', 'a word that several accounts share, repeatable', collect)
    .addOption(new Option('--disabled', 'do not use it for the time being').conflicts('enabled'))
    .option('--enabled', 'use it (the default)')
    .option('--email <address>', 'the address of the account')
    .option('--full-name <name>', 'goes out with the address')
    .option('--organization <name>', 'goes out as Organization')
    .option('--reply-to <address>', 'a different address for answers');
}

function addIncoming(command: Command): Command {
  command
    .option('--in-host <host>', 'incoming server (default: found by the address)')
    .option('--in-port <port>', 'its port (default: by type and security: 993/143, 995/110)', port)
    .addOption(choice('--in-security <kind>', 'its security (default: tls)', securities))
    .addOption(
      choice('--in-auth <method>', 'its authentication (default: auto)', [...authWords, 'apop']),
    )
    .option('--user <name>', 'user name there (default: the address)');
  addPassword(command, '', 'the password');
  return command
    .option(
      '--allow-insecure',
      'let a plain password leave without encryption, beyond loopback too',
    )
    .option('--interval <span>', 'time between two polls, e.g. 5m, or never (default: 5m)')
    .option('--idle', 'IMAP: be told of new mail at once where the server can (the default)')
    .option('--no-idle', 'IMAP: only poll')
    .option('--leave-on-server', 'POP3: delete nothing on the server (the default)')
    .option('--no-leave-on-server', 'POP3: delete what is safely stored')
    .option('--delete-after <span>', 'POP3: delete so long after it was stored, e.g. 14d');
}

function addOutgoing(command: Command): Command {
  command
    .option('--out-host <host>', 'outgoing server (default: found by the address)')
    .option('--out-port <port>', 'its port (default: by security: 465, 587, 25)', port)
    .addOption(choice('--out-security <kind>', 'its security (default: tls)', securities))
    .addOption(
      choice('--out-credentials <kind>', 'same as incoming, own, or none (default: same)', [
        'same',
        'own',
        'none',
      ]),
    )
    .addOption(choice('--out-auth <method>', 'its authentication (default: auto)', authWords))
    .option('--out-user <name>', 'user name there');
  addPassword(command, 'out-', 'the password of the outgoing server');
  return command
    .option('--receive', 'fetch its mail (the default)')
    .option('--no-receive', 'fetch no mail')
    .option('--send', 'send from it (the default)')
    .option('--no-send', 'never send from it')
    .addOption(
      choice('--save-sent <when>', 'keep sent mail (default: auto)', ['auto', 'true', 'false']),
    );
}

function addPassword(command: Command, prefix: string, what: string): void {
  const elsewhere = ['command', 'env', 'file', 'credential'];
  const kinds = ['stdin', 'keyring', ...elsewhere];
  const attribute = (kind: string): string => camelCase(`${prefix}password-${kind}`);
  const isKept = (kind: string): boolean => !elsewhere.includes(kind);
  const exclusive = (option: Option, kind: string): Option =>
    option.conflicts(
      kinds.filter((each) => each !== kind && !(isKept(each) && isKept(kind))).map(attribute),
    );
  const add = (flags: string, text: string, kind: string): void => {
    command.addOption(exclusive(new Option(`--${prefix}password-${flags}`, text), kind));
  };
  add('stdin', `read ${what} from standard input and keep it in a file of mode 0600`, 'stdin');
  add('command <cmd>', `a command that prints ${what}`, 'command');
  add('env <variable>', `an environment variable that holds ${what}`, 'env');
  add('file <file>', `a file that holds ${what}`, 'file');
  add('credential <name>', `a systemd credential that holds ${what}`, 'credential');
  add('keyring', `keep ${what} in the keyring of the desktop, not in a file`, 'keyring');
  command.option(`--no-${prefix}password-keyring`, 'keep it in a file of mode 0600');
}

function addTls(command: Command): Command {
  command.option(
    '--tls-ca <file>',
    'authorities to trust instead of those of the system, both servers',
  );
  for (const side of ['in', 'out'])
    command
      .option(`--${side}-tls-ca <file>`, 'the same for one server')
      .option(`--${side}-tls-fingerprint <sha256>`, 'trust this one certificate')
      .option(`--${side}-tls-cert <file>`, 'client certificate')
      .option(`--${side}-tls-key <file>`, 'its key');
  return command;
}

function camelCase(text: string): string {
  return text.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function choice(flags: string, text: string, choices: readonly string[]): Option {
  return new Option(flags, text).choices(choices);
}

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError('A port is a number from 1 to 65535.');
}

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
    path: flags.path,
  });
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
