/** account test without a network: what is watched, when somebody else is looked for, and the message to oneself. */

import { describe, expect, it } from 'vitest';
import type { RoundTrip } from '../../../src/app/account-test/account-test.ts';
import { testRoundTrip } from '../../../src/app/account-test/round-trip.ts';
import type { AccountTest } from '../../../src/app/account-test/account-test.ts';
import { testAccount } from '../../../src/app/account-test/test-account.ts';
import type { Account } from '../../../src/core/account/account.ts';
import { RefusedError, TemporaryError } from '../../../src/errors.ts';
import type { StepObserver } from '../../../src/ports/connection-steps.ts';
import { account as both } from '../../fakes/sending-world.ts';
import { reached, TestedServers as Servers } from '../../fakes/tested-servers.ts';

const never = new AbortController().signal;
const receiving: Account = { ...both, send: false };

describe('each layer', () => {
  it('is seen as it is done, and kept', async () => {
    const servers = new Servers();
    const seen: string[] = [];
    const result = await testAccount(both, 'id', servers.neighbours(), never, (direction, step) =>
      seen.push(`${direction} ${step.layer}`),
    );
    for (const direction of ['receive', 'send'])
      expect(seen.filter((each) => each.startsWith(direction))).toEqual(
        [...reached.map(({ layer }) => layer), 'session'].map((layer) => `${direction} ${layer}`),
      );
    expect(result.servers).toMatchObject([
      { direction: 'receive', service: 'imap', folders: 2, messages: null, error: null },
      { direction: 'send', service: 'smtp', folders: null, error: null, diagnosis: null },
    ]);
    expect(result.servers[1]?.steps.at(-1)).toEqual({
      layer: 'session',
      found: 'sender',
      address: both.identity.address,
    });
    expect(servers.calls).toEqual(['connect', 'close']);
  });

  it('a refused sender is the last one: what went well before it stays', async () => {
    const servers = new Servers();
    servers.onTryOut = () =>
      Promise.reject(new RefusedError('the sender was refused', { layer: 'session' }));
    const { servers: tests } = await testAccount(both, 'id', servers.neighbours(), never);
    expect(tests[1]).toMatchObject({ failedAt: 'session', steps: reached, facts: null });
    expect(tests[1]?.diagnosis?.causes[0]).toMatch(/may not send as mara@/);
  });

  it('a secret that cannot be read: no server is asked', async () => {
    const servers = new Servers();
    servers.readSecret = () => Promise.reject(new TemporaryError('the keyring is locked'));
    const { servers: tests } = await testAccount(receiving, 'id', servers.neighbours(), never);
    expect(tests).toMatchObject([{ failedAt: null, steps: [], error: { exitStatus: 75 } }]);
    expect(tests[0]?.diagnosis?.tried).toMatch(/no server was asked/);
    expect(servers.calls).toEqual([]);
  });
});

describe('a server that does not greet', () => {
  const silent = async (signal: AbortSignal, observe: StepObserver): Promise<void> => {
    observe({ layer: 'connect', address: '192.0.2.1', port: 1 });
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  };

  it('is looked at after three seconds, and given up where it is another one', async () => {
    const servers = new Servers();
    servers.onIncoming = silent;
    servers.identity = { protocol: 'http', encrypted: false, text: '' };
    const running = testAccount(receiving, 'id', servers.neighbours(), never);
    await servers.clock.asleep(1);
    await servers.clock.advance(2_999);
    expect(servers.calls).not.toContain('identify');
    await servers.clock.advance(1);
    const [test] = (await running).servers;
    expect(test?.error?.message).toBe('x.example:1 is a web server (HTTP)');
    expect(test).toMatchObject({
      failedAt: 'greeting',
      found: 'http',
      error: { exitStatus: 69, account: 'mara' },
    });
  });

  it('is waited for where it is not', async () => {
    const servers = new Servers();
    const stop = new AbortController();
    servers.onIncoming = silent;
    const running = testAccount(receiving, 'id', servers.neighbours(), stop.signal);
    await servers.clock.asleep(1);
    await servers.clock.advance(60_000);
    expect(servers.calls).toEqual(['connect', 'identify']);
    stop.abort(new TemporaryError('ended by SIGINT'));
    expect((await running).servers[0]?.error?.message).toBe('ended by SIGINT');
  });

  it('is looked at once it has broken off with strange words, not after a login', async () => {
    const servers = new Servers();
    servers.identity = { protocol: 'ssh', encrypted: false, text: '' };
    servers.onIncoming = async (_signal, observe) => {
      observe({ layer: 'connect', address: '192.0.2.1', port: 1 });
      return Promise.reject(new RefusedError('no IMAP', { layer: 'greeting' }));
    };
    const { servers: tests } = await testAccount(receiving, 'id', servers.neighbours(), never);
    expect(tests[0]?.error?.message).toBe('x.example:1 is an SSH server');
    servers.calls.length = 0;
    servers.onIncoming = async (_signal, observe) => {
      reached.slice(0, 3).forEach(observe);
      return Promise.reject(new TemporaryError('busy', { layer: 'login' }));
    };
    await testAccount(receiving, 'id', servers.neighbours(), never);
    expect(servers.calls).toEqual(['connect']);
  });

  it('that greets in time is never looked at', async () => {
    const servers = new Servers();
    await testAccount(receiving, 'id', servers.neighbours(), never);
    expect(servers.clock.due).toEqual([]);
    expect(servers.calls).not.toContain('identify');
  });
});

