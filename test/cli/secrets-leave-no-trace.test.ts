/** Passwords never appear: not in what is said, however verbose, not in logs, not in the state, not in argument lists. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDemoServers } from '../../src/demo/servers.ts';
import type { DemoServers } from '../../src/demo/servers.ts';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { configuration, onDemo, onDovecot } from './accounts.ts';
import type { Entry } from './accounts.ts';
import { Home } from './posthorn.ts';

let dovecot: Dovecot;
let demo: DemoServers;

beforeAll(async () => {
  [dovecot, demo] = await Promise.all([startDovecot(), startDemoServers()]);
});

afterAll(async () => {
  await Promise.all([dovecot.stop(), demo.stop()]);
});

const secrets = { wrong: 'Wr0ng/Geheimnis', right: 'bob-secret', asked: 'St0red+Geheimnis' };

/** As it is, and as PLAIN, LOGIN and a dump would show it. */
function shapes(secret: string, user: string): string[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [
    secret,
    base64(secret),
    base64(`\0${user}\0${secret}`),
    Buffer.from(secret).toString('hex'),
    encodeURIComponent(secret),
  ];
}

async function contents(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

it('whatever goes wrong, and however much is said', async () => {
  const home = await Home.make();
  const bob = dovecot.user('bob');
  const [mara, jonas] = demo.users;
  if (mara === undefined || jonas === undefined) throw new Error('no users');
  const kept = async (name: string, secret: string): Promise<Entry> => ({
    file: await home.write(name, `${secret}\n`),
  });
  const wrong = await kept('wrong', secrets.wrong);
  const withPassword = (account: Entry, password: Entry, more: Entry = {}): Entry => ({
    ...account,
    incoming: { ...(account['incoming'] as Entry), password, ...more },
  });
  const methods = ['plain', 'login', 'cram-md5', 'scram-sha-256'];
  const accounts: [string, Entry][] = (['imap', 'pop3'] as const).flatMap((type) => [
    ...methods.map((auth): [string, Entry] => [
      `${type}-${auth}`,
      withPassword(onDovecot(dovecot, bob, type), wrong, { auth }),
    ]),
    [`${type}-untrusted`, withPassword(onDovecot(dovecot, bob, type), wrong, { tls: {} })],
    [`${type}-clear`, withPassword(onDemo(demo, type === 'imap' ? mara : jonas, type), wrong)],
  ]);
  const outgoing = {
    ...{ host: '127.0.0.1', port: demo.smtpPort, security: 'none' },
    ...{ credentials: 'own', username: mara.name, password: wrong },
  };
  const right = withPassword(onDovecot(dovecot, bob), await kept('right', secrets.right));
  const sender = { ...right, send: true, outgoing };
  const all = { ...Object.fromEntries(accounts), right: sender };
  await home.configure(configuration(all, { sendImmediately: false, maxLoginFailures: 0 }));
  const place = ['--in-host', dovecot.host, '--in-port', String(dovecot.ports.imaps)];
  const trust = ['--tls-ca', dovecot.ca, '--no-send', '--password-stdin'];
  const add = ['account', 'add', 'added', '--email', bob.address, ...place, ...trust];

  await home.run([...add, '--verbose'], { input: secrets.asked });
  await home.run([...add, '--verbose', '--json', '--skip-test'], { input: secrets.asked });
  for (const words of [['account', 'test'], ['sync'], ['account', 'list'], ['config', 'check']])
    for (const format of [['--verbose'], ['--verbose', '--json']])
      await home.run([...words, ...format]);
  await home.run(['account', 'show', 'added', '--json']);
  const send = ['send', '--from', 'right', '--to', 'a@example.net', '--now', '--verbose'];
  const refused = await home.run(send, { input: 'Hello' });
  expect(refused.status).toBe(77);
  await home.run(['daemon', 'start', '--verbose']);
  await home.run(['sync', '--verbose']);
  await home.run(['daemon', 'stop']);

  const said = home.told.join('\n');
  expect(said).toMatch(/refused/);
  expect(said).toMatch(/\bat .*\.js/);
  const state = await contents(home.state);
  expect(state).toContain('refused');
  const people = [bob.address, mara.name, jonas.name];
  for (const secret of Object.values(secrets))
    for (const shape of people.flatMap((person) => shapes(secret, person))) {
      expect(said).not.toContain(shape);
      expect(state).not.toContain(shape);
      expect(await readFile(home.config, 'latin1')).not.toContain(shape);
    }
  expect(await contents(home.secrets)).toContain(secrets.asked);
  await home.remove();
});
