/** The table of providers: every row is usable, and each is found by what people and exchangers are called. */
import { describe, expect, it } from 'vitest';
import { isHost } from '../../../src/core/account/host.ts';
import type { Provider, ServerAddress } from '../../../src/core/providers/provider.ts';
import {
  filesSentItself,
  providerOfDomain,
  providerOfExchanger,
  providers,
} from '../../../src/core/providers/providers.ts';

const domainName = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

const usualPorts = {
  imap: { tls: [993], starttls: [143, 1143], none: [] },
  pop3: { tls: [995], starttls: [110], none: [] },
  smtp: { tls: [465, 587], starttls: [587, 1025], none: [] },
} as const;

function servers({ imap, pop3, smtp }: Provider): [keyof typeof usualPorts, ServerAddress][] {
  return [
    ...(imap === undefined ? [] : [['imap', imap] as [keyof typeof usualPorts, ServerAddress]]),
    ...(pop3 === undefined ? [] : [['pop3', pop3] as [keyof typeof usualPorts, ServerAddress]]),
    ['smtp', smtp],
  ];
}

describe('the table', () => {
  it('holds at least 60 providers, each with an id of its own', () => {
    expect(providers.length).toBeGreaterThanOrEqual(60);
    expect(new Set(providers.map(({ id }) => id)).size).toBe(providers.length);
    expect(new Set(providers.map(({ name }) => name)).size).toBe(providers.length);
  });

  it('names no domain and no exchanger twice', () => {
    const domains = providers.flatMap((each) => each.domains);
    expect(domains.filter((each, at) => domains.indexOf(each) !== at)).toEqual([]);
    const exchangers = providers.flatMap((each) => each.mx);
    expect(exchangers.filter((each, at) => exchangers.indexOf(each) !== at)).toEqual([]);
  });

  it.each(providers)('$id is well-formed', (provider) => {
    const { domains, mx, imap, pop3, notes, help } = provider;
    for (const name of [...domains, ...mx]) expect(name).toMatch(domainName);
    expect(domains.length + mx.length).toBeGreaterThan(0);
    expect(imap ?? pop3).toBeDefined();
    for (const [service, { host, port, security }] of servers(provider)) {
      expect(isHost(host)).toBe(true);
      expect(host).toBe(host.toLowerCase());
      expect(usualPorts[service][security]).toContain(port);
    }
    expect(new Set(notes).size).toBe(notes.length);
    if (notes.includes('enable-pop3-first')) expect(pop3).toBeDefined();
    expect(help ?? 'https://example.org/').toMatch(/^https:\/\/[!-~]+$/);
    if (help !== null) expect(notes).not.toEqual([]);
  });
});

it.each(
  (
    'gmx.de web.de t-online.de freenet.de online.de strato.de mail.de posteo.de mailbox.org vodafonemail.de a1.net bluewin.ch ' +
    'gmail.com outlook.com yahoo.com aol.com icloud.com fastmail.com zoho.com yandex.ru mail.ru proton.me orange.fr free.fr ' +
    'laposte.net libero.it seznam.cz wp.pl onet.pl kpnmail.nl ziggo.nl telenet.be comcast.net att.net verizon.net'
  ).split(' '),
)('%s is known', (domain) => {
  expect(providerOfDomain(domain)).not.toBeNull();
});

describe('a provider is found', () => {
  it.each([
    ['gmx.de', 'gmx'],
    ['gmx.com', 'gmx.com'],
    ['web.de', 'web.de'],
    ['t-online.de', 't-online'],
    ['arcor.de', 'vodafone.de'],
    ['googlemail.com', 'gmail'],
    ['hotmail.de', 'outlook.com'],
    ['xs4all.nl', 'kpn'],
    ['verizon.net', 'aol'],
    ['example.org', undefined],
    ['mail.gmx.de', undefined],
  ])('by the domain %s: %s', (domain, id) => {
    expect(providerOfDomain(domain)?.id).toBe(id);
  });

  it.each([
    ['mx00.kundenserver.de', 'ionos'],
    ['smtpin.rzone.de', 'strato'],
    ['www123.your-server.de.', 'hetzner'],
    ['ASPMX.L.GOOGLE.COM', 'gmail'],
    ['example-org.mail.protection.outlook.com', 'microsoft365'],
    ['outlook-com.olc.protection.outlook.com', 'outlook.com'],
    ['mx1.mail.hostpoint.ch', 'hostpoint'],
    ['in1-smtp.messagingengine.com', 'fastmail'],
    ['notgoogle.com', undefined],
    ['mx.example.org', undefined],
  ])('by the exchanger %s: %s', (exchanger, id) => {
    expect(providerOfExchanger(exchanger)?.id).toBe(id);
  });
});

it.each([
  ['smtp.gmail.com', true],
  ['smtp-relay.gmail.com', true],
  ['SMTP.GoogleMail.com', true],
  ['smtp-mail.outlook.com', true],
  ['smtp.gmx.net', false],
  ['gmail.com.example.org', false],
  ['127.0.0.1', false],
  ['', false],
])('%s files sent mail itself: %s', (host, expected) => {
  expect(filesSentItself(host)).toBe(expected);
});
