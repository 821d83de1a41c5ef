/** Which servers are candidates, which come first, and which may be used without asking. */
import { describe, expect, it } from 'vitest';
import {
  addressParts,
  bestFor,
  candidatesOfProvider,
  candidatesOfRecords,
  guessedCandidates,
  isCertain,
  isBestKnown,
  ranked,
  usernameFor,
  type DiscoverySource,
  type Finding,
  type ServiceName,
} from '../../../src/core/discovery/discovery.ts';
import type { Provider } from '../../../src/core/providers/provider.ts';
import { providerOfDomain } from '../../../src/core/providers/providers.ts';

const imaps: ServiceName = { name: '_imaps._tcp', service: 'imap', security: 'tls' };

function finding(source: DiscoverySource, more: Partial<Finding> = {}): Finding {
  const server = { host: `${source}.example.org`, port: 993, security: 'tls' } as const;
  const fixed = {
    service: 'imap',
    server,
    username: 'address',
    origin: '',
    provider: null,
  } as const;
  return { ...fixed, source, state: 'reached', why: null, ...more };
}

function at(host: string): Partial<Finding> {
  return { server: { host, port: 993, security: 'tls' } };
}

function table(domain: string): Provider {
  const provider = providerOfDomain(domain);
  if (provider === null) throw new Error(`${domain} is not in the table`);
  return provider;
}

describe('an address', () => {
  it.each([
    ['anna@gmx.de', { local: 'anna', domain: 'gmx.de' }],
    ['Anna.B@GMX.de', { local: 'Anna.B', domain: 'gmx.de' }],
    ['"a@b"@example.org', { local: '"a@b"', domain: 'example.org' }],
    ['post@bücher.example', { local: 'post', domain: 'xn--bcher-kva.example' }],
    ['anna@example.org.', { local: 'anna', domain: 'example.org' }],
    ['anna@Mail.Dept.Example.ORG', { local: 'anna', domain: 'mail.dept.example.org' }],
    ['"a b"@example.org', { local: '"a b"', domain: 'example.org' }],
    ['"a\\"b"@example.org', { local: '"a\\"b"', domain: 'example.org' }],
    ['post@BÜCHER.example', { local: 'post', domain: 'xn--bcher-kva.example' }],
    ['anna', null],
    ['a b@example.org', null],
    ['"a"b"@example.org', null],
    ['"a\u0007"@example.org', null],
    ['anna@[192.0.2.1]', null],
    ['anna@.', null],
    ['@example.org', null],
    ['anna@', null],
    ['anna@localhost', null],
    ['anna@127.0.0.1', null],
    ['anna@[::1]', null],
    ['anna@exa mple.org', null],
    ['anna@example.org\n', null],
    ['anna@-example.org', null],
  ])('%j is %j', (address, parts) => {
    expect(addressParts(address)).toEqual(parts);
  });

  it('gives the user name in the form that the provider takes', () => {
    expect(usernameFor('Anna@web.de', 'address')).toBe('Anna@web.de');
    expect(usernameFor('Anna@web.de', 'local')).toBe('Anna');
    expect(usernameFor('anna@example.org.', 'address')).toBe('anna@example.org');
    expect(usernameFor('anna@example.org', { text: 'web17p3' })).toBe('web17p3');
  });
});

describe('SRV records', () => {
  it('come by priority, then by weight, without those that deny the service', () => {
    const candidates = candidatesOfRecords(imaps, 'example.org', [
      { host: 'c.example.org', port: 993, priority: 20, weight: 0 },
      { host: 'a.example.org', port: 993, priority: 10, weight: 5 },
      { host: 'B.example.org', port: 1993, priority: 10, weight: 9 },
      { host: '', port: 0, priority: 0, weight: 0 },
      { host: 'no host!', port: 993, priority: 0, weight: 0 },
    ]);
    expect(candidates.map(({ server }) => `${server.host}:${String(server.port)}`)).toEqual([
      'b.example.org:1993',
      'a.example.org:993',
      'c.example.org:993',
    ]);
    expect(candidates[0]).toMatchObject({
      source: 'srv',
      origin: '_imaps._tcp.example.org',
      username: 'address',
      provider: null,
    });
  });

  it('that lead to a provider of the table take its user-name form', () => {
    const target = { host: 'imap.web.de', port: 993, priority: 0, weight: 0 };
    const [candidate] = candidatesOfRecords(imaps, 'example.org', [target]);
    expect(candidate).toMatchObject({ username: 'local', provider: { id: 'web.de' } });
  });
});

