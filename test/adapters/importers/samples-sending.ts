/** The same of a tool that sends, and of a table. */
import type { Sample } from './samples.ts';

const hex = 'ab'.repeat(32);

export const moreSamples: readonly Sample[] = [
  {
    title: 'msmtprc with defaults and inheritance',
    kind: 'msmtprc',
    file: '.msmtprc',
    text: `# defaults
defaults
auth on
tls on
tls_trust_file /etc/ssl/certs/ca-certificates.crt
logfile ~/.msmtp.log

account posteo
host posteo.de
port 587
from anna@posteo.de
user anna@posteo.de
passwordeval "pass show mail/posteo"

account alias : posteo
from office@posteo.de

account plain
host smtp.example.org
tls_starttls off
user anna
password hush hush
auth cram-md5
tls_fingerprint ${hex.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:')}

account default : posteo
`,
    accounts: [['posteo', 'anna@posteo.de'] as const, ['alias', 'office@posteo.de'] as const]
      .map(([name, address]): Sample['accounts'][number] => ({
        name,
        secrets: {},
        entry: {
          label: name,
          identity: { address },
          receive: false,
          outgoing: {
            host: 'posteo.de',
            port: 587,
            security: 'starttls',
            credentials: 'own',
            username: 'anna@posteo.de',
            password: { command: 'pass show mail/posteo' },
            tls: { ca: '/etc/ssl/certs/ca-certificates.crt' },
          },
        },
      }))
      .concat({
        name: 'plain',
        secrets: { outgoing: 'hush hush' },
        entry: {
          label: 'plain',
          identity: { address: 'anna@example.org' },
          receive: false,
          outgoing: {
            host: 'smtp.example.org',
            port: 465,
            security: 'tls',
            credentials: 'own',
            auth: 'cram-md5',
            username: 'anna',
            password: { stored: true },
            tls: { ca: '/etc/ssl/certs/ca-certificates.crt', fingerprint: hex },
          },
        },
      }),
    leftOver: ['6 logfile', '6 logfile', '6 logfile', '18 account plain'],
    defaultAccount: 'posteo',
  },
  {
    title: 'a table',
    kind: 'csv',
    file: 'people.csv',
    text: `\uFEFFname;address;type;tags;full_name;in_host;out_host;out_port;user;password;out_password;leave_on_server
;anna@example.org;pop3;staff,office;"Anna ""A"" Ahorn";pop.example.org;;;anna;"a;b ""c""";;no
bert;bert@example.org;;;;imap.example.org;smtp.example.org;587;;;out secret;
`,
    accounts: [
      {
        name: undefined,
        secrets: { incoming: 'a;b "c"' },
        entry: {
          tags: ['staff', 'office'],
          type: 'pop3',
          identity: { name: 'Anna "A" Ahorn', address: 'anna@example.org' },
          incoming: {
            host: 'pop.example.org',
            username: 'anna',
            password: { stored: true },
            leaveOnServer: false,
          },
          send: false,
        },
      },
      {
        name: 'bert',
        secrets: { outgoing: 'out secret' },
        entry: {
          identity: { address: 'bert@example.org' },
          incoming: { host: 'imap.example.org' },
          outgoing: {
            host: 'smtp.example.org',
            port: 587,
            credentials: 'own',
            password: { stored: true },
          },
        },
      },
    ],
    leftOver: [],
  },
];
