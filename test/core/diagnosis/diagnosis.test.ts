/** What is likely and what to do, for each layer: the login first, then the server data, then the network. */

import { describe, expect, it } from 'vitest';
import type { Circumstances, Failure } from '../../../src/core/diagnosis/circumstances.ts';
import { diagnose } from '../../../src/core/diagnosis/diagnosis.ts';
import { providerOfDomain, providers } from '../../../src/core/providers/providers.ts';
import type { Provider } from '../../../src/core/providers/provider.ts';

const usual: Circumstances = {
  service: 'imap',
  host: 'imap.example.org',
  port: 993,
  security: 'tls',
  auth: 'auto',
  username: 'you@example.org',
  sameLogin: false,
  passwordFrom: 'stored',
  address: 'you@example.org',
  provider: null,
  addressProvider: null,
  steps: [],
};

function failure(layer: Failure['layer'], code: string, message = 'no', remedy?: string): Failure {
  return { layer, code, message, remedy: remedy ?? null };
}

function noted(note: Provider['notes'][number]): Provider {
  const found = providers.find(({ notes }) => notes.includes(note));
  if (found === undefined) throw new Error(`no provider is noted ${note}`);
  return found;
}

const refused = failure('login', 'credentials', 'the server refused name or password');

describe('a server that takes nobody just now', () => {
  it.each([
    ['login', 'imap'],
    ['login', 'pop3'],
    ['login', 'smtp'],
    ['session', 'smtp'],
  ] as const)(
    'at the %s of %s: neither the password nor the address is blamed',
    (layer, service) => {
      const busy = failure(layer, 'temporary', 'Exceeded the login limit; try again later');
      const { causes, remedies } = diagnose(busy, { ...usual, service });
      const said = [...causes, ...remedies].join(' ');
      expect(said).toContain('Wait a quarter of an hour');
      expect(said).not.toMatch(/password|user name|may not send|--email/);
    },
  );
});

