/** The configuration file as people write it: every key, what it means, and its JSON Schema for editors. */
import * as z from 'zod';
import { accountNamePattern } from '../../core/account/account-name.ts';
import { accessLists } from './access.ts';
import { certificate, refuseBoth, signature, template } from './message.ts';
import { rules } from './rules.ts';
import { section } from './section.ts';
import { sync } from './sync.ts';
import * as value from './values.ts';

/** Words for `auth` that fit every protocol. */
export const authWords = [
  'auto',
  'plain',
  'login',
  'cram-md5',
  'scram-sha-1',
  'scram-sha-256',
  'xoauth2',
  'oauthbearer',
  'external',
] as const;

const tls = section(
  {
    ca: value
      .path('PEM file of the authorities to trust instead of those of the system.')
      .optional(),
    fingerprint: value.fingerprint('SHA-256 of the one certificate to accept.').optional(),
    cert: value.path('PEM file of a client certificate; needs key.').optional(),
    key: value.path('PEM file of the private key of cert.').optional(),
  },
  'How the server is recognised. The host name is always checked.',
);

const security = value
  .choice(
    ['tls', 'starttls', 'none'],
    'tls: encrypted from the start; starttls: upgraded before anything is said, or not at all; none: in clear.',
  )
  .optional();

const endpoint = {
  host: value.host('Host name or IP address, nothing else.').optional(),
  port: value.wholeNumber(1, 65_535, 'Follows type and security unless given.').optional(),
  security,
  username: value.text('Login name; the address of the identity unless given.').optional(),
  password: value.password.optional(),
  allowInsecure: value
    .flag('Let a plain password leave unencrypted, beyond this machine. Default: false.')
    .optional(),
  tls: tls.optional(),
};

const incoming = section(
  {
    ...endpoint,
    auth: value
      .choice(
        [...authWords, 'apop'],
        'Authentication mechanism; auto takes the strongest. Default: auto.',
      )
      .optional(),
    interval: value.durationOrNever('Time between two polls, or never. Default: 5m.').optional(),
    idle: value
      .flag('IMAP: be told of new mail at once where the server can. Default: true.')
      .optional(),
    leaveOnServer: value
      .durationOrFlag(
        'POP3: true keeps everything on the server; false deletes what is safely stored; 14d deletes it that much later. Default: true.',
      )
      .optional(),
    backgroundSync: value
      .flag('IMAP: false reads live from the server, and keeps no mail here. Default: true.')
      .optional(),
    createSystemFolders: value
      .flag(
        'IMAP: make the folders for sent, drafts, trash and spam where the server has none. Default: false.',
      )
      .optional(),
    maxConnections: value.wholeNumber(1, 20, 'IMAP: connections at once. Default: 4.').optional(),
  },
  'The server that mail is fetched from.',
);

const outgoing = section(
  {
    ...endpoint,
    credentials: value
      .choice(
        ['same', 'own', 'none'],
        'same: name and password of the incoming server; own: those given here; none: no login. Default: same.',
      )
      .optional(),
    auth: value
      .choice(authWords, 'Authentication mechanism; auto takes the strongest. Default: auto.')
      .optional(),
  },
  'The server that mail is handed to.',
);

const identity = section(
  {
    name: value.text('Full name, goes out in From.').optional(),
    organization: value.text('Goes out in Organization.').optional(),
    address: value.address('The e-mail address of the account.').optional(),
    replyTo: value.address('A different address for answers.').optional(),
  },
  'Who the mail is from.',
);

const role = (name: string): z.ZodOptional<z.ZodString> =>
  value.text(`The folder that serves as ${name}.`).optional();

const folders = section(
  {
    inbox: role('inbox'),
    sent: role('sent mail'),
    drafts: role('drafts'),
    trash: role('trash'),
    spam: role('spam'),
    archive: role('archive'),
  },
  'Folders assigned to a role by hand, by their names on the server.',
);

