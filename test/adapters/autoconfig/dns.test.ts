/** SRV and MX records, asked of a server on loopback. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiscovery } from '../../../src/adapters/autoconfig/discovery.ts';
import type { Discovery } from '../../../src/ports/accounts/discovery.ts';
import { startDnsServer, type DnsServer } from './dns-server.ts';

const srv = { type: 'SRV', priority: 10, weight: 5, port: 993 } as const;

let dns: DnsServer;
let discovery: Discovery;
const { signal } = new AbortController();

beforeEach(async () => {
  dns = await startDnsServer({
    '_imaps._tcp.example.org': [
      { ...srv, priority: 20, target: 'Second.example.org' },
      { ...srv, target: 'imap.example.org' },
    ],
    '_imap._tcp.example.org': [{ ...srv, port: 0, target: '.' }],
    '_pop3s._tcp.example.org': [],
    '_submission._tcp.example.org': 'fails',
    '_submissions._tcp.example.org': 'silent',
    'example.org': [
      { type: 'MX', priority: 20, target: 'mx2.example.net' },
      { type: 'MX', priority: 10, target: 'MX1.example.net' },
    ],
    'nomail.example.org': [{ type: 'MX', priority: 0, target: '.' }],
    'many.example.org': Array.from({ length: 9 }, (_, at) => ({
      type: 'MX' as const,
      priority: at,
      target: `mx${String(at)}.example.net`,
    })),
  });
  discovery = createDiscovery({ dnsServers: [dns.address], timeoutMs: 400 });
});

afterEach(async () => {
  await dns.stop();
});

describe('SRV', () => {
  it('hands out the targets by priority, in small letters', async () => {
    expect(await discovery.services('_imaps._tcp.example.org', signal)).toMatchObject([
      { host: 'imap.example.org', port: 993, priority: 10, weight: 5 },
      { host: 'second.example.org', port: 993, priority: 20, weight: 5 },
    ]);
  });

  it('tells a service that the domain does not have', async () => {
    const [target] = await discovery.services('_imap._tcp.example.org', signal);
    expect(target).toMatchObject({ host: '' });
  });

  it.each(['_pop3s._tcp.example.org', '_imaps._tcp.nowhere.example'])('none: %s', async (name) => {
    expect(await discovery.services(name, signal)).toEqual([]);
  });

  it.each(['_submission._tcp.example.org', '_submissions._tcp.example.org'])(
    'no answer is an error, within the deadline: %s',
    async (name) => {
      const started = performance.now();
      await expect(discovery.services(name, signal)).rejects.toMatchObject({
        exitStatus: 75,
        layer: 'resolve',
        message: `${name} could not be looked up (DNS)`,
      });
      expect(performance.now() - started).toBeLessThan(5_000);
    },
  );

  it('ends with the reason of the signal', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const asked = discovery.services('_submissions._tcp.example.org', stop.signal);
    stop.abort(reason);
    await expect(asked).rejects.toBe(reason);
    await expect(discovery.exchangers('example.org', stop.signal)).rejects.toBe(reason);
  });
});

describe('MX', () => {
  it('hands out the exchangers, the preferred one first', async () => {
    expect(await discovery.exchangers('example.org', signal)).toEqual([
      'mx1.example.net',
      'mx2.example.net',
    ]);
  });

  it('knows the domain that takes no mail, and the one that does not exist', async () => {
    expect(await discovery.exchangers('nomail.example.org', signal)).toEqual([]);
    expect(await discovery.exchangers('nowhere.example', signal)).toEqual([]);
  });

  it('takes the first few of many', async () => {
    const exchangers = await discovery.exchangers('many.example.org', signal);
    expect(exchangers).toEqual([0, 1, 2, 3].map((at) => `mx${String(at)}.example.net`));
  });
});
