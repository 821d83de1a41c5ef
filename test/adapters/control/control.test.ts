import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { echo, Place, saidBy, status } from './place.ts';

let place: Place;

beforeEach(async () => {
  place = await Place.make();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.useRealTimers();
  await place.remove();
});

describe('asking', () => {
  it('a question has its answer', async () => {
    await place.serve();
    expect(await place.control.call(status)).toEqual({ asked: 'status' });
    expect(await place.control.daemonProcess()).toBe(process.pid);
  });

  it('several at once have each their own, in whatever order they come', async () => {
    const waiting: (() => void)[] = [];
    await place.serve(async (request) => {
      if (request.command !== 'sync') return null;
      await new Promise<void>((resolve) => {
        waiting.unshift(resolve);
        if (waiting.length === 20) for (const go of waiting) go();
      });
      return { accounts: request.accounts.map(({ name }) => name) };
    });
    const names = Array.from({ length: 20 }, (_, at) => `a${String(at)}`);
    const answers = await Promise.all(
      names.map((name) =>
        place.control.call({
          command: 'sync',
          accounts: [{ name, id: null }],
          send: true,
          receive: true,
          full: false,
          acceptDeletions: false,
        }),
      ),
    );
    expect(answers).toEqual(names.map((name) => ({ accounts: [name] })));
  });

  it('news comes before it, each piece once and in its order', async () => {
    await place.serve(async (request, _, tell) => {
      tell({ done: 1 });
      tell({ done: 2 });
      await new Promise(setImmediate);
      tell({ done: 3, text: 'a\nb' });
      return echo(request);
    });
    const news: unknown[] = [];
    const answer = await place.control.call(status, undefined, (each) => news.push(each));
    expect(answer).toEqual({ asked: 'status' });
    expect(news).toEqual([{ done: 1 }, { done: 2 }, { done: 3, text: 'a\nb' }]);
    expect(await place.control.call(status)).toEqual({ asked: 'status' });
  });

  it('an answer may be long', async () => {
    const long = 'ü'.repeat(3_000_000);
    await place.serve(() => Promise.resolve(long));
    expect(await place.control.call(status)).toBe(long);
  });

  it('nobody listens: null', async () => {
    expect(await place.control.call(status)).toBeNull();
    expect(await place.control.daemonProcess()).toBeNull();
    await place.serve();
    await place.close();
    expect(await place.control.call(status)).toBeNull();
  });

  it('an announcement that is damaged counts as none', async () => {
    await mkdir(place.places.stateDir, { recursive: true });
    for (const text of ['', '{', 'null', '{"socket":1}', '[]']) {
      await writeFile(join(place.places.stateDir, 'daemon.json'), text);
      expect(await place.control.call(status)).toBeNull();
    }
  });

  it('a daemon that does not answer at all is not waited for without end', async () => {
    await place.serve(() => new Promise<never>(() => undefined));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = place.control.call(status).catch((error: unknown) => error);
    await vi.waitFor(() => {
      expect(vi.getTimerCount()).toBeGreaterThan(0);
    });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await asked).toMatchObject({ exitStatus: 75, code: 'timeout' });
  });

  it('a signal ends the waiting, also one that was aborted before', async () => {
    let asked = 0;
    const abort = new AbortController();
    await place.serve(() => {
      asked += 1;
      abort.abort(new Error('ended by SIGINT'));
      return new Promise<never>(() => undefined);
    });
    await expect(place.control.call(status, abort.signal)).rejects.toThrow('ended by SIGINT');
    await expect(place.control.call(status, abort.signal)).rejects.toThrow('ended by SIGINT');
    expect(asked).toBe(1);
  });
});

describe('who does not keep to it', () => {
  it('a client that goes away is noticed, and the next one is served', async () => {
    let gone: Promise<unknown> = Promise.resolve();
    const isAsked = new Promise<void>((resolve) => {
      void place.serve(async (request, signal) => {
        if (request.command === 'status') return 'still here';
        gone = once(signal, 'abort');
        resolve();
        return new Promise<never>(() => undefined);
      });
    });
    await vi.waitFor(() => place.socketFile());
    const socket = await place.connected();
    socket.write('{"command":"wake"}\n');
    await isAsked;
    socket.destroy();
    await gone;
    expect(await place.control.call(status)).toBe('still here');
  });

  it.each([
    ['garbage', 'EHLO you\r\n'],
    ['half a line, then the end', '{"command":"sta'],
    ['nothing at all', ''],
    ['octets that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
  ])('%s: hung up on, without an answer', async (_name, octets) => {
    await place.serve();
    const socket = await place.connected();
    socket.end(octets);
    expect(await saidBy(socket)).toBe('');
    expect(await place.control.call(status)).toEqual({ asked: 'status' });
  });

  it('a line without end: hung up on, and not kept', async () => {
    await place.serve();
    const socket = await place.connected();
    const said = saidBy(socket);
    const chunk = Buffer.alloc(64 * 1024, 0x61);
    let written = 0;
    const push = (): void => {
      while (!socket.destroyed && written < 1024 * chunk.length) {
        written += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', push);
    push();
    expect(await said).toBe('');
    expect(written).toBeLessThan(64 * chunk.length);
    expect(await place.control.call(status)).toEqual({ asked: 'status' });
  });

  it('one that says nothing does not keep the daemon from ending', async () => {
    await place.serve();
    const socket = await place.connected();
    const said = saidBy(socket);
    await place.close();
    expect(await said).toBe('');
  });

  it('an answer that throws ends that conversation alone', async () => {
    await place.serve((request) =>
      request.command === 'wake' ? Promise.reject(new Error('a bug')) : echo(request),
    );
    await expect(place.control.call({ command: 'wake' })).rejects.toMatchObject({ exitStatus: 75 });
    expect(await place.control.call(status)).toEqual({ asked: 'status' });
  });

  it('who waits for an answer that is about to come has it, also at the end', async () => {
    let finish = (): void => undefined;
    const isAsked = new Promise<void>((asked) => {
      void place.serve(async () => {
        asked();
        await new Promise<void>((resolve) => (finish = resolve));
        return 'at last';
      });
    });
    await vi.waitFor(() => place.socketFile());
    const asked = place.control.call(status);
    await isAsked;
    const closed = place.close();
    finish();
    expect(await asked).toBe('at last');
    await closed;
  });

  it('who waits for one that does not come is not waited for', async () => {
    const isAsked = new Promise<void>((asked) => {
      void place.serve(() => {
        asked();
        return new Promise<never>(() => undefined);
      });
    });
    await vi.waitFor(() => place.socketFile());
    const said = saidBy(await askedBy());
    await isAsked;
    await place.close();
    expect(await said).toBe('');
  });
});

async function askedBy(): Promise<Socket> {
  const socket = await place.connected();
  socket.write(`${JSON.stringify(status)}\n`);
  return socket;
}