describe('a refused login', () => {
  it('of an unknown provider: password, user name, web settings, then the server', () => {
    const { tried, answered, causes, remedies } = diagnose(refused, usual);
    expect(tried).toBe('logging in to imap.example.org:993 as you@example.org');
    expect(answered).toBe('the server refused name or password');
    expect(causes.map((cause) => /password|user name|IMAP|mailbox/.exec(cause)?.[0])).toEqual([
      'password',
      'user name',
      'IMAP',
      'mailbox',
    ]);
    expect(remedies).toEqual([
      'Give the password once more.',
      'Try it: --user you',
      'Look there for “IMAP”.',
      'Compare: posthorn account discover you@example.org',
    ]);
  });

  type Case = [string, Partial<Circumstances>, RegExp, RegExp];
  const gmx = providerOfDomain('gmx.de');
  const webDe = providerOfDomain('web.de');
  const appPassword = noted('app-password');
  const cases: Case[] = [
    ['app password', { provider: appPassword }, /wants an app password/, /^Make one/],
    ['e-mail password', { provider: noted('mail-password') }, /e-mail password/, /^Set one/],
    ['OAuth alone', { provider: noted('oauth-only') }, /OAuth 2\.0 alone/, /--in-auth xoauth2/],
    ['from a command', { passwordFrom: 'command' }, /password is mistyped/, /command .* prints/],
    ['from the environment', { passwordFrom: 'env' }, /password/, /environment variable/],
    ['from a file', { passwordFrom: 'file' }, /password/, /first line of the file/],
    ['a token', { auth: 'xoauth2', passwordFrom: 'command' }, /access token/, /prints the token/],
    ['a client certificate', { auth: 'external' }, /client certificate/, /tls\.cert/],
  ];
  it.each(cases)('%s comes first', (_name, more, cause, remedy) => {
    const { causes, remedies } = diagnose(refused, { ...usual, ...more });
    expect(causes[0]).toMatch(cause);
    expect(remedies[0]).toMatch(remedy);
  });

  const later: Case[] = [
    [
      'a form that the provider does not take',
      { provider: webDe },
      /WEB\.DE wants only/,
      /--user you$/,
    ],
    [
      'the local part where the address is wanted',
      { provider: gmx, username: 'you' },
      /GMX wants the whole address/,
      /--user you@/,
    ],
    [
      'POP3 that is switched off',
      { provider: gmx, service: 'pop3' },
      /^POP3 must .* GMX/,
      /^Allow POP3/,
    ],
    [
      'sending that is switched off',
      { provider: gmx, service: 'smtp' },
      /^mail programs must .* GMX/,
      /^Allow POP3 and IMAP/,
    ],
    ['a method chosen by hand', { auth: 'cram-md5' }, /announces cram-md5/, /--in-auth auto/],
    [
      'a name of its own for sending',
      { service: 'smtp', username: 'you' },
      /whole address/,
      /--out-user you@/,
    ],
    [
      'the same name for sending',
      { service: 'smtp', sameLogin: true },
      /stands before the @/,
      /--user you$/,
    ],
    [
      'an address of another provider',
      { addressProvider: gmx },
      /is at GMX, not on imap\.example/,
      /discover/,
    ],
  ];
  it.each(later)('%s', (_name, more, cause, remedy) => {
    const { causes, remedies } = diagnose(refused, { ...usual, ...more });
    expect(causes.slice(1).join('\n')).toMatch(new RegExp(cause.source, 'm'));
    expect(remedies.join('\n')).toMatch(new RegExp(remedy.source, 'm'));
  });

  it('where the provider and the name are right: nothing is guessed at', () => {
    const address = 'you@gmx.de';
    const at = { ...usual, address, username: address, provider: gmx, addressProvider: gmx };
    const { causes } = diagnose(refused, at);
    expect(causes).toHaveLength(2);
    expect(causes.join()).not.toMatch(/user name|mailbox is not/);
  });

  it('for now: who else is in, and how long to wait', () => {
    const busy = diagnose(failure('login', 'temporary'), { ...usual, service: 'pop3' });
    expect(busy.causes[0]).toMatch(/another program .* POP3 lets in one/);
    expect(busy.remedies.join()).toMatch(/Wait/);
    const imap = diagnose(failure('login', 'temporary'), usual);
    expect(imap.causes.join()).not.toMatch(/POP3/);
  });

  it('whose method is not on offer, or would show the password: the error says it all', () => {
    for (const code of ['refused', 'configuration']) {
      const { causes, remedies } = diagnose(failure('login', code, 'no', 'Do so.'), usual);
      expect({ causes, remedies }).toEqual({ causes: [], remedies: ['Do so.'] });
    }
  });
});

describe('a certificate', () => {
  const pin = 'ab'.repeat(32);
  const because = (why: string): Failure =>
    failure(
      'tls',
      'certificate',
      `the certificate of imap.example.org:993 is ${why} (SHA-256 ${pin})`,
    );
  const cases: [string, RegExp, RegExp][] = [
    ['expired on 2024-01-01', /not renewed/, /renew it/],
    ['not valid yet (from 2030-01-01 on); or the clock here is wrong', /clock/, /date/],
    ['issued for other names: mail.example.net', /another name/, /--in-host mail\.example\.net$/],
    ['issued for other names: *.example.net', /another name/, /name that the provider gives/],
    ['issued for other names: $(reboot)', /another name/, /name that the provider gives/],
    ['self-signed', /your own or your company/, /--in-tls-fingerprint abab/],
    ['issued by an authority that is not trusted here (X)', /virus scanner/, /--tls-ca FILE/],
    ['revoked', /^$/, /renew it/],
  ];
  it.each(cases)('%s', (why, cause, remedy) => {
    const { causes, remedies } = diagnose(because(why), usual);
    expect(causes.join('\n')).toMatch(new RegExp(cause.source, 'm'));
    expect(remedies.join('\n')).toMatch(new RegExp(remedy.source, 'm'));
    expect(remedies.join()).not.toContain('$(');
  });

  it('is trusted by the option of its server, with its fingerprint', () => {
    const { remedies } = diagnose(because('self-signed'), { ...usual, service: 'smtp' });
    expect(remedies.at(-1)).toContain(`--out-tls-fingerprint ${pin}`);
  });

  it('other than the pinned one: renewed, or somebody stands between', () => {
    const other = failure(
      'tls',
      'certificate',
      'shows another certificate than the one that is pinned',
    );
    expect(diagnose(other, usual).causes).toEqual([
      'the certificate was renewed',
      'somebody stands between',
    ]);
  });
});

