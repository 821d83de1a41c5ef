/** A real-world configuration of each tool, and what it must become. */
import type { ImportedEntry, ImportKind } from '../../../src/ports/accounts/importer.ts';

export interface Sample {
  readonly title: string;
  readonly kind: ImportKind;
  readonly file: string;
  readonly text: string;
  readonly accounts: readonly { name: string | undefined; entry: ImportedEntry; secrets: object }[];
  /** `LINE WHAT`. */
  readonly leftOver: readonly string[];
  readonly defaultAccount?: string;
}

const hex = 'ab'.repeat(32);

export const samples: readonly Sample[] = [
  {
    title: 'mbsyncrc with two accounts, a tunnel and a group',
    kind: 'mbsyncrc',
    file: '.mbsyncrc',
    text: `# all channels
SyncState *

IMAPAccount posteo
Host posteo.de
User anna@posteo.de
PassCmd "+pass show \\"mail/posteo\\""
TLSType IMAPS
CertificateFile /etc/ssl/certs/ca-certificates.crt

IMAPStore posteo-remote
Account posteo
Trash Trash

MaildirStore posteo-local
Path ~/Mail/posteo/
Inbox ~/Mail/posteo/INBOX
SubFolders Verbatim

Channel posteo
Far :posteo-remote:
Near :posteo-local:
Patterns * !Spam

IMAPStore work
Host imap.example.com
Port 1143
User anna
Pass "s3cret pass"
SSLType STARTTLS
AuthMechs CRAM-MD5

MaildirStore work-local
Path $HOME/Mail/work/

Channel work
Master :work:
Slave :work-local:

IMAPAccount lab
Host lab.example.net
Tunnel "ssh lab imapd"

Group daily posteo work:INBOX
`,
    accounts: [
      {
        name: 'posteo',
        secrets: {},
        entry: {
          label: 'posteo',
          tags: ['daily'],
          type: 'imap',
          identity: { address: 'anna@posteo.de' },
          incoming: {
            host: 'posteo.de',
            security: 'tls',
            password: { command: 'pass show "mail/posteo"' },
            tls: { ca: '/etc/ssl/certs/ca-certificates.crt' },
          },
          folders: { trash: 'Trash' },
          sync: { onLocalDelete: 'keep', onRemoteDelete: 'keep', folders: { exclude: ['Spam'] } },
          path: '~/Mail/posteo',
          send: false,
        },
      },
      {
        name: 'work',
        secrets: { incoming: 's3cret pass' },
        entry: {
          label: 'work',
          tags: ['daily'],
          type: 'imap',
          identity: { address: 'anna@example.com' },
          incoming: {
            host: 'imap.example.com',
            port: 1143,
            security: 'starttls',
            auth: 'cram-md5',
            username: 'anna',
            password: { stored: true },
          },
          sync: { onLocalDelete: 'keep', onRemoteDelete: 'keep' },
          path: '~/Mail/work',
          send: false,
        },
      },
    ],
    leftOver: ['2 SyncState', '25 IMAPStore work', '42 IMAPAccount lab'],
  },
  {
    title: 'offlineimaprc with two accounts',
    kind: 'offlineimaprc',
    file: '.offlineimaprc',
    text: `[general]
accounts = Home
pythonfile = ~/.offlineimap.py

[Account Home]
localrepository = HomeLocal
remoterepository = HomeRemote
autorefresh = 5

[Repository HomeLocal]
type = Maildir
localfolders = ~/Mail/home

[Repository HomeRemote]
type = IMAP
remotehost = mail.example.org
remoteuser = anna@example.org
remotepasseval = subprocess.check_output(["pass", "mail/home"]).strip()
ssl = yes
cert_fingerprint = ${hex}
nametrans = lambda name:
  re.sub('x', 'y', name)

[Account Google]
localrepository = GoogleLocal
remoterepository = GoogleRemote

[Repository GoogleLocal]
type = GmailMaildir
localfolders = ~/Mail/google

[Repository GoogleRemote]
type = Gmail
remoteuser = anna@gmail.com
remotepass = app%%pass word
`,
    accounts: [
      {
        name: 'Home',
        secrets: {},
        entry: {
          label: 'Home',
          type: 'imap',
          identity: { address: 'anna@example.org' },
          incoming: {
            host: 'mail.example.org',
            security: 'tls',
            password: { command: ['pass', 'mail/home'] },
            interval: '5m',
            tls: { fingerprint: hex },
          },
          path: '~/Mail/home',
          send: false,
        },
      },
      {
        name: 'Google',
        secrets: { incoming: 'app%pass word' },
        entry: {
          label: 'Google',
          type: 'imap',
          enabled: false,
          identity: { address: 'anna@gmail.com' },
          incoming: { host: 'imap.gmail.com', security: 'tls', password: { stored: true } },
          path: '~/Mail/google',
          send: false,
        },
      },
    ],
    leftOver: ['3 pythonfile', '21 nametrans'],
  },
  {
    title: 'getmailrc',
    kind: 'getmailrc',
    file: '/home/anna/.getmail/getmailrc-old',
    text: `[retriever]
type = SimplePOP3SSLRetriever
server = pop.example.org
username = anna
port = 1995
password_command = ("/usr/bin/pass", "show", 'mail/old')

[destination]
type = Maildir
path = ~/Mail/old/

[options]
delete = false
delete_after = 14
read_all = false
verbose = 1
`,
    accounts: [
      {
        name: 'old',
        secrets: {},
        entry: {
          type: 'pop3',
          identity: { address: 'anna@example.org' },
          incoming: {
            host: 'pop.example.org',
            port: 1995,
            security: 'tls',
            username: 'anna',
            password: { command: ['/usr/bin/pass', 'show', 'mail/old'] },
            leaveOnServer: '14d',
          },
          path: '~/Mail/old',
          send: false,
        },
      },
    ],
    leftOver: ['1 [retriever]', '10 path', '15 read_all', '16 verbose'],
  },
  {
    title: 'fetchmailrc with defaults and several users',
    kind: 'fetchmailrc',
    file: '.fetchmailrc',
    text: `set daemon 300
set postmaster "anna"

defaults protocol pop3, ssl, keep

poll pop.example.org
  user "anna" there with password "p w d" is "anna" here
  user 'bert' there has password 'b\\'t' nokeep

poll mail.example.net with proto IMAP port 1143 no ssl:
  user "carl@example.net", password horse fetchall

skip idle.example.net user dora pass "x y z"
`,
    accounts: [
      {
        name: 'anna',
        secrets: { incoming: 'p w d' },
        entry: {
          label: 'pop.example.org anna',
          type: 'pop3',
          identity: { address: 'anna@example.org' },
          incoming: {
            host: 'pop.example.org',
            security: 'tls',
            username: 'anna',
            password: { stored: true },
            interval: '300s',
            leaveOnServer: true,
          },
          send: false,
        },
      },
      {
        name: 'bert',
        secrets: { incoming: "b't" },
        entry: {
          label: 'pop.example.org bert',
          type: 'pop3',
          identity: { address: 'bert@example.org' },
          incoming: {
            host: 'pop.example.org',
            security: 'tls',
            username: 'bert',
            password: { stored: true },
            interval: '300s',
            leaveOnServer: false,
          },
          send: false,
        },
      },
      {
        name: undefined,
        secrets: { incoming: 'horse' },
        entry: {
          label: 'mail.example.net',
          type: 'imap',
          identity: { address: 'carl@example.net' },
          incoming: {
            host: 'mail.example.net',
            port: 1143,
            security: 'starttls',
            password: { stored: true },
            interval: '300s',
          },
          send: false,
        },
      },
      {
        name: 'dora',
        secrets: { incoming: 'x y z' },
        entry: {
          label: 'idle.example.net',
          type: 'pop3',
          enabled: false,
          identity: { address: 'dora@idle.example.net' },
          incoming: {
            host: 'idle.example.net',
            security: 'tls',
            username: 'dora',
            password: { stored: true },
            interval: '300s',
            leaveOnServer: true,
          },
          send: false,
        },
      },
    ],
    leftOver: [
      '2 set postmaster',
      '6 poll',
      '6 poll',
      '7 is',
      '10 no ssl',
      '11 fetchall',
      '13 poll',
    ],
  },
];
