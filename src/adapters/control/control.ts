/** The control socket: one JSON line asks, one JSON line answers, over a Unix socket of mode 0600. */

import { chmod, open, readFile, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { TemporaryError } from '../../errors.ts';
import type { Control, ControlRequest, ControlServer, Json } from '../../ports/control.ts';
import { socketPath, type ControlPlaces } from './socket-path.ts';

/** A request is a line of names; nobody honest sends more. */
const longestLine = 1024 * 1024;

interface Announcement {
  readonly socket: string;
  readonly process: number;
}

export function createControl(places: ControlPlaces): Control {
  const announcement = join(places.stateDir, 'daemon.json');
  return {
    serve: (answer) => serve(places, announcement, answer),
    call: (request, signal) => call(announcement, request, signal),
    daemonProcess: async () => (await readAnnouncement(announcement))?.process ?? null,
  };
}

async function serve(
  places: ControlPlaces,
  announcement: string,
  answer: (request: ControlRequest, signal: AbortSignal) => Promise<Json>,
): Promise<ControlServer> {
  const path = await socketPath(places);
  await rm(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    void converse(socket, answer);
  });
  await listen(server, path);
  await announce(announcement, { socket: path, process: process.pid });
  return {
    close: async () => {
      server.close();
      for (const socket of open) socket.destroySoon();
      await Promise.all([rm(path, { force: true }), rm(announcement, { force: true })]);
    },
  };
}

/** The mask makes the socket 0600 from its first moment on. */
async function listen(server: Server, path: string): Promise<void> {
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(mask);
  }
  await chmod(path, 0o600);
}

async function announce(path: string, announcement: Announcement): Promise<void> {
  const temporary = `${path}.${String(process.pid)}`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(announcement)}\n`);
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

async function readAnnouncement(path: string): Promise<Announcement | null> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isAnnouncement(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isAnnouncement(value: unknown): value is Announcement {
  if (typeof value !== 'object' || value === null) return false;
  const { socket, process: id } = value as Partial<Record<keyof Announcement, unknown>>;
  return typeof socket === 'string' && typeof id === 'number';
}

async function converse(
  socket: Socket,
  answer: (request: ControlRequest, signal: AbortSignal) => Promise<Json>,
): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => {
    gone.abort();
  });
  socket.on('error', () => {
    socket.destroy();
  });
  try {
    const request = JSON.parse(await readLine(socket)) as ControlRequest;
    const reply = await answer(request, gone.signal);
    socket.end(`${JSON.stringify(reply)}\n`);
  } catch {
    socket.destroy();
  }
}

async function call(
  announcement: string,
  request: ControlRequest,
  signal?: AbortSignal,
): Promise<Json> {
  const found = await readAnnouncement(announcement);
  const socket = found === null ? null : await reach(found.socket);
  if (socket === null) return null;
  const drop = (): void => {
    socket.destroy();
  };
  signal?.addEventListener('abort', drop, { once: true });
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    return JSON.parse(await readLine(socket)) as Json;
  } catch (cause) {
    signal?.throwIfAborted();
    throw new TemporaryError('the daemon went away before it had answered', {
      cause,
      reach: 'program',
      remedy: 'Run the command again.',
    });
  } finally {
    signal?.removeEventListener('abort', drop);
    socket.destroy();
  }
}

/** Null where nobody listens: the daemon has ended, cleanly or not. */
async function reach(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', () => {
      resolve(null);
    });
  });
}

async function readLine(socket: Socket): Promise<string> {
  socket.setEncoding('utf8');
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += chunk as string;
    const end = text.indexOf('\n');
    if (end !== -1) return text.slice(0, end);
    if (text.length > longestLine) break;
  }
  throw new Error('no whole line');
}
