/** Every field of an account as data: its option, its key, how it is shown, an edit of it, and a value that it refuses. */

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

type Simple = readonly [
  field: string,
  words: readonly string[],
  key: string,
  value: unknown,
  shown: string,
  edit: readonly string[],
  edited: string | undefined,
  bad: readonly [words: readonly string[], refusal: string],
];

/** Fields whose row of account show has the name of their key, and that name no file. */
const simple: readonly Simple[] = [
  [
    'label',
    ['--label', 'Work'],
    'label',
    'Work',
    'Work',
    ['--label', 'Büro'],
    'Büro',
    [['--label', ''], 'one line, not empty'],
  ],
  [
    'label: tags',
    ['--tag', 'office', '--tag', 'all'],
    'tags',
    ['office', 'all'],
    'office, all',
    ['--tag', 'home'],
    'home',
    [['--tag', 'a b'], 'one word'],
  ],
  [
    'disabled',
    ['--disabled'],
    'enabled',
    false,
    'no',
    ['--no-disabled'],
    'yes',
    [['--disabled', '--enabled'], 'cannot be used with'],
  ],
  [
    'name',
    ['--full-name', 'Anna Beispiel'],
    'identity.name',
    'Anna Beispiel',
    'Anna Beispiel',
    ['--full-name', 'Anna'],
    'Anna',
    [['--full-name', 'A\nB'], 'one line'],
  ],
  [
    'organization',
    ['--organization', 'Example Ltd'],
    'identity.organization',
    'Example Ltd',
    'Example Ltd',
    ['--unset', 'identity.organization'],
    undefined,
    [['--organization', ''], 'one line'],
  ],
  [
    'reply-to',
    ['--reply-to', 'office@example.org'],
    'identity.replyTo',
    'office@example.org',
    'office@example.org',
    ['--reply-to', 'a@müller.example'],
    'a@müller.example',
    [['--reply-to', 'Anna <a@b.example>'], 'give a@b.example alone'],
  ],
  [
    'servers: incoming port',
    ['--in-port', '1143'],
    'incoming.port',
    1143,
    '1143',
    ['--unset', 'incoming.port'],
    '143',
    [['--in-port', '0'], 'from 1 to 65535'],
  ],
  [
    'servers: outgoing port',
    ['--out-port', '1025'],
    'outgoing.port',
    1025,
    '1025',
    ['--unset', 'outgoing.port'],
    '25',
    [['--out-port', 'smtp'], 'from 1 to 65535'],
  ],
  [
    'servers: security',
    ['--in-security', 'starttls'],
    'incoming.security',
    'starttls',
    'starttls',
    ['--in-security', 'tls'],
    'tls',
    [['--in-security', 'ssl'], 'Allowed choices'],
  ],
  [
    'servers: in clear',
    ['--allow-insecure'],
    'incoming.allowInsecure',
    true,
    'yes',
    ['--no-allow-insecure'],
    undefined,
    [['--in-host', 'mail.example.org', '--in-auth', 'plain'], 'without encryption'],
  ],
  [
    'credentials: user',
    ['--user', 'anna'],
    'incoming.username',
    'anna',
    'anna',
    ['--unset', 'incoming.username'],
    'you@example.org',
    [['--user', ''], 'one line'],
  ],
  [
    'credentials: outgoing',
    ['--out-credentials', 'none'],
    'outgoing.credentials',
    'none',
    'none',
    ['--out-credentials', 'same'],
    'same',
    [['--out-credentials', 'other'], 'Allowed choices'],
  ],
  [
    'credentials: outgoing user',
    ['--out-user', 'relay'],
    'outgoing.username',
    'relay',
    'relay',
    ['--out-credentials', 'same'],
    'you@example.org',
    [['--out-user', 'a', '--out-credentials', 'none'], 'does not go with'],
  ],
  [
    'authentication method',
    ['--in-auth', 'cram-md5'],
    'incoming.auth',
    'cram-md5',
    'cram-md5',
    ['--in-auth', 'login'],
    'login',
    [['--in-auth', 'apop'], 'that is for POP3'],
  ],
  [
    'authentication method: outgoing',
    ['--out-auth', 'scram-sha-256'],
    'outgoing.auth',
    'scram-sha-256',
    'scram-sha-256',
    ['--out-auth', 'plain'],
    'plain',
    [['--out-auth', 'apop'], 'Allowed choices'],
  ],
  [
    'polling interval',
    ['--interval', '15m'],
    'incoming.interval',
    '15m',
    '15m',
    ['--interval', 'never'],
    'never',
    [['--interval', '5'], 'a number and a unit'],
  ],
  [
    'polling interval: idle',
    ['--no-idle'],
    'incoming.idle',
    false,
    'no',
    ['--idle'],
    'yes',
    [['--type', 'pop3', '--idle'], 'is for IMAP'],
  ],
  [
    'keep messages in the background',
    ['--no-background-sync'],
    'incoming.backgroundSync',
    false,
    'no',
    ['--background-sync'],
    'yes',
    [['--type', 'pop3', '--background-sync'], 'is for IMAP'],
  ],
  [
    'system folders',
    ['--create-system-folders'],
    'incoming.createSystemFolders',
    true,
    'yes',
    ['--no-create-system-folders'],
    'no',
    [['--type', 'pop3', '--create-system-folders'], 'is for IMAP'],
  ],
  [
    'signature: text',
    ['--signature-text', 'Anna\nExample Ltd'],
    'signature.text',
    'Anna\nExample Ltd',
    'Anna … (2 lines)',
    ['--signature-text', 'Anna'],
    'Anna',
    [['--signature-text', 'a\u0007'], 'without control characters'],
  ],
  [
    'signature: on reply',
    ['--signature-on-reply', '--signature-text', 'A'],
    'signature.onReply',
    true,
    'yes',
    ['--no-signature-on-reply'],
    'no',
    [['--signature-text', 'a', '--template', 't'], 'cannot be used with'],
  ],
  [
    'access list',
    ['--access', 'office'],
    'access',
    'office',
    'office (user anna: write, group staff: read)',
    ['--unset', 'access'],
    undefined,
    [['--access', 'ofice'], 'Known lists: office'],
  ],
  [
    'used for receiving',
    ['--no-receive'],
    'receive',
    false,
    'no',
    ['--receive'],
    'yes',
    [['--receive=no'], 'unknown option'],
  ],
  [
    'used for sending',
    ['--no-send'],
    'send',
    false,
    'no',
    ['--send'],
    'yes',
    [['--no-send', '--default'], 'does not send'],
  ],
  [
    'folders: sent mail kept',
    ['--save-sent', 'true'],
    'saveSent',
    true,
    'true',
    ['--save-sent', 'false'],
    'false',
    [['--save-sent', 'yes'], 'Allowed choices'],
  ],
];

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
    bad: [['--tls-ca', 'sig.txt'], 'holds no certificate'],
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
  ...simple.map(([field, words, key, value, shown, edit, edited, bad]): Field => ({
    field,
    words: () => words,
    written: () => ({ [key]: value }),
    shown: () => [key, shown],
    edit: () => edit,
    edited: () => edited,
    bad,
  })),
  ...others,
];
