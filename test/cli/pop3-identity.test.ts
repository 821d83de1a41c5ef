/** POP3 with deletion, where an id is not what it seems: nothing is deleted that was not fetched. */
import { afterEach, expect, it } from 'vitest';
import { Mailbox, type DemoUser } from '../../src/demo/mail/mailbox.ts';
import { startDemoServers, type DemoServers } from '../../src/demo/servers.ts';
import { configuration, onDemo, type Entry } from './running/accounts.ts';
import { Home, maildir } from './running/posthorn.ts';

const started: DemoServers[] = [];
const homes: Home[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((servers) => servers.stop()));
  await Promise.all(homes.splice(0).map((home) => home.remove()));
});

/** A maildrop that gives every message the UIDL `same`. */
async function maildrop(...texts: string[]): Promise<{ servers: DemoServers; user: DemoUser }> {
  const mailbox = new Mailbox();
  for (const text of texts) mailbox.inbox.append({ raw: octets(text) });
  const user = { name: 'mara', password: 'geheim', addresses: ['mara@brunnen.example'], mailbox };
  const servers = await startDemoServers({ users: [user], pop3: { uidl: () => 'same' } });
  started.push(servers);
  return { servers, user };
}

function octets(text: string): Buffer {
  return Buffer.from(`Subject: ${text}\r\n\r\n${text}\r\n`);
}

function deleting(
  { servers, user }: { servers: DemoServers; user: DemoUser },
  host: string,
): string {
  const entry = onDemo(servers, user, 'pop3');
  const incoming = { ...(entry['incoming'] as Entry), host, leaveOnServer: false };
  return configuration({ work: { ...entry, id: 'abcdef', incoming } });
}

async function made(config: string): Promise<Home> {
  const home = await Home.make(config);
  homes.push(home);
  return home;
}

async function subjects(home: Home): Promise<string[]> {
  const messages = await maildir(home.mail('work', 'INBOX'));
  return messages.map((message) => /Subject: (.*)/.exec(message.toString())?.[1] ?? '').sort();
}

it('one message left with a UIDL that several had is fetched before it is deleted', async () => {
  const drop = await maildrop('one', 'two');
  const home = await made(deleting(drop, '127.0.0.1'));
  expect((await home.run(['sync'])).status).toBe(0);
  const { inbox } = drop.user.mailbox;
  expect(inbox.messages).toHaveLength(2);
  inbox.remove(new Set(inbox.messages.map(({ uid }) => uid)));
  inbox.append({ raw: octets('three') });
  expect((await home.run(['sync'])).status).toBe(0);
  expect(await subjects(home)).toEqual(['one', 'three', 'two']);
  expect(inbox.messages).toEqual([]);
});

it('the last of them is recognised by its content, and not delivered twice', async () => {
  const drop = await maildrop('one', 'two');
  const home = await made(deleting(drop, '127.0.0.1'));
  await home.run(['sync']);
  const { inbox } = drop.user.mailbox;
  inbox.remove(new Set([inbox.messages[0]?.uid ?? 0]));
  expect((await home.run(['sync'])).status).toBe(0);
  expect(await subjects(home)).toEqual(['one', 'two']);
  expect(inbox.messages).toEqual([]);
});

it('an account that was given another server fetches what stands there under known ids', async () => {
  const [before, after] = [await maildrop('old'), await maildrop('new')];
  const home = await made(deleting(before, '127.0.0.1'));
  expect((await home.run(['sync'])).status).toBe(0);
  await home.configure(deleting(after, 'localhost'));
  expect((await home.run(['sync'])).status).toBe(0);
  expect(await subjects(home)).toEqual(['new', 'old']);
  expect(after.user.mailbox.inbox.messages).toEqual([]);
});

it('a new name of the same server costs a comparison, and doubles nothing', async () => {
  const drop = await maildrop('one');
  const kept = deleting(drop, '127.0.0.1').replace(
    '"leaveOnServer": false',
    '"leaveOnServer": true',
  );
  const home = await made(kept);
  await home.run(['sync']);
  await home.configure(kept.replace('"127.0.0.1"', '"localhost"'));
  expect((await home.run(['sync'])).status).toBe(0);
  expect(await subjects(home)).toEqual(['one']);
});