it('a provider is a candidate for each service that it has', () => {
  const services = (domain: string): string[] =>
    candidatesOfProvider(table(domain), 'provider', 'x').map(({ service }) => service);
  expect(services('gmx.de')).toEqual(['imap', 'pop3', 'smtp']);
  expect(services('icloud.com')).toEqual(['imap', 'smtp']);
  expect(services('yahoo.co.jp')).toEqual(['pop3', 'smtp']);
});

it('guesses are names below the domain, with TLS from the first octet', () => {
  const guessed = (['imap', 'pop3', 'smtp'] as const).flatMap((service) =>
    guessedCandidates(service, 'example.org').map(({ server }) => server),
  );
  expect(guessed.every(({ security }) => security === 'tls')).toBe(true);
  expect(guessed.map(({ host, port }) => `${host}:${String(port)}`)).toEqual([
    'imap.example.org:993',
    'mail.example.org:993',
    'pop.example.org:995',
    'pop3.example.org:995',
    'mail.example.org:995',
    'smtp.example.org:465',
    'mail.example.org:465',
  ]);
});

describe('the ranking', () => {
  const order: readonly DiscoverySource[] = [
    'provider',
    'autoconfig',
    'ispdb',
    'srv',
    'autoconfig-http',
    'mx',
    'guess',
  ];

  it('goes by trust, wherever each stood', () => {
    const shuffled = order.toReversed().map((source) => finding(source));
    expect(ranked(shuffled).map(({ source }) => source)).toEqual(order);
  });

  it('keeps the order of equals, the failed ones last', () => {
    const failed = finding('srv', { state: 'failed', ...at('a.example.org') });
    const good = finding('srv', at('b.example.org'));
    const better = finding('srv', at('c.example.org'));
    expect(ranked([failed, good, better])).toEqual([good, better, failed]);
  });

  it('never chooses what failed, nor another service', () => {
    const failed = finding('srv', { state: 'failed' });
    const other = finding('provider', { service: 'smtp' });
    expect(bestFor('imap', [failed, other, finding('guess')])?.source).toBe('guess');
    expect(bestFor('imap', [failed, other])).toBeNull();
  });
});

describe('a service is settled', () => {
  const { state: _, why: __, ...untried } = finding('srv');
  const failed = finding('srv', { state: 'failed' });

  it.each([
    ['by the first that may be used', [[finding('srv')], 'open'], true],
    ['not while a more trusted place is open', ['open', [finding('srv')]], false],
    ['not while a better one is still tried', [[untried, finding('srv')]], false],
    ['though a worse one is still tried', [[failed, finding('srv'), untried]], true],
    ['after those that failed', [[failed], [], [finding('guess')], 'open'], true],
    ['not by another service', [[finding('srv', { service: 'smtp' })], 'open'], false],
    ['not where nothing was found', [[failed], []], false],
  ] as const)('%s: %3$s', (_, places, expected) => {
    expect(isBestKnown('imap', places)).toBe(expected);
  });
});

describe('it is certain', () => {
  it.each([
    ['a provider of the table', finding('provider', { state: 'known' }), true],
    ['the house that takes the mail', finding('mx', { state: 'known' }), true],
    ['SRV within the domain', finding('srv', at('mail.example.org')), true],
    ['SRV to the domain itself', finding('srv', at('example.org')), true],
    ['SRV out of the domain', finding('srv', at('mail.example.net')), false],
    ['SRV to a name that ends alike', finding('srv', at('notexample.org')), false],
    ['SRV to a provider', finding('srv', { ...at('x.example'), provider: table('gmx.de') }), true],
    ['SRV that was not reached', finding('srv', { state: 'known' }), false],
    ['a guess that was reached', finding('guess'), true],
    ['a guess that failed', finding('guess', { state: 'failed' }), false],
    ['autoconfig by HTTPS', finding('autoconfig', at('mail.example.net')), true],
    [
      'autoconfig in clear, out of the domain',
      finding('autoconfig-http', at('a.example.net')),
      false,
    ],
  ])('%s: %3$s', (_, each, expected) => {
    expect(isCertain(each, 'example.org')).toBe(expected);
  });
});