const inheritable = {
  tags: z
    .array(
      value.text('A tag.').regex(/^[^\s@,]+$/, { error: 'must be one word without @ and comma' }),
      { error: 'must be a list of words' },
    )
    .describe('Words that several accounts share; @TAG on the command line means them all.')
    .optional(),
  type: value
    .choice(['imap', 'pop3'], 'Protocol of the incoming server. Default: imap.')
    .optional(),
  enabled: value.flag('false: left alone for the time being. Default: true.').optional(),
  identity: identity.optional(),
  incoming: incoming.optional(),
  outgoing: outgoing.optional(),
  receive: value.flag('Fetch mail of this account. Default: true.').optional(),
  send: value.flag('Send mail from this account. Default: true.').optional(),
  saveSent: value
    .flagOrAuto('Keep sent mail; auto: unless the provider files it itself. Default: auto.')
    .optional(),
  folders: folders.optional(),
  sync: sync.optional(),
  signature: signature.optional(),
  template: template.optional(),
  certificate: certificate.optional(),
  access: value
    .text('The list of `accessLists` that says who else may read or use its mail. Default: none.')
    .optional(),
  rules: rules.optional(),
};

const account = section(
  {
    id: z
      .string({ error: 'must be a text' })
      .regex(/^[a-z0-9]{4,32}$/, { error: 'must be 4 to 32 small letters and digits' })
      .describe('Made once and never changed: file names and state hang on it, not on the name.')
      .optional(),
    label: value.text('Name for people. Default: the key of the account.').optional(),
    ...inheritable,
    path: value
      .path('Maildir root of the account. Default: mailRoot and the key of the account.')
      .optional(),
  },
  'A mail account.',
).superRefine(refuseBoth);

const discovery = section(
  {
    ispdb: value
      .webAddressOrFalse(
        'Collection of configuration files that is asked for the servers of a domain; false: none. Default: https://autoconfig.thunderbird.net/v1.1.',
      )
      .optional(),
  },
  'How the servers of an address are found.',
);

const options = section(
  {
    mailRoot: value.path('One Maildir tree per account below it. Default: ~/Mail.').optional(),
    layout: value
      .choice(
        ['fs', 'maildir++'],
        'fs: work/INBOX, work/Sent; maildir++: work, work/.Sent. Default: fs.',
      )
      .optional(),
    maxFailures: value
      .wholeNumber(
        0,
        1_000_000,
        'Failed polls in a row before an account is suspended; 0: never. Default: 10.',
      )
      .optional(),
    suspendAfter: value
      .durationOrZero('How long the failures must also have lasted; 0: at once. Default: 24h.')
      .optional(),
    maxLoginFailures: value
      .wholeNumber(
        0,
        1_000_000,
        'Refused logins in a row before an account is suspended; 0: never. Default: 3.',
      )
      .optional(),
    sendImmediately: value
      .flag('false: the outbox waits for the next sync. Default: true.')
      .optional(),
    saveSent: value.flag('false: sent mail is not kept. Default: true.').optional(),
    trashRetention: value
      .duration('Age at which trashed mail is deleted for good. Unset: never.')
      .optional(),
    discovery: discovery.optional(),
  },
  'What concerns all accounts.',
);

export const fileSchema = section(
  {
    version: z.literal(1, { error: 'must be 1' }).describe('Version of this format.').optional(),
    defaultAccount: value.text('The account that sends unless another is named.').optional(),
    options: options.optional(),
    defaults: section(inheritable, 'What every account inherits, key by key.')
      .superRefine(refuseBoth)
      .optional(),
    accessLists: accessLists.optional(),
    accounts: z
      .record(z.string().regex(accountNamePattern), account, {
        error: 'must be a mapping of names to accounts',
      })
      .describe('The accounts by name: small letters, digits, dots, dashes, underscores.')
      .optional(),
  },
  'Configuration of posthorn.',
);

/** The file as it stands, checked key by key, nothing filled in. */
export type FileEntry = z.infer<typeof fileSchema>;

/** One account as it stands in the file; also what edits write. */
export type AccountEntry = z.infer<typeof account>;

export type IncomingEntry = z.infer<typeof incoming>;
export type OutgoingEntry = z.infer<typeof outgoing>;
export type OptionsEntry = z.infer<typeof options>;
export type PasswordEntry = z.infer<typeof value.password>;
export type TlsEntry = z.infer<typeof tls>;

/** JSON Schema (draft 2020-12) of the file; a fresh object each time. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(fileSchema, { target: 'draft-2020-12', io: 'input' });
  return { title: 'posthorn configuration', ...schema };
}