describe('a message to oneself', () => {
  function begin(servers: Servers, account: Account, withinMs = 120_000): Promise<AccountTest> {
    return testRoundTrip(account, 'id', servers.neighbours(), { signal: never, withinMs });
  }

  async function end(running: Promise<AccountTest>): Promise<RoundTrip | null> {
    return (await running).roundTrip;
  }

  it.each([
    ['INBOX', false],
    ['Junk', true],
  ])('is found in %s by its Message-ID', async (path, isSpam) => {
    const servers = new Servers();
    const running = begin(servers, both);
    await servers.clock.asleep(1);
    await servers.clock.advance(3_000);
    servers.mail.set(path, ['<own@x>']);
    await servers.clock.advance(10_000);
    const trip = await end(running);
    expect(trip).toMatchObject({ result: 'arrived', folder: path, isSpam, messageId: '<own@x>' });
    expect(trip).toHaveProperty('afterMs', 3_500);
    expect(servers.calls.filter((call) => call === 'connect')).toHaveLength(2);
    expect(servers.calls.at(-1)).toBe('close');
  });

  it('is found among the new messages of a maildrop, by a login for each look', async () => {
    const servers = new Servers();
    servers.maildrop.set('old', 'Message-ID: <own@x>');
    const running = begin(servers, { ...both, type: 'pop3' });
    await servers.clock.asleep(1);
    servers.maildrop.set('other', 'Message-ID: <other@x>');
    await servers.clock.advance(500);
    servers.maildrop.set('new', 'Message-ID: <own@x>');
    await servers.clock.advance(1_000);
    expect(await end(running)).toMatchObject({ result: 'arrived', folder: 'INBOX', isSpam: false });
    expect(servers.calls.filter((call) => call === 'connect')).toHaveLength(4);
  });

  it('that does not come in: told at the end of the span, with what it may mean', async () => {
    const servers = new Servers();
    const running = begin(servers, both, 30_000);
    await servers.clock.asleep(1);
    await servers.clock.advance(30_000);
    const trip = await end(running);
    expect(trip).toMatchObject({ result: 'missing', waitedMs: 30_000, error: { exitStatus: 75 } });
    expect(trip).toHaveProperty('error.message', expect.stringMatching(/within 30s$/));
  });

  it('that is looked for while the mailbox is locked: looked for again', async () => {
    const servers = new Servers();
    const running = begin(servers, { ...both, type: 'pop3' });
    await servers.clock.asleep(1);
    servers.maildrop.set('new', 'Message-ID: <own@x>');
    servers.onIncoming = () => Promise.reject(new TemporaryError('in use'));
    await servers.clock.advance(500);
    servers.onIncoming = () => Promise.resolve();
    await servers.clock.advance(1_000);
    expect(await end(running)).toMatchObject({ result: 'arrived' });
  });

  it('that the server refuses: the verdict, and nothing is waited for', async () => {
    const servers = new Servers();
    const address = both.identity.address;
    servers.onSend = () => ({
      ...{ kind: 'answered', reply: '550 no' },
      verdicts: [{ address, kind: 'refused', reply: '550 no' }],
    });
    const trip = await end(begin(servers, both));
    expect(trip).toMatchObject({ result: 'refused', error: { exitStatus: 69, account: 'mara' } });
    expect(servers.clock.due).toEqual([]);
  });

  it('is not sent where receiving fails, nor by an account that does not send', async () => {
    const servers = new Servers();
    const sent: string[] = [];
    servers.onSend = (octets) => {
      sent.push(octets);
      return servers.taken();
    };
    servers.onIncoming = () => Promise.reject(new TemporaryError('down', { layer: 'connect' }));
    expect(await end(begin(servers, both))).toEqual({ result: 'skipped', why: 'test-failed' });
    expect(sent).toEqual([]);
    const other = await end(begin(new Servers(), receiving));
    expect(other).toEqual({ result: 'skipped', why: 'does-not-send' });
  });

  it('is sent and not waited for by an account that does not receive', async () => {
    const servers = new Servers();
    const trip = await end(begin(servers, { ...both, receive: false }));
    expect(trip).toEqual({ result: 'sent', messageId: '<own@x>', address: both.identity.address });
    expect(servers.calls).toEqual([]);
  });
});
