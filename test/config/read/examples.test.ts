import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Account } from '../../../src/core/account/account.ts';
import { readConfigText } from '../../../src/config/read/read.ts';
import type { Reading } from '../../../src/config/read/read.ts';

const folder = join(import.meta.dirname, '../../../examples');
const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));

async function load(file: string): Promise<Reading> {
  return readConfigText(await readFile(join(folder, file), 'utf8'), {
    folder: '/etc/posthorn',
    home: '/home/anna',
  });
}

async function account(file: string, name: string): Promise<Account | undefined> {
  return (await load(file)).accounts.get(name);
}

it('there are examples', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      'defaults.yaml',
      'full.yaml',
      'minimal.yaml',
      'pop3.yaml',
      'provider.yaml',
    ]),
  );
});

it.each(files)('%s holds', async (file) => {
  const { problems, accounts } = await load(file);
  expect(problems).toEqual([]);
  expect(accounts.size).toBeGreaterThan(0);
});

it('they say what their comments say', async () => {
  expect((await account('minimal.yaml', 'anna'))?.outgoing).toMatchObject({
    port: 465,
    username: 'anna@example.org',
  });
  expect((await account('provider.yaml', 'private'))?.incoming).toMatchObject({
    port: 993,
    intervalMs: 600_000,
  });
  expect((await account('pop3.yaml', 'old'))?.incoming).toMatchObject({
    port: 110,
    leaveOnServer: { afterMs: 1_209_600_000 },
  });
  expect(await account('defaults.yaml', 'anna')).toMatchObject({
    path: '/srv/mail/anna',
    identity: { organization: 'Example GmbH' },
    incoming: { tls: { ca: '/etc/posthorn/company-ca.pem' } },
    outgoing: { port: 587, username: 'anna', password: { kind: 'env' } },
  });
  expect((await account('full.yaml', 'old'))?.sync).toMatchObject({
    onLocalDelete: 'expunge',
    maxSize: 5 * 1024 ** 2,
  });
  expect(await account('full.yaml', 'work')).toMatchObject({
    sync: {
      maxAge: 2 * 365 * 86_400_000,
      perFolder: [
        { folders: ['Archive/2024'], policy: { maxAge: null } },
        { folders: ['Archive/*', 'role:archive'], policy: { direction: 'pull' } },
      ],
    },
    signature: { text: 'Anna Beispiel\nExample Ltd\n', onReply: true },
    certificate: { file: '/etc/posthorn/anna.p12', password: { kind: 'stored' } },
    access: { name: 'office', entries: [{ name: 'anna' }, { kind: 'group' }] },
    rules: [{ name: 'Newsletters', match: 'any' }, { actions: [{ flag: '\\Flagged' }] }],
  });
  expect(await account('full.yaml', 'old')).toMatchObject({ template: '/etc/posthorn/letter.txt' });
});
