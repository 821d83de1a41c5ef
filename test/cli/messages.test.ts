/** Messages that mail programs trip over: by IMAP and by POP3, each file equal to what the server holds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mailbox } from '../../src/demo/mail/mailbox.ts';
import type { DemoUser } from '../../src/demo/mail/mailbox.ts';
import { pop3Octets } from '../../src/demo/pop3/message.ts';
import { startDemoServers } from '../../src/demo/servers.ts';
import type { DemoServers } from '../../src/demo/servers.ts';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { hugeMessage, oddMessages } from '../servers/messages.ts';
import { configuration, onDemo, onDovecot } from './running/accounts.ts';
import { asStored, bag, below, Home, maildir } from './running/posthorn.ts';
import { popMessages } from './running/raw-pop3.ts';

const odd = [...oddMessages().values()];

let dovecot: Dovecot;
let demo: DemoServers;
let person: DemoUser;

beforeAll(async () => {
  const mailbox = new Mailbox();
  for (const raw of odd) mailbox.inbox.append({ raw });
  const address = 'mara@brunnen.example';
  person = { name: address, password: 'geheim', addresses: [address], mailbox };
  [dovecot, demo] = await Promise.all([startDovecot(), startDemoServers({ users: [person] })]);
});

afterAll(async () => {
  await Promise.all([dovecot.stop(), demo.stop()]);
});

/** Once, and once more: the second time there is nothing new, and nothing changes. */
async function syncedTwice(config: string, count: number): Promise<Buffer[]> {
  const home = await Home.make(config);
  const first = await home.json<Synced>(['sync']);
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(fetched(first.document)).toBe(count);
  const before = await below(home.mail());
  const second = await home.json<Synced>(['sync']);
  expect(second.status).toBe(0);
  expect(fetched(second.document)).toBe(0);
  expect(await below(home.mail())).toEqual(before);
  expect(before.filter((path) => path.includes('/tmp/'))).toEqual([]);
  const messages = await maildir(home.mail('work', 'INBOX'));
  await home.remove();
  return messages;
}

interface Synced {
  accounts: { received: { fetched: number }[] }[];
}

function fetched({ accounts }: Synced): number {
  return accounts.flatMap(({ received }) => received).reduce((sum, each) => sum + each.fetched, 0);
}

describe('odd messages', () => {
  it('by IMAP, octet by octet: NUL and bare LF too', async () => {
    const files = await syncedTwice(configuration({ work: onDemo(demo, person) }), odd.length);
    expect(bag(files)).toEqual(bag(odd.map(asStored)));
  });

  it('by POP3, where a last line without an end gets one', async () => {
    const work = onDemo(demo, person, 'pop3');
    const files = await syncedTwice(configuration({ work }), odd.length);
    expect(bag(files)).toEqual(bag(odd.map(pop3Octets).map(asStored)));
  });

  it.each(['imap', 'pop3'] as const)('from Dovecot by %s', async (type) => {
    const user = await dovecot.addUser();
    await dovecot.deliver(user, 'INBOX', odd);
    const held =
      type === 'imap'
        ? (await dovecot.serverMessages(user)).map(({ raw }) => raw)
        : await popMessages(dovecot.ports.pop3, user);
    expect(held).toHaveLength(odd.length);
    const config = configuration({ work: onDovecot(dovecot, user, type) });
    const files = await syncedTwice(config, odd.length);
    expect(bag(files)).toEqual(bag(held.map(asStored)));
  });
});

describe('a message of 60 MB', () => {
  it.each(['imap', 'pop3'] as const)('by %s', async (type) => {
    const user = await dovecot.addUser();
    const huge = hugeMessage();
    await dovecot.deliver(user, 'INBOX', [huge]);
    const config = configuration({ work: onDovecot(dovecot, user, type) });
    const [file] = await syncedTwice(config, 1);
    expect(file?.equals(asStored(huge))).toBe(true);
  });
});
