/** Refused logins on real servers: suspended at the third, each direction by itself, and what takes it back. */
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot, User } from '../servers/dovecot.ts';
import { makeMessage } from '../servers/messages.ts';
import { startPostfix } from '../servers/postfix.ts';
import type { Postfix } from '../servers/postfix.ts';
import { configuration, sendingBy } from './accounts.ts';
import { Home } from './posthorn.ts';

let dovecot: Dovecot;
let postfix: Postfix;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot({ specialUse: true });
  postfix = await startPostfix({ dovecot });
});

beforeEach(async () => {
  user = await dovecot.addUser();
  await dovecot.deliver(user, 'INBOX', makeMessage(1));
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await postfix.stop();
  await dovecot.stop();
});

const longest = 180_000;

/** Receives with the right password, sends with that of a file. */
async function sendingWith(password: string): Promise<void> {
  const file = await home.write('out-secret', `${password}\n`);
  const { outgoing, ...rest } = sendingBy(postfix, dovecot, user);
  const own = {
    ...(outgoing as object),
    credentials: 'own',
    username: user.address,
    password: { file },
  };
  await home.configure(
    configuration({ work: { ...rest, outgoing: own } }, { sendImmediately: false }),
  );
}

interface Listed {
  accounts: {
    suspended: object | null;
    sendingSuspended: { why: string } | null;
    failures: number;
  }[];
}

/** Due again, whatever the backoff says. */
async function flushNow() {
  const { document } = await home.json<{ messages: { id: string }[] }>(['outbox', 'list']);
  await home.run(['outbox', 'retry', ...document.messages.map(({ id }) => id)]);
  return home.run(['outbox', 'flush']);
}

const listed = async () => (await home.json<Listed>(['account', 'list'])).document.accounts[0];

it(
  'refused logins for sending stop sending alone, ask the server no more, and enable takes it back',
  { timeout: longest },
  async () => {
    await sendingWith('wrong');
    const send = ['send', '--to', user.address, '--subject', 'Waits'];
    expect((await home.run(send, { input: 'Hello\n' })).status).toBe(0);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      expect((await flushNow()).status).not.toBe(0);
      expect((await listed())?.sendingSuspended === null).toBe(attempt < 3);
    }
    const asked = (await postfix.log()).split('authentication failed').length;
    expect((await flushNow()).stderr).toMatch(
      /sending is suspended: .*3 times.*account enable work/s,
    );
    expect((await postfix.log()).split('authentication failed')).toHaveLength(asked);
    const received = await home.run(['sync', '--receive']);
    expect(received.status).toBe(0);
    expect(await listed()).toMatchObject({ suspended: null, failures: 0 });
    expect((await home.run(['account', 'list', '--suspended'])).stdout).toMatch(
      /^work .*sending suspended: /m,
    );
    await sendingWith(user.password);
    expect((await home.run(['account', 'enable', '--suspended'])).stdout).toContain(
      'work: enabled',
    );
    expect((await listed())?.sendingSuspended).toBeNull();
    expect((await flushNow()).status).toBe(0);
    expect((await home.run(['outbox', 'list'])).stdout).not.toContain('Waits');
  },
);

it('a password that cannot be read here never suspends', { timeout: longest }, async () => {
  await sendingWith('x');
  await rm(`${home.folder}/out-secret`);
  const send = ['send', '--to', user.address, '--subject', 'Waits'];
  expect((await home.run(send, { input: 'Hello\n' })).status).toBe(0);
  for (let attempt = 0; attempt < 4; attempt += 1) expect((await flushNow()).status).not.toBe(0);
  expect((await listed())?.sendingSuspended).toBeNull();
});
