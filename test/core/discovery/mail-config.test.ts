/** What becomes of a file of mail servers: candidates, notes, and where such files are looked for. */
import { describe, expect, it } from 'vitest';
import {
  collectedFile,
  domainsOfExchanger,
  ownFiles,
} from '../../../src/core/account/config-places.ts';
import { usernameFor, type Candidate } from '../../../src/core/discovery/discovery.ts';
import {
  candidatesOfConfig,
  type ConfigServer,
  type MailConfig,
} from '../../../src/core/discovery/mail-config.ts';

const imap: ConfigServer = {
  ...{ service: 'imap', host: 'imap.example.net', port: 993, security: 'tls' },
  ...{ username: '%EMAILADDRESS%', authentication: ['password-cleartext'] },
};
const pop3: ConfigServer = { ...imap, service: 'pop3', host: 'pop.example.net', port: 995 };

function config(servers: readonly ConfigServer[], more: Partial<MailConfig> = {}): MailConfig {
  return { name: 'Example Mail', servers, mustBeEnabled: false, help: null, ...more };
}

const place = { source: 'autoconfig', origin: 'autoconfig.example.org' } as const;

function candidates(file: MailConfig, address = 'Anna@example.org'): Candidate[] {
  return candidatesOfConfig(file, { ...place, address });
}

describe('candidates of a file', () => {
  it('stand in its order, by service, and say where they are from', () => {
    const found = candidates(config([pop3, imap, { ...imap, port: 143, security: 'starttls' }]));
    expect(found.map(({ service, server }) => [service, server.port])).toEqual([
      ['imap', 993],
      ['imap', 143],
      ['pop3', 995],
    ]);
    expect(found[0]).toMatchObject({
      ...place,
      username: 'address',
      provider: null,
      house: { name: 'Example Mail', notes: [], help: null },
    });
  });

  it.each([
    ['%EMAILADDRESS%', 'Anna@example.org'],
    ['%EMAILLOCALPART%', 'Anna'],
    ['%EMAILLOCALPART%@%EMAILDOMAIN%.invalid', 'Anna@example.org.invalid'],
    ['web17p3', 'web17p3'],
    ['%REALNAME%', 'Anna@example.org'],
    [null, 'Anna@example.org'],
  ])('user name %j: %s', (username, expected) => {
    const [found] = candidates(config([{ ...imap, username }]));
    expect(usernameFor('Anna@example.org', found?.username ?? 'local')).toBe(expected);
  });

  it('of a provider in the table bear its notes, and its form of the user name where none is given', () => {
    const [found] = candidates(config([{ ...imap, host: 'IMAP.web.de.', username: null }]));
    expect(found).toMatchObject({ username: 'local', provider: { id: 'web.de' } });
    expect(found?.server.host).toBe('imap.web.de');
    expect(found?.house).toBeUndefined();
  });

  it('have the domain in the host where the file says so, as DNS has it', () => {
    const file = config([{ ...imap, host: 'mail.%EMAILDOMAIN%' }]);
    expect(candidates(file, 'anna@bücher.example')[0]?.server.host).toBe(
      'mail.xn--bcher-kva.example',
    );
  });

  it.each(['', 'no host', 'a..b', '%EMAILADDRESS%', '-x.example'])('have no host %j', (host) => {
    expect(candidates(config([{ ...imap, host }]))).toEqual([]);
  });

  it('without encryption, or with a login that nobody here has, are not tried', () => {
    const found = candidates(
      config([
        { ...imap, security: 'none', port: 143 },
        { ...pop3, authentication: ['ntlm', 'gssapi'] },
        { ...pop3, authentication: ['ntlm', 'password-encrypted'] },
      ]),
    );
    expect(found.map(({ unusable }) => unusable)).toEqual([
      'it is named without encryption',
      'it is named with a login that posthorn does not have (ntlm, gssapi)',
      undefined,
    ]);
  });

  it('are few of each service', () => {
    const many = Array.from({ length: 9 }, (_, at) => ({ ...imap, port: 1000 + at }));
    expect(candidates(config([...many, pop3]))).toHaveLength(5);
  });

  it.each([
    ['nothing', config([imap]), []],
    ['OAuth alone', config([{ ...imap, authentication: ['oauth2'] }]), ['oauth-only']],
    ['OAuth or a password', config([{ ...imap, authentication: ['oauth2', 'plain'] }]), []],
    ['IMAP to be allowed', config([imap], { mustBeEnabled: true }), ['enable-imap-first']],
    [
      'both to be allowed',
      config([imap, pop3], { mustBeEnabled: true }),
      ['enable-imap-first', 'enable-pop3-first'],
    ],
  ])('tell of %s', (_, file, notes) => {
    expect(candidates(file)[0]?.house?.notes).toEqual(notes);
  });
});

describe('files are looked for', () => {
  it('at the domain: its own server learns the address by https, and nobody in clear', () => {
    const files = ownFiles('"a b"@example.org.', 'example.org');
    expect(files.map(({ secure }) => secure.url)).toEqual([
      'https://autoconfig.example.org/mail/config-v1.1.xml?emailaddress=%22a%20b%22%40example.org',
      'https://example.org/.well-known/autoconfig/mail/config-v1.1.xml',
    ]);
    expect(files.map(({ inClear }) => inClear.url)).toEqual([
      'http://autoconfig.example.org/mail/config-v1.1.xml',
      'http://example.org/.well-known/autoconfig/mail/config-v1.1.xml',
    ]);
  });

  it.each(['https://db.example.net/v1.1', 'https://db.example.net/v1.1/'])(
    'in a collection, with a slash or without: %s',
    (collection) => {
      expect(collectedFile(collection, 'example.org')).toEqual({
        ...{ url: 'https://db.example.net/v1.1/example.org', source: 'ispdb' },
        origin: 'db.example.net',
      });
    },
  );

  it.each([
    ['mx1.mail.example.net', ['mail.example.net', 'example.net']],
    ['example.net', ['example.net']],
    ['mx.example.org', ['mx.example.org']],
    ['org', []],
  ])('for the exchanger %s: %j', (exchanger, expected) => {
    expect(domainsOfExchanger(exchanger, 'example.org')).toEqual(expected);
  });
});
