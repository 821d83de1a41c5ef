/** How far a sync is, seen by a person on a terminal and by a script; and what someone is told who breaks it off. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Mailbox } from '../../src/demo/mail/mailbox.ts';
import type { DemoUser } from '../../src/demo/mail/mailbox.ts';
import { startDemoServers } from '../../src/demo/servers.ts';
import type { DemoServers } from '../../src/demo/servers.ts';
import { makeMessage } from '../servers/messages.ts';
import { configuration, onDemo } from './running/accounts.ts';
import { Home } from './running/posthorn.ts';
import { converse, keys } from './running/terminal.ts';

/** More than the first batch, so that some are durable while others still come. */
const count = 700;
const messages = Array.from({ length: count }, (_, seed) => makeMessage(seed));

let person: DemoUser;
let demo: DemoServers;
let home: Home;
/** Bodies that the server gives before it waits. */
let given = Number.POSITIVE_INFINITY;
let release: () => void = () => undefined;
let released = Promise.resolve();

beforeAll(async () => {
  const mailbox = new Mailbox();
  for (const raw of messages) mailbox.inbox.append({ raw });
  const address = 'mara@brunnen.example';
  person = { name: address, password: 'geheim', addresses: [address], mailbox };
  const onResponse = async (_command: string, payload: Buffer): Promise<Buffer> => {
    if (/BODY\[\]/.test(payload.subarray(0, 200).toString('latin1')) && (given -= 1) < 0)
      await released;
    return payload;
  };
  demo = await startDemoServers({ users: [person], imap: { onResponse } });
});

beforeEach(async () => {
  home = await Home.make(configuration({ work: onDemo(demo, person) }));
});

afterEach(async () => {
  release();
  given = Number.POSITIVE_INFINITY;
  await home.remove();
});

afterAll(() => demo.stop());

function holdAfter(bodies: number): void {
  given = bodies;
  released = new Promise((resolve) => (release = resolve));
}

it.each([80, 200])('a terminal of %i columns shows it, in one line that fits', async (columns) => {
  const { status, text } = await converse(home, ['sync'], [], { columns });
  expect(status).toBe(0);
  expect(text).toContain(`work, INBOX: 0 of ${String(count)}`);
  expect(text).toContain(`work: ${String(count)} new messages`);
});

it('who breaks it off is told how much is kept; the next one goes on there', async () => {
  holdAfter(600);
  const { status, text } = await converse(home, ['sync'], [['INBOX: 600 of 700', keys.ctrlC]]);
  expect(status).toBe(130);
  const kept = /(\d+) of 700 messages are done, and kept; the next sync goes on there/.exec(text);
  expect(Number(kept?.[1])).toBeGreaterThan(100);
  release();
  given = Number.POSITIVE_INFINITY;
  const again = await home.run(['sync']);
  expect(again.stdout).toContain(`work: ${String(count - Number(kept?.[1]))} new messages`);
});

it('a script gets one event a line, and the report as the last one', async () => {
  const { status, stdout, stderr } = await home.run(['sync', '--json', '--progress']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const report = events.pop();
  expect(report).toMatchObject({
    ...{ version: 1, event: 'report' },
    accounts: [{ account: 'work', received: [{ folder: 'INBOX', fetched: count }] }],
  });
  expect(events.length).toBeGreaterThan(2);
  for (const event of events)
    expect(event).toMatchObject({
      version: 1,
      event: 'progress',
      account: 'work',
      expected: count,
    });
  expect(events.at(0)).toMatchObject({ folder: 'INBOX', done: 0 });
  expect(events.at(-1)).toMatchObject({ folder: 'INBOX', done: count });
});

it('--progress without --json is refused, and so is --dry-run with it', async () => {
  const alone = await home.run(['sync', '--progress']);
  expect(alone).toMatchObject({ status: 64, stdout: '' });
  expect(alone.stderr).toContain('needs --json');
  expect(await home.run(['sync', '--json', '--progress', '--dry-run'])).toMatchObject({
    status: 64,
  });
});
