/** Files of mail servers fetched from the web: what counts as one, as none, and as trouble. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDiscovery } from '../../../src/adapters/autoconfig/discovery.ts';
import type { MailConfig } from '../../../src/core/discovery/mail-config.ts';
import { createAuthority, type Authority, type CertificateKind } from '../../servers/authority.ts';
import { configFile } from './config-files.ts';
import { startDnsServer } from './dns-server.ts';
import { startWebServer, type WebServer, type WebTable } from './web-server.ts';

const body = configFile([{ type: 'imap', host: 'imap.example.org', port: 993 }]);
const { signal } = new AbortController();

let folder: string;
let authority: Authority;
const servers: WebServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-web-'));
  authority = await createAuthority(join(folder, 'tls'));
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function web(table: WebTable, kind: CertificateKind | 'clear' = 'good'): Promise<WebServer> {
  const certificate = kind === 'clear' ? {} : { certificate: await authority.certificate(kind) };
  const server = await startWebServer(table, certificate);
  servers.push(server);
  return server;
}

function config(
  url: string,
  { within = 3_000, until = signal, dnsServers }: Options = {},
): Promise<MailConfig | null> {
  const tls = { ca: authority.ca };
  return createDiscovery({ timeoutMs: within, tls, dnsServers }).mailConfig(url, until);
}

interface Options {
  readonly within?: number;
  readonly until?: AbortSignal;
  readonly dnsServers?: readonly string[];
}

describe('a file', () => {
  it('is read whatever its type, and the query is asked as it is', async () => {
    const server = await web({ '/mail.xml': { body } });
    const place = `localhost:${String(server.port)}`;
    const found = await config(`https://${place}/mail.xml?emailaddress=anna%40example.org`);
    expect(found?.servers).toMatchObject([{ host: 'imap.example.org' }]);
    expect(server.asked).toEqual([`${place}/mail.xml?emailaddress=anna%40example.org`]);
  });

  it('is followed from clear to https, and to other paths', async () => {
    const server = await web({ '/a': { status: 301, location: '/b' }, '/b': { body } });
    const location = `https://localhost:${String(server.port)}/a`;
    const clear = await web({ '/': { status: 302, location } }, 'clear');
    expect(await config(`http://127.0.0.1:${String(clear.port)}/`)).not.toBeNull();
  });
});

describe('there is none', () => {
  it.each([404, 403, 410, 204])('where the server answers %d', async (status) => {
    const { port } = await web({ '/a': { status } });
    expect(await config(`https://localhost:${String(port)}/a`)).toBeNull();
  });

  it('where no web server runs, and where the name does not exist', async () => {
    const server = await startWebServer({});
    await server.stop();
    expect(await config(`https://127.0.0.1:${String(server.port)}/`)).toBeNull();
    const dns = await startDnsServer({});
    const dnsServers = [dns.address];
    expect(await config('https://autoconfig.example.org/', { dnsServers })).toBeNull();
    expect(dns.asked).toContain('autoconfig.example.org');
    await dns.stop();
  });
});

describe('it is told', () => {
  it('that a web page stands there instead; the address stays out of it', async () => {
    const { port } = await web({ '/a': { body: '<!DOCTYPE html><title>Hello</title>' } });
    await expect(config(`https://localhost:${String(port)}/a?emailaddress=x`)).rejects.toThrow(
      new RegExp(`^https://localhost:${String(port)}/a is no file of mail servers$`),
    );
  });

  it('that it is larger than any such file', async () => {
    const { port } = await web({ '/a': { body: body.padEnd(200_000) } });
    await expect(config(`https://localhost:${String(port)}/a`)).rejects.toMatchObject({
      exitStatus: 65,
    });
  });

  it.each(['expired', 'wrong-host', 'self-signed'] as const)(
    'that the certificate is %s: nothing was asked',
    async (kind) => {
      const server = await web({ '/a': { body } }, kind);
      const url = `https://localhost:${String(server.port)}/a`;
      await expect(config(url)).rejects.toMatchObject({ code: 'certificate', retry: 'never' });
      expect(server.asked).toEqual([]);
    },
  );

  it('that the server has trouble', async () => {
    const { port } = await web({ '/a': { status: 503 } });
    await expect(config(`https://localhost:${String(port)}/a`)).rejects.toMatchObject({
      exitStatus: 75,
      message: `localhost:${String(port)} has trouble of its own (HTTP 503)`,
    });
  });

  it.each([
    ['back to http', 'http://localhost:PORT/b', 'sends on to a place that is less safe'],
    ['to a file', 'file:///etc/passwd', 'sends on to a place that is less safe'],
    ['with a password', 'https://a:b@localhost:PORT/b', 'sends on to no address'],
    ['nowhere', 'https://', 'sends on to no address'],
    ['in a circle', '/a', 'sends on more than 3 times'],
  ])('that it leads astray: %s', async (_, location, words) => {
    const table: Record<string, { status: number; location: string }> = {};
    const { port } = await web(table);
    table['/a'] = { status: 302, location: location.replace('PORT', String(port)) };
    await expect(config(`https://localhost:${String(port)}/a`)).rejects.toMatchObject({
      exitStatus: 69,
      message: expect.stringContaining(words) as string,
    });
  });

  it('that nothing came within the deadline', async () => {
    const { port } = await web({ '/a': 'silent' });
    await expect(
      config(`https://localhost:${String(port)}/a`, { within: 300 }),
    ).rejects.toMatchObject({ code: 'timeout', exitStatus: 75 });
  });

  it('that DNS can not be reached', async () => {
    const dnsServers = ['127.0.0.1:9'];
    await expect(config('https://www.example.org/', { dnsServers })).rejects.toMatchObject({
      exitStatus: 75,
      message: 'www.example.org could not be looked up (DNS)',
    });
  });
});

it('ends with the reason of the signal', async () => {
  const { port } = await web({ '/a': 'silent' });
  const stop = new AbortController();
  const asked = config(`https://localhost:${String(port)}/a`, { until: stop.signal });
  const reason = new Error('enough');
  stop.abort(reason);
  await expect(asked).rejects.toBe(reason);
});
