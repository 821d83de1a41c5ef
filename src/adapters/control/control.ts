/** The control port over a Unix socket, and the side of it that asks. */

import type { Socket } from 'node:net';
import { TemporaryError } from '../../errors.ts';
import type { Control, ControlRequest, Json } from '../../ports/control.ts';
import { announcementFile, readAnnouncement } from './announcement.ts';
import { readAnswer } from './line.ts';
import type { ControlPlaces } from './socket-path.ts';

/** A report of many accounts with many folders is long; more than this is no report. */
const longestAnswer = 256 * 1024 * 1024;

/** A sync takes as long as it takes; to all else a daemon that works answers at once. */
const answerWithinMs = 15_000;

export function createControl(places: ControlPlaces): Control {
  const announcement = announcementFile(places.stateDir);
  return {
    // Neither is needed where no daemon runs: a script that mails a line must not wait for them.
    serve: async (answer) => (await import('./server.ts')).serve(places, answer),
    call: (request, signal, onNews) => call(announcement, request, signal, onNews),
    daemonProcess: async () => (await readAnnouncement(announcement))?.process ?? null,
  };
}

async function call(
  announcement: string,
  request: ControlRequest,
  signal?: AbortSignal,
  onNews: (news: Json) => void = () => undefined,
): Promise<Json> {
  signal?.throwIfAborted();
  const found = await readAnnouncement(announcement);
  const socket = found === null ? null : await reach(found.socket);
  if (socket === null) return null;
  const drop = (): void => {
    socket.destroy();
  };
  signal?.addEventListener('abort', drop, { once: true });
  try {
    signal?.throwIfAborted();
    return await converse(socket, request, onNews);
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause;
  } finally {
    signal?.removeEventListener('abort', drop);
    socket.destroy();
  }
}

async function converse(
  socket: Socket,
  request: ControlRequest,
  onNews: (news: Json) => void,
): Promise<Json> {
  const late = new AbortController();
  const giveUp = (): void => {
    late.abort();
    socket.destroy();
  };
  const timer = request.command === 'sync' ? undefined : setTimeout(giveUp, answerWithinMs);
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    return await readAnswer(socket, longestAnswer, onNews);
  } catch (cause) {
    throw late.signal.aborted ? silent(cause) : wentAway(cause);
  } finally {
    clearTimeout(timer);
  }
}

function wentAway(cause: unknown): TemporaryError {
  return new TemporaryError('the daemon went away before it had answered', {
    ...{ cause, reach: 'program', remedy: 'Run the command again.' },
  });
}

function silent(cause: unknown): TemporaryError {
  const seconds = String(answerWithinMs / 1000);
  return new TemporaryError(`the daemon did not answer within ${seconds} seconds`, {
    ...{ cause, reach: 'program', code: 'timeout' },
    remedy: 'Look at its log; if it does not come back, end its process and start it anew.',
  });
}

/** Null where nobody listens: the daemon has ended, cleanly or not. */
async function reach(path: string): Promise<Socket | null> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.on('error', () => {
      resolve(null);
    });
  });
}
