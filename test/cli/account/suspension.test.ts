/** Refused logins on real servers: suspended at the third, each direction by itself, and what takes it back. */
import { readFile, rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { makeMessage } from '../../servers/messages.ts';
import { startPostfix } from '../../servers/postfix.ts';
import type { Postfix } from '../../servers/postfix.ts';
import { configuration, secret, sendingBy, type Entry } from '../running/accounts.ts';
import { eventually, Home } from '../running/posthorn.ts';

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

interface Polled {
  readonly accounts: { readonly skipped: string | null; readonly status: number }[];
}

const poll = async () =>
  (await home.json<Polled>(['sync', '--receive'])).document.accounts[0]?.skipped;

it(
  'a server or login that was changed by hand in the file lifts a suspension, and no other change does',
  { timeout: longest },
  async () => {
    const entry = (incoming: Entry, more: Entry = {}): string => {
      const work = sendingBy(postfix, dovecot, user);
      const whole = { ...(work['incoming'] as Entry), ...incoming };
      return configuration({ work: { ...work, ...more, incoming: whole } });
    };
    const wrong = { password: secret('wrong-secret') };
    await home.configure(entry(wrong));
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await poll()).toBeNull();
    expect(await poll()).toBe('suspended');
    await home.configure(entry({ ...wrong, interval: '1h' }, { label: 'Other' }));
    expect(await poll()).toBe('suspended');
    await home.configure(entry({ ...wrong, username: 'nobody' }));
    expect(await poll()).toBeNull();
    expect(await listed()).toMatchObject({ suspended: null, loginFailures: 1 });
    await home.configure(entry({}));
    expect((await home.run(['sync'])).status).toBe(0);
    expect(await listed()).toMatchObject({ suspended: null, failures: 0 });
  },
);

it(
  'the daemon leaves what waits for a suspended sending as it is, and sends it at once after enable',
  { timeout: longest },
  async () => {
    await sendingWith('wrong');
    const send = ['send', '--to', user.address, '--subject', 'Waits'];
    expect((await home.run(send, { input: 'Hello\n' })).status).toBe(0);
    for (let attempt = 0; attempt < 3; attempt += 1) await flushNow();
    expect((await home.run(send, { input: 'Another\n' })).status).toBe(0);
    const text = await readFile(home.config, 'utf8');
    await home.configure(text.replace('"sendImmediately": false', '"sendImmediately": true'));
    const before = await waiting();
    expect(before.map(({ nextAttempt }) => nextAttempt)).toEqual([null, null]);
    for (const { reason } of before) expect(reason).toMatch(/^sending is suspended: /);
    const asked = (await postfix.log()).split('authentication failed').length;
    expect((await home.run(['daemon', 'start'])).status).toBe(0);
    try {
      expect((await home.run(send, { input: 'A third\n' })).status).toBe(0);
      expect(await home.run(['sync', '--send'])).toMatchObject({ status: 77 });
      expect((await waiting()).map(({ attempts }) => attempts).sort()).toEqual([0, 0, 3]);
      expect((await postfix.log()).split('authentication failed')).toHaveLength(asked);
      await home.write('out-secret', `${user.password}\n`);
      expect((await home.run(['account', 'enable', 'work'])).status).toBe(0);
      await eventually(async () => expect(await waiting()).toEqual([]));
    } finally {
      await home.run(['daemon', 'stop']);
    }
  },
);

interface Waiting {
  readonly messages: {
    readonly reason: string | null;
    readonly nextAttempt: string | null;
    readonly attempts: number;
  }[];
}

const waiting = async () => (await home.json<Waiting>(['outbox', 'list'])).document.messages;
