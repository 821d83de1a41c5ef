/** Every field of an account as data: its option, its key, how it is shown, an edit of it, and a value that it refuses. */

import { simpleFields } from './fields-simple.ts';
import { syncFields } from './fields-sync.ts';

/** Files that the table names, as they stand in the home of a test. */
export interface FieldFiles {
  /** PEM: certificate and key for you@example.org. */
  readonly certificate: string;
  /** PKCS#12 of the same; its password is `geheim`. */
  readonly p12: string;
  readonly text: string;
  readonly otherText: string;
  readonly password: string;
  readonly authority: string;
  readonly key: string;
}

export interface Field {
  /** As mission.md's table of an account calls it. */
  readonly field: string;
  /** Options beside those that every account of the test needs. */
  readonly words: (files: FieldFiles) => readonly string[];
  /** Keys of the file, dotted, and what stands there then. */
  readonly written: (files: FieldFiles) => Readonly<Record<string, unknown>>;
  /** Row of account show and its value. */
  readonly shown: (files: FieldFiles) => readonly [key: string, value: string];
  /** Options of an edit, and the row of account show after it; undefined: the row is gone. */
  readonly edit: (files: FieldFiles) => readonly string[];
  readonly edited: (files: FieldFiles) => string | undefined;
  /** Options that are refused, and a word of the refusal. */
  readonly bad: readonly [words: readonly string[], refusal: string];
  readonly type?: 'imap' | 'pop3';
  /** What is read from standard input. */
  readonly input?: string;
}

/** Fields that name files or other keys. */
const others: readonly Field[] = [
  {
    field: 'type',
    type: 'pop3',
    words: () => [],
    written: () => ({ type: 'pop3' }),
    shown: () => ['type', 'pop3'],
    edit: () => ['--type', 'imap'],
    edited: () => 'imap',
    bad: [['--type', 'imap4'], 'Allowed choices'],
  },
  {
    field: 'leave a copy on the server',
    type: 'pop3',
    words: () => ['--no-leave-on-server'],
    written: () => ({ 'incoming.leaveOnServer': false }),
    shown: () => ['incoming.leaveOnServer', 'no'],
    edit: () => ['--delete-after', '14d'],
    edited: () => 'deleted 14d after it was stored',
    bad: [['--delete-after', '14'], 'a number and a unit'],
  },
  {
    field: 'credentials: password',
    words: () => ['--password-stdin'],
    input: 'secret\n',
    written: () => ({ 'incoming.password': { stored: true } }),
    shown: () => ['incoming.password', 'stored'],
    edit: ({ password }) => ['--password-file', password],
    edited: () => 'file',
    bad: [['--password-env', 'A B'], 'name of an environment variable'],
  },
  {
    field: 'signature: file',
    words: ({ text }) => ['--signature-file', text],
    written: ({ text }) => ({ 'signature.file': text }),
    shown: ({ text }) => ['signature.file', text],
    edit: ({ otherText }) => ['--signature-file', otherText],
    edited: ({ otherText }) => otherText,
    bad: [['--signature-file', 'nowhere.txt'], 'does not exist'],
  },
  {
    field: 'template',
    words: ({ text }) => ['--template', text],
    written: ({ text }) => ({ template: text }),
    shown: ({ text }) => ['template', text],
    edit: () => ['--signature-text', 'Anna'],
    edited: () => undefined,
    bad: [['--template', '.'], 'is no file'],
  },
  {
    field: 'e-mail certificate',
    words: ({ certificate }) => ['--certificate', certificate],
    written: ({ certificate }) => ({ 'certificate.file': certificate }),
    shown: ({ certificate }) => ['certificate.file', certificate],
    edit: ({ p12, password }) => ['--certificate', p12, '--certificate-password-file', password],
    edited: ({ p12 }) => p12,
    bad: [['--certificate', 'sig.txt'], 'holds no certificate'],
  },
  {
    field: 'e-mail certificate: password',
    words: ({ p12 }) => ['--certificate', p12, '--certificate-password-stdin'],
    input: 'geheim\n',
    written: () => ({ 'certificate.password': { stored: true } }),
    shown: () => ['certificate.password', 'stored'],
    edit: () => ['--certificate-password-command', 'echo geheim'],
    edited: () => 'command',
    bad: [['--certificate-password-env', 'X'], '`accounts.work.certificate.file` is missing'],
  },
  {
    field: 'servers: authorities',
    words: ({ authority }) => ['--tls-ca', authority],
    written: ({ authority }) => ({ 'incoming.tls.ca': authority, 'outgoing.tls.ca': authority }),
    shown: ({ authority }) => ['incoming.tls.ca', authority],
    edit: () => ['--unset', 'incoming.tls'],
    edited: () => undefined,
    bad: [['--tls-ca', ''], 'must be a path'],
  },
  {
    field: 'servers: client certificate',
    words: ({ authority, key }) => ['--in-tls-cert', authority, '--in-tls-key', key],
    written: ({ authority, key }) => ({ 'incoming.tls.cert': authority, 'incoming.tls.key': key }),
    shown: ({ key }) => ['incoming.tls.key', key],
    edit: () => ['--unset', 'incoming.tls'],
    edited: () => undefined,
    bad: [['--in-tls-cert', 'sig.txt'], '`accounts.work.incoming.tls.key` is missing'],
  },
  {
    field: 'servers: pinned certificate',
    words: () => ['--in-tls-fingerprint', 'ab'.repeat(32)],
    written: () => ({ 'incoming.tls.fingerprint': 'ab'.repeat(32) }),
    shown: () => ['incoming.tls.fingerprint', 'ab'.repeat(32)],
    edit: () => ['--in-tls-fingerprint', 'CD'.repeat(32)],
    edited: () => 'cd'.repeat(32),
    bad: [['--in-tls-fingerprint', 'abc'], 'SHA-256'],
  },
  {
    field: 'default account',
    words: () => ['--default'],
    written: () => ({}),
    shown: () => ['default sender', 'yes'],
    edit: () => ['--label', 'x'],
    edited: () => 'yes',
    bad: [['--default', '--no-send'], 'does not send'],
  },
  {
    field: 'folders: path',
    words: () => ['--path', '/srv/mail/work'],
    written: () => ({ path: '/srv/mail/work' }),
    shown: () => ['path', '/srv/mail/work'],
    edit: () => ['--path', '/srv/mail/other'],
    edited: () => '/srv/mail/other',
    bad: [['--path', ''], 'must be a path'],
  },
];

export const accountFields: readonly Field[] = [
  ...[...simpleFields, ...syncFields].map(
    ([field, words, key, value, shown, edit, edited, bad]): Field => ({
      field,
      words: () => words,
      written: () => ({ [key]: value }),
      shown: () => [key, shown],
      edit: () => edit,
      edited: () => edited,
      bad,
    }),
  ),
  ...others,
];
