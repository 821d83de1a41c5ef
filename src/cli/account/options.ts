/** The options of account add and edit; account-entry makes keys of the file of them. */

import { Option, type Command } from 'commander';
import { authWords, type AccountEntry } from '../../config/schema/schema.ts';
import { choice, collect, numberFrom } from './option-kinds.ts';
import { addSyncOptions, type SyncFlags } from './sync-options.ts';

/** As commander hands them over: camel case, undefined where not given. */
export interface AccountFlags extends SyncFlags {
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
  readonly backgroundSync?: boolean;
  readonly createSystemFolders?: boolean;
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
  readonly signatureFile?: string;
  readonly signatureText?: string;
  readonly template?: string;
  readonly signatureOnReply?: boolean;
  readonly certificate?: string;
  readonly certificatePasswordStdin?: boolean;
  readonly certificatePasswordKeyring?: boolean;
  readonly certificatePasswordCommand?: string;
  readonly certificatePasswordEnv?: string;
  readonly certificatePasswordFile?: string;
  readonly certificatePasswordCredential?: string;
  readonly access?: string;
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

const port = numberFrom(1, 65_535, 'A port');
const securities = ['tls', 'starttls', 'none'];

export function addAccountOptions(command: Command): Command {
  addIdentity(command);
  addIncoming(command);
  addSyncOptions(command);
  addOutgoing(command);
  addMessages(command);
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
    .addOption(new Option('--no-disabled').hideHelp())
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
    .option(
      '--no-allow-insecure',
      'beyond loopback, let none leave without encryption (the default)',
    )
    .option('--interval <span>', 'time between two polls, e.g. 5m, or never (default: 5m)')
    .option('--idle', 'IMAP: be told of new mail at once (the default; kept for later)')
    .option('--no-idle', 'IMAP: only poll')
    .option('--leave-on-server', 'POP3: delete nothing on the server (the default)')
    .option('--no-leave-on-server', 'POP3: delete what is safely stored')
    .option('--delete-after <span>', 'POP3: delete so long after it was stored, e.g. 14d')
    .option('--background-sync', 'IMAP: keep its mail here (the default)')
    .option('--no-background-sync', 'IMAP: always read live from the server, keep nothing here')
    .option('--create-system-folders', 'IMAP: make sent, drafts, trash and spam where missing')
    .option('--no-create-system-folders', 'IMAP: use those that are there (the default)');
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

function addMessages(command: Command): void {
  const source = (flags: string, text: string, others: string[]): Option =>
    new Option(flags, text).conflicts(others);
  command
    .addOption(
      source('--signature-file <file>', 'a text file with the signature (kept for later)', [
        'signatureText',
        'template',
      ]),
    )
    .addOption(
      source('--signature-text <text>', 'the signature itself, of several lines too', [
        'signatureFile',
        'template',
      ]),
    )
    .addOption(
      source('--template <file>', 'a text file that new messages start from (kept for later)', [
        'signatureFile',
        'signatureText',
      ]),
    )
    .option('--signature-on-reply', 'the signature also under replies and forwards')
    .option('--no-signature-on-reply', 'under new messages alone (the default)')
    .option('--certificate <file>', 'e-mail certificate and key, PEM or PKCS#12 (kept for later)');
  addPassword(command, 'certificate-', 'the password of the certificate');
  command.option('--access <list>', 'who else may use its mail: an access list (kept for later)');
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