describe('a server that is not reached', () => {
  type Case = [string, Failure, Partial<Circumstances>, RegExp[], RegExp];
  const gmx = providerOfDomain('gmx.de');
  const cases: Case[] = [
    [
      'a name',
      failure('resolve', 'temporary'),
      {},
      [/mistyped/, /name servers/, /offline/],
      /discover you@/,
    ],
    [
      'a known provider',
      failure('resolve', 'temporary'),
      { addressProvider: gmx },
      [/mistyped/],
      /GMX has imap\.gmx\.net: --in-host imap\.gmx\.net/,
    ],
    [
      'an odd port',
      failure('connect', 'timeout'),
      { port: 994 },
      [/port 994 is not/, /not the mail server/, /blocks port 994/, /down/, /offline/],
      /--in-port 993/,
    ],
    [
      'the usual port',
      failure('connect', 'temporary'),
      {},
      [/not the mail server/, /firewall/],
      /Test again/,
    ],
    [
      'port 25',
      failure('connect', 'timeout'),
      { service: 'smtp', port: 25, security: 'none' },
      [/not the mail server/, /blocks port 25, as most/],
      /465 \(tls\)/,
    ],
    [
      'no TLS there',
      failure('tls', 'refused', 'x does not speak TLS on this port'),
      {},
      [/does not go with/],
      /`starttls`.*--in-security starttls --in-port 143/,
    ],
    [
      'no STARTTLS there',
      failure('tls', 'refused', 'offers no STARTTLS'),
      { service: 'smtp', port: 587, security: 'starttls' },
      [/does not go with/],
      /--out-security tls --out-port 465/,
    ],
    [
      'old TLS',
      failure('tls', 'refused', 'offers no TLS that is safe enough'),
      {},
      [/old/],
      /TLS 1\.2/,
    ],
    [
      'silence',
      failure('greeting', 'timeout'),
      {},
      [/may want the security `starttls`/, /firewall/],
      /--in-security starttls/,
    ],
    [
      'turned away',
      failure('greeting', 'temporary'),
      {},
      [/too many connections/, /block list/],
      /again later/,
    ],
    [
      'a sender',
      failure('session', 'refused'),
      { service: 'smtp' },
      [/may not send as you@/],
      /--email ADDRESS/,
    ],
    [
      'no login',
      failure('session', 'credentials'),
      { service: 'smtp', username: null },
      [/not logged in/],
      /--out-credentials same/,
    ],
  ];
  it.each(cases)('%s', (_name, why, more, causes, remedy) => {
    const told = diagnose(why, { ...usual, ...more });
    for (const [at, cause] of causes.entries()) expect(told.causes[at]).toMatch(cause);
    expect(told.remedies.join('\n')).toMatch(remedy);
  });

  it('another server (a misfit) or an unread password: the remedy of the error alone', () => {
    const misfit = failure('greeting', 'refused', 'x is a web server (HTTP)', 'Check the port.');
    expect(diagnose(misfit, usual)).toMatchObject({ causes: [], remedies: ['Check the port.'] });
    const unread = diagnose(failure(null, 'temporary', 'locked', 'Unlock it.'), usual);
    expect(unread).toEqual({
      tried: 'reading the password; no server was asked',
      answered: 'locked',
      causes: [],
      remedies: ['Unlock it.'],
    });
  });
});
