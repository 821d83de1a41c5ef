/** What is found for an address, with a network made of tables. */
import { describe, expect, it, vi } from 'vitest';
import { certainOnly, chooseServer, notesFor } from '../../../src/app/discovery/choose-servers.ts';
import { discover, discoverOffline, type Discovered } from '../../../src/app/discovery/discover.ts';
import { bestFor } from '../../../src/core/discovery/discovery.ts';
import { DataError, TemporaryError } from '../../../src/errors.ts';
import type { Discovery } from '../../../src/ports/accounts/discovery.ts';
import { endless, file, network, probed, target } from '../../fakes/network.ts';

const { signal } = new AbortController();

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

  it('takes the file of the domain before all else, and tells the address to nobody else', async () => {
    const net = network({
      files: {
        'https://autoconfig.example.org/': file('imap.example.net', 'smtp.example.net'),
        'https://autoconfig.thunderbird.net/v1.1/example.org': file('imap.other.example'),
      },
      services: { '_imaps._tcp.example.org': [target('srv.example.org', 993)] },
      up: [
        'imap.example.net:993',
        'smtp.example.net:465',
        'imap.other.example:993',
        'srv.example.org:993',
      ],
    });
    const found = await discover('anna@example.org', net, signal);
    expect(chosen(found)).toEqual([
      'autoconfig imap.example.net:993',
      null,
      'autoconfig smtp.example.net:465',
    ]);
    expect(found.findings.map(({ source }) => source)).toContain('ispdb');
    expect(net.calls.filter((each) => each.includes('anna'))).toEqual([
      'https://autoconfig.example.org/mail/config-v1.1.xml?emailaddress=anna%40example.org',
    ]);
  });

  it('asks in clear only where there is nothing by HTTPS', async () => {
    const net = network({
      files: {
        'https://autoconfig.example.org/': file('imap.example.net'),
        'http://example.org/': file('mail.example.org'),
      },
      up: ['imap.example.net:993', 'mail.example.org:993'],
    });
    const found = await discover('anna@example.org', net, signal);
    expect(net.calls.filter((each) => each.startsWith('http:'))).toEqual([
      'http://example.org/.well-known/autoconfig/mail/config-v1.1.xml',
    ]);
    expect(found.findings.map(({ source }) => source)).toContain('autoconfig-http');
    expect(chosen(found)[0]).toBe('autoconfig imap.example.net:993');
  });

  it('asks the collection that was named, or none', async () => {
    const own = network({
      files: { 'https://db.example.net/example.org': file('imap.example.org') },
    });
    await discover('anna@example.org', own, signal, { ispdb: 'https://db.example.net/' });
    expect(own.calls).toContain('https://db.example.net/example.org');
    const none = network({ exchangers: ['mx.example.net'] });
    await discover('anna@example.org', none, signal, { ispdb: null });
    const asked = [...own.calls, ...none.calls].join(' ');
    expect(asked).not.toContain('thunderbird');
  });

  it('asks the collection for the house that takes the mail, where the table does not know it', async () => {
    const net = network({
      exchangers: ['mx1.mail.house.example'],
      files: {
        'https://autoconfig.thunderbird.net/v1.1/house.example': file('imap.house.example'),
      },
      up: ['imap.house.example:993'],
    });
    const found = await discover('anna@example.org', net, signal);
    expect(chooseServer('imap', found)).toMatchObject({
      source: 'mx',
      origin: 'mx1.mail.house.example',
      server: { host: 'imap.house.example' },
      certain: true,
    });
  });

  it('never tries a server without encryption, and shows that it was named', async () => {
    const plain = file('imap.example.org');
    const servers = plain.servers.map(
      (each) => ({ ...each, security: 'none', port: 143 }) as const,
    );
    const net = network({
      files: { 'https://example.org/': { ...plain, servers } },
      up: ['imap.example.org:143'],
    });
    const found = await discover('anna@example.org', net, signal);
    expect(chosen(found)[0]).toBeNull();
    expect(probed(net)).not.toContain('imap.example.org:143');
    expect(found.findings[0]).toMatchObject({ why: 'it is named without encryption' });
  });

  it('tells what came instead of a file; that will not be better another time', async () => {
    const page = new DataError('https://example.org/x is no file of mail servers');
    const net = network({ files: { 'https://example.org/': page } });
    const found = await discover('anna@example.org', net, signal);
    expect(found).toMatchObject({ trouble: [page.message], mayAnswerLater: false });
    const busy = network({ files: { 'https://example.org/': new TemporaryError('busy') } });
    expect(await discover('anna@example.org', busy, signal)).toMatchObject({
      mayAnswerLater: true,
    });
  });

  it('waits for nothing that could not change the choice, and breaks it off', async () => {
    const names = ['imap.example.net', 'smtp.example.net'];
    const quick = network({
      files: { 'https://autoconfig.example.org/': file(...names) },
      up: ['imap.example.net:993', 'smtp.example.net:465'],
    });
    const reasons: unknown[] = [];
    const slow: Discovery = {
      ...quick,
      services: (_, until) => endless(until, reasons),
      exchangers: (_, until) => endless(until, reasons),
    };
    const found = await discover('anna@example.org', slow, signal, { services: ['imap', 'smtp'] });
    expect(chosen(found)).toEqual([
      'autoconfig imap.example.net:993',
      null,
      'autoconfig smtp.example.net:465',
    ]);
    expect(found.trouble).toEqual([]);
    expect(reasons).toHaveLength(7);
  });

  it('waits for what is trusted more, though another has answered', async () => {
    const net = network({
      services: { '_imaps._tcp.example.org': [target('srv.example.org', 993)] },
      up: ['srv.example.org:993', 'imap.example.net:993'],
    });
    let reached = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      reached = resolve;
    }).then(() => file('imap.example.net'));
    const slow: Discovery = {
      ...net,
      mailConfig: (url) =>
        url.startsWith('https://autoconfig.example.org/') ? late : Promise.resolve(null),
      probe: async (service, server, until) => {
        await net.probe(service, server, until);
        if (server.host === 'srv.example.org') reached();
      },
    };
    const found = await discover('anna@example.org', slow, signal, { services: ['imap'] });
    expect(chosen(found)[0]).toBe('autoconfig imap.example.net:993');
  });

  it('ends after ten seconds, whatever is silent, and says so', async () => {
    vi.useFakeTimers();
    const reasons: unknown[] = [];
    const silent = (_: unknown, until: AbortSignal): Promise<never> => endless(until, reasons);
    const net: Discovery = {
      ...{ services: silent, exchangers: silent, mailConfig: silent },
      probe: (_service, _server, until) => endless(until, reasons),
    };
    const asked = discover('anna@example.org', net, signal);
    await vi.advanceTimersByTimeAsync(10_000);
    const found = await asked;
    vi.useRealTimers();
    expect(found.trouble).toEqual(['there was no time left']);
    expect(found).toMatchObject({ mayAnswerLater: true });
    expect(chosen(found)).toEqual([null, null, null]);
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
