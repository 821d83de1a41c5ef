/** The table of folders on terminals of several widths: no row is broken, and a pipe has every column. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Mailbox } from '../../src/demo/mail/mailbox.ts';
import { startDemoServers, type DemoServers } from '../../src/demo/servers.ts';
import { configuration, onDemo } from './running/accounts.ts';
import { Home } from './running/posthorn.ts';
import { converse } from './running/terminal.ts';

let demo: DemoServers;
let home: Home;

beforeAll(async () => {
  const address = 'mara@brunnen.example';
  const mailbox = new Mailbox('/');
  mailbox.create('Projects/Moved\u001b[2J to the new house');
  const user = { name: address, password: 'geheim', addresses: [address], mailbox };
  demo = await startDemoServers({ users: [user] });
  home = await Home.make(configuration({ work: onDemo(demo, user) }));
  expect((await home.run(['sync', '-q'])).status).toBe(0);
});

afterAll(async () => {
  await Promise.all([demo.stop(), home.remove()]);
});

const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;

it.each([
  { columns: 80, row: /^work {5}inbox {2}INBOX {32}0 {9}0$/m },
  { columns: 200, row: new RegExp(`^work +inbox +INBOX +0 +0 +${time} +.*/Mail/work/INBOX$`, 'm') },
])('on a terminal of $columns columns', async ({ columns, row }) => {
  const { status, text } = await converse(home, ['folders'], [], { columns });
  expect(status).toBe(0);
  const lines = text.split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(text).toMatch(row);
  expect(text).not.toContain('\u001b');
});

it('in a pipe, and asked of the server', async () => {
  const { stdout } = await home.run(['folders', '--server']);
  expect(stdout).toMatch(/^ACCOUNT .* SUBSCRIBED +LAST SYNC +LOCAL PATH\n/);
  expect(stdout).toContain('Moved?[2J to');
});
