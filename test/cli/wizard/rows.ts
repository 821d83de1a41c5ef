/** Each field of the wizard as a row: what is asked and answered, what stands in the file then, and how it reads. */
import type { AccountEntry } from '../../../src/config/schema/schema.ts';
import type { Answer } from '../../fakes/scripted-questions.ts';

export const imap: AccountEntry = {
  identity: { address: 'anna@example.org' },
  incoming: { host: 'imap.example.org' },
  outgoing: { host: 'smtp.example.org' },
};
export const pop3: AccountEntry = { ...imap, type: 'pop3' };

export interface WizardRow {
  readonly key: string;
  readonly entry?: AccountEntry;
  readonly answers: readonly Answer[];
  /** What is in the file then: key and value. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly shown: string;
}

export const wizardRows: readonly WizardRow[] = [
  {
    key: 'type',
    answers: [
      ['Type', 'POP3'],
      ['Which server', 'Keep imap.example.org, port 995'],
    ],
    written: { type: 'pop3' },
    shown: 'POP3',
  },
  { key: 'enabled', answers: [['Enabled', 'no']], written: { enabled: false }, shown: 'no' },
  { key: 'label', answers: [['Label', 'Büro']], written: { label: 'Büro' }, shown: 'Büro' },
  {
    key: 'tags',
    answers: [['Tags', 'office, de']],
    written: { tags: ['office', 'de'] },
    shown: 'office, de',
  },
  {
    key: 'identity.address',
    answers: [['Address', 'a@example.net']],
    written: { 'identity.address': 'a@example.net' },
    shown: 'a@example.net',
  },
  {
    key: 'identity.name',
    answers: [['Your name', 'Anna']],
    written: { 'identity.name': 'Anna' },
    shown: 'Anna',
  },
  {
    key: 'identity.organization',
    answers: [['Organization', 'Example Ltd']],
    written: { 'identity.organization': 'Example Ltd' },
    shown: 'Example Ltd',
  },
  {
    key: 'identity.replyTo',
    answers: [['Reply-To', 'office@example.org']],
    written: { 'identity.replyTo': 'office@example.org' },
    shown: 'office@example.org',
  },
  {
    key: 'incoming.host',
    answers: [['Host', 'mx.example.org']],
    written: { 'incoming.host': 'mx.example.org' },
    shown: 'mx.example.org',
  },
  {
    key: 'incoming.port',
    answers: [['Port', '1993']],
    written: { 'incoming.port': 1993 },
    shown: '1993',
  },
  {
    key: 'incoming.security',
    answers: [['Security', 'STARTTLS']],
    written: { 'incoming.security': 'starttls' },
    shown: 'starttls',
  },
  {
    key: 'incoming.tls.ca',
    answers: [['Authority', '~/ca.pem']],
    written: { 'incoming.tls.ca': '~/ca.pem' },
    shown: '~/ca.pem',
  },
  {
    key: 'outgoing.tls.fingerprint',
    answers: [['Pinned certificate', 'ab'.repeat(32)]],
    written: { 'outgoing.tls.fingerprint': 'ab'.repeat(32) },
    shown: 'ab'.repeat(32),
  },
  {
    key: 'outgoing.host',
    answers: [['Host', 'out.example.org']],
    written: { 'outgoing.host': 'out.example.org' },
    shown: 'out.example.org',
  },
  {
    key: 'outgoing.port',
    answers: [['Port', '2525']],
    written: { 'outgoing.port': 2525 },
    shown: '2525',
  },
  {
    key: 'incoming.username',
    answers: [['User name', 'anna']],
    written: { 'incoming.username': 'anna' },
    shown: 'anna',
  },
  {
    key: 'incoming.password',
    answers: [
      ['Password of', 'a command'],
      ['Command line', 'pass show mail'],
    ],
    written: { 'incoming.password': { command: 'pass show mail' } },
    shown: 'printed by a command',
  },
  {
    key: 'incoming.auth',
    answers: [['Method', 'cram-md5']],
    written: { 'incoming.auth': 'cram-md5' },
    shown: 'cram-md5',
  },
  {
    key: 'incoming.auth',
    entry: pop3,
    answers: [['Method', 'apop']],
    written: { 'incoming.auth': 'apop' },
    shown: 'apop',
  },
  {
    key: 'outgoing.credentials',
    answers: [
      ['Login for sending', 'own'],
      ['User name (outgoing)', 'sender'],
      ['Password of', 'an environment variable'],
      ['Name of the variable', 'SMTP_PASSWORD'],
    ],
    written: {
      'outgoing.credentials': 'own',
      'outgoing.username': 'sender',
      'outgoing.password': { env: 'SMTP_PASSWORD' },
    },
    shown: 'own',
  },
  {
    key: 'outgoing.auth',
    answers: [['Method (outgoing)', 'scram-sha-256']],
    written: { 'outgoing.auth': 'scram-sha-256' },
    shown: 'scram-sha-256',
  },
  {
    key: 'incoming.interval',
    answers: [['Polling interval', '15m']],
    written: { 'incoming.interval': '15m' },
    shown: '15m',
  },
  {
    key: 'incoming.idle',
    answers: [['Told at once', 'no']],
    written: { 'incoming.idle': false },
    shown: 'no',
  },
  {
    key: 'incoming.leaveOnServer',
    entry: pop3,
    answers: [['Leave a copy', '14d']],
    written: { 'incoming.leaveOnServer': '14d' },
    shown: '14d',
  },
  {
    key: 'incoming.leaveOnServer',
    entry: pop3,
    answers: [['Leave a copy', 'false']],
    written: { 'incoming.leaveOnServer': false },
    shown: 'false',
  },
  {
    key: 'incoming.backgroundSync',
    answers: [['Kept here', 'no']],
    written: { 'incoming.backgroundSync': false },
    shown: 'no',
  },
  {
    key: 'incoming.createSystemFolders',
    answers: [['Create missing', 'yes']],
    written: { 'incoming.createSystemFolders': true },
    shown: 'yes',
  },
  {
    key: 'folders.sent',
    answers: [['Folder for sent', 'Gesendet']],
    written: { 'folders.sent': 'Gesendet' },
    shown: 'Gesendet',
  },
  {
    key: 'path',
    answers: [['Maildir', '~/Mail/elsewhere']],
    written: { path: '~/Mail/elsewhere' },
    shown: '~/Mail/elsewhere',
  },
  {
    key: 'signature',
    answers: [
      ['What goes into new mail?', 'a signature, written'],
      ['Signature', 'Anna\nExample Ltd\n'],
    ],
    written: { 'signature.text': 'Anna\nExample Ltd' },
    shown: 'signature “Anna”',
  },
  {
    key: 'signature',
    entry: { ...imap, signature: { text: 'old' } },
    answers: [
      ['What goes into new mail?', 'a template'],
      ['File of the template', '~/letter.txt'],
    ],
    written: { template: '~/letter.txt', 'signature.text': undefined },
    shown: 'template ~/letter.txt',
  },
  {
    key: 'signature',
    answers: [
      ['What goes into new mail?', 'a signature from a file'],
      ['File of the signature', 'mail/signature.txt'],
    ],
    written: { 'signature.file': '/home/anna/mail/signature.txt' },
    shown: 'signature from /home/anna/mail/signature.txt',
  },
  {
    key: 'signature.onReply',
    answers: [['Signature on replies', 'yes']],
    written: { 'signature.onReply': true },
    shown: 'yes',
  },
  {
    key: 'certificate.file',
    answers: [['Certificate', '~/anna.p12']],
    written: { 'certificate.file': '~/anna.p12' },
    shown: '~/anna.p12',
  },
  {
    key: 'certificate.password',
    entry: { ...imap, certificate: { file: '~/anna.p12' } },
    answers: [
      ['Password of the certificate', 'the first line'],
      ['Path of the file', '~/secret'],
    ],
    written: { 'certificate.password': { file: '~/secret' } },
    shown: 'file ~/secret',
  },
  {
    key: 'access',
    answers: [['Who besides you', 'those of the list team']],
    written: { access: 'team' },
    shown: 'team',
  },
  { key: 'receive', answers: [['Receiving', 'no']], written: { receive: false }, shown: 'no' },
  { key: 'send', answers: [['Sending', 'no']], written: { send: false }, shown: 'no' },
  {
    key: 'saveSent',
    answers: [['Keep sent mail', 'no']],
    written: { saveSent: false },
    shown: 'no',
  },
];
