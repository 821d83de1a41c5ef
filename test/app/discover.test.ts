/** What is found for an address, with a network made of tables. */
import { describe, expect, it } from 'vitest';
import { certainOnly, chooseServer, notesFor } from '../../src/app/choose-servers.ts';
import { discover, discoverOffline, type Discovered } from '../../src/app/discover.ts';
import { bestFor, type ServiceTarget } from '../../src/core/discovery.ts';
import type { MailConfig } from '../../src/core/mail-config.ts';
import { RefusedError, TemporaryError } from '../../src/errors.ts';
import type { Discovery } from '../../src/ports/discovery.ts';

interface Net {
  readonly services?: Readonly<Record<string, readonly ServiceTarget[]>>;
  readonly exchangers?: readonly string[];
  /** By the beginning of their addresses; an error is thrown. */
  readonly files?: Readonly<Record<string, MailConfig | Error>>;
  /** `HOST:PORT` of servers that answer and whose certificate holds. */
  readonly up?: readonly string[];
  readonly dnsFails?: boolean;
}

function network({
  services = {},
  exchangers = [],
  files = {},
  up = [],
  dnsFails = false,
}: Net): Discovery & { readonly calls: string[] } {
  const calls: string[] = [];
  const asked = <T>(what: string, answer: T): Promise<T> => {
    calls.push(what);
    return dnsFails
      ? Promise.reject(new TemporaryError(`${what} could not be looked up (DNS)`))
      : Promise.resolve(answer);
  };
  return {
    calls,
    services: (name) => asked(name, services[name] ?? []),
    exchangers: (domain) => asked(domain, exchangers),
    mailConfig: (url) => {
      calls.push(url);
      const file = Object.entries(files).find(([start]) => url.startsWith(start))?.[1] ?? null;
      return file instanceof Error ? Promise.reject(file) : Promise.resolve(file);
    },
    probe: (_, { host, port }) => {
      const place = `${host}:${String(port)}`;
      calls.push(place);
      if (up.includes(place)) return Promise.resolve();
      return Promise.reject(new RefusedError(`${place} has another's certificate`));
    },
  };
}

const { signal } = new AbortController();

function target(host: string, port: number): ServiceTarget {
  return { host, port, priority: 0, weight: 0 };
}

/** `HOST:PORT` of all that was tried. */
function probed({ calls }: { readonly calls: readonly string[] }): string[] {
  return calls.filter((each) => /^[^/]+:\d+$/.test(each));
}

/** `IMAP-HOST SMTP-HOST`, by TLS. */
function file(...hosts: readonly string[]): MailConfig {
  const servers = hosts.map((host) => ({
    ...({ service: host.startsWith('smtp') ? 'smtp' : 'imap', host, security: 'tls' } as const),
    ...{ port: host.startsWith('smtp') ? 465 : 993, username: '%EMAILADDRESS%' },
    authentication: ['password-cleartext'],
  }));
  return { name: 'Example Mail', servers, mustBeEnabled: false, help: null };
}

function chosen(found: Discovered): (string | null)[] {
  return (['imap', 'pop3', 'smtp'] as const).map((service) => {
    const best = bestFor(service, found.findings);
    return best === null ? null : `${best.source} ${best.server.host}:${String(best.server.port)}`;
  });
}

