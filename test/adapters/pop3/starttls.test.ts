import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPop3Source } from '../../../src/adapters/pop3/source.ts';
import type { IncomingServer } from '../../../src/core/account/account.ts';
import { answerAt } from '../../../src/demo/faults.ts';
import type { DemoServer } from '../../../src/demo/listener.ts';
import { startPop3Server, type Pop3Options } from '../../../src/demo/pop3/server.ts';
import { userWith } from '../../demo/clients.ts';
import { createAuthority, type Authority, type CertificateKind } from '../../servers/authority.ts';
import { corpus } from '../../servers/messages.ts';
import { popAccount } from './account.ts';
import { fetched, listed, thrownBy } from './support.ts';

let folder: string;
let authority: Authority;
let server: DemoServer | undefined;
const said: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-pop3-tls-'));
  authority = await createAuthority(join(folder, 'tls'));
});

afterEach(async () => {
  await server?.stop();
  said.length = 0;
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const mail = corpus(20);

async function open(
  kind: CertificateKind,
  options: Partial<Pop3Options> = {},
  more: Partial<IncomingServer> = {},
) {
  const { cert, key } = await authority.certificate(kind);
  const tls = { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  const trace = (line: string) => said.push(line);
  const users = [userWith(...mail)];
  server = await startPop3Server({ users, tls, security: 'starttls', trace, ...options });
  const account = popAccount({
    port: server.port,
    security: 'starttls',
    tls: { ca: authority.ca },
    ...more,
  });
  const login = { username: 'mara', password: 'geheim' };
  return await createPop3Source().connect(account, login, new AbortController().signal);
}

describe('STLS', () => {
  it('comes before anything else, and the capabilities are asked for again', async () => {
    const session = await open('good');
    expect(said.slice(0, 2)).toEqual(['STLS', 'CAPA']);
    expect(session.facts.capabilities).not.toContain('STLS');
    expect(session.facts.tls).toMatch(/^TLSv1\.[23]$/);
    expect(await fetched(session)).toEqual(mail);
    await session.close();
  });

  it('throws away what was put in before the handshake', async () => {
    const injected = '+OK begin TLS\r\n+OK\r\nSASL EXTERNAL\r\n.\r\n+OK logged in\r\n';
    const onResponse = answerAt('STLS', injected);
    const session = await open('good', { onResponse });
    expect(session.facts.capabilities.join(' ')).not.toContain('EXTERNAL');
    expect(await listed(session)).toHaveLength(20);
    await session.close();
  });

  it('that is refused ends the attempt: nothing was said in clear', async () => {
    const error = await thrownBy(open('good', { onResponse: answerAt('STLS', '-ERR no\r\n') }));
    expect(error).toMatchObject({ exitStatus: 69, layer: 'tls' });
    expect(said).toEqual(['STLS']);
  });

  it.each([
    ['expired', /expired on \d{4}-\d\d-\d\d/],
    ['wrong-host', /issued for other names: mail\.example\.net/],
    ['self-signed', /self-signed/],
  ] as const)('with a certificate that is %s ends before the login', async (kind, words) => {
    const error = await thrownBy(open(kind));
    expect(error).toMatchObject({ code: 'certificate', layer: 'tls', exitStatus: 69 });
    expect(error.message).toMatch(words);
    expect(said).toEqual(['STLS']);
  });
});