describe('discovery', () => {
  it('asks nobody where the table knows the domain', async () => {
    const net = network({});
    const found = await discover('anna@GMX.de', net, signal);
    expect(chosen(found)).toEqual([
      'provider imap.gmx.net:993',
      'provider pop.gmx.net:995',
      'provider mail.gmx.net:465',
    ]);
    expect(found).toEqual(discoverOffline('anna@GMX.de'));
    expect(net.calls).toEqual([]);
  });

  it('takes what SRV names and answers before a guess that answers too', async () => {
    const net = network({
      services: {
        '_imaps._tcp.example.org': [target('mx1.example.org', 1993)],
        '_submissions._tcp.example.org': [target('mx1.example.org', 1465)],
      },
      up: ['mx1.example.org:1993', 'mx1.example.org:1465', 'imap.example.org:993'],
    });
    const found = await discover('anna@example.org', net, signal);
    expect(chosen(found)).toEqual(['srv mx1.example.org:1993', null, 'srv mx1.example.org:1465']);
  });

  it('passes over a server that does not answer, or has a certificate of another, and says so', async () => {
    const net = network({
      services: { '_imaps._tcp.example.org': [target('bad.example.org', 993)] },
      up: ['mail.example.org:993'],
    });
    const found = await discover('anna@example.org', net, signal);
    expect(chosen(found)).toEqual(['guess mail.example.org:993', null, null]);
    expect(found.findings[0]).toMatchObject({
      source: 'srv',
      state: 'failed',
      why: "bad.example.org:993 has another's certificate",
    });
  });

  it('knows the house that takes the mail, and then guesses nothing', async () => {
    const net = network({ exchangers: ['mx.unknown.example', 'mx00.kundenserver.de'] });
    const found = await discover('anna@example.org', net, signal);
    expect(chosen(found)).toEqual([
      'mx imap.ionos.de:993',
      'mx pop.ionos.de:995',
      'mx smtp.ionos.de:465',
    ]);
    expect(probed(net)).toEqual([]);
  });

  it('passes over what needs consent where nobody can be asked', async () => {
    const net = network({
      services: { '_imaps._tcp.example.org': [target('mail.example.net', 993)] },
      exchangers: ['smtpin.rzone.de'],
      up: ['mail.example.net:993'],
    });
    const found = await discover('anna@example.org', net, signal);
    expect(chooseServer('imap', found)).toMatchObject({ source: 'srv', certain: false });
    expect(chooseServer('imap', certainOnly(found))).toMatchObject({
      server: { host: 'imap.strato.de' },
      username: 'anna@example.org',
      certain: true,
    });
    expect(chooseServer('pop3', { ...found, findings: [] })).toBeNull();
  });

  it('tells the notes of the services that are used, and of no other', () => {
    const found = discoverOffline('anna@gmail.com');
    const help = 'https://support.google.com/accounts/answer/185833';
    expect(notesFor(['imap'], found)).toEqual([
      { provider: 'Gmail', notes: ['app-password'], help },
    ]);
    expect(notesFor(['pop3', 'smtp'], found)).toEqual([
      {
        provider: 'Gmail',
        notes: ['app-password', 'enable-pop3-first', 'files-sent-itself'],
        help,
      },
    ]);
    expect(notesFor(['imap'], discoverOffline('anna@example.org'))).toEqual([]);
  });

  it('guesses no service that the domain says it does not have', async () => {
    const none = [target('', 0)];
    const net = network({
      services: { '_pop3._tcp.example.org': none, '_pop3s._tcp.example.org': none },
    });
    await discover('anna@example.org', net, signal);
    expect(probed(net)).toEqual([
      'imap.example.org:993',
      'mail.example.org:993',
      'smtp.example.org:465',
      'mail.example.org:465',
    ]);
  });

  it('guesses where DNS does not answer, and tells of the trouble', async () => {
    const net = network({ dnsFails: true, up: ['imap.example.org:993'] });
    const found = await discover('anna@example.org', net, signal);
    expect(chosen(found)).toEqual(['guess imap.example.org:993', null, null]);
    expect(found.trouble).toHaveLength(7);
    expect(found.trouble[0]).toBe('example.org could not be looked up (DNS)');
  });

  it('asks for a Unicode domain as DNS has it', async () => {
    const net = network({});
    await discover('anna@bücher.example', net, signal);
    expect(net.calls[0]).toBe('xn--bcher-kva.example');
  });

  it('ends with the reason of the signal', async () => {
    const reason = new TemporaryError('enough');
    await expect(discover('anna@example.org', network({}), AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
  });

  it.each(['anna', 'anna@', '@gmx.de', 'anna@localhost', 'a b@gmx.de'])('%j: 65', (address) => {
    expect(() => discoverOffline(address)).toThrow(expect.objectContaining({ exitStatus: 65 }));
  });
});
