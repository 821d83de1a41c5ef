/** The daemon's side of the control socket: one JSON line asks, one JSON line answers, after lines of news, over a Unix socket of mode 0600. */

import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { StorageError } from '../../errors.ts';
import type { Control, ControlRequest, ControlServer } from '../../ports/control.ts';
import { announce, announcementFile } from './announcement.ts';
import { newsLine, readLine } from './line.ts';
import { socketPath, type ControlPlaces } from './socket-path.ts';

/** A request is a line of names; nobody honest sends more, or takes longer to say it. */
const longestRequest = 1024 * 1024;
const requestWithinMs = 30_000;

/** At the end, whoever has no answer by then, or does not take it, goes without. */
const partingMs = 1_000;

type Answer = Parameters<Control['serve']>[0];

export async function serve(places: ControlPlaces, answer: Answer): Promise<ControlServer> {
  const path = await socketPath(places);
  const announcement = announcementFile(places.stateDir);
  const guests = new Guests();
  const server = createServer((socket) => {
    void converse(socket, answer, guests);
  });
  const close = async (): Promise<void> => {
    server.close();
    await Promise.all([rm(path, { force: true }), rm(announcement, { force: true })]);
    await guests.leave();
  };
  try {
    await rm(path, { force: true });
    await listen(server, path);
    await announce(announcement, { socket: path, process: process.pid });
  } catch (cause) {
    await close().catch(() => undefined);
    throw notListening(path, cause);
  }
  return { close };
}

/**
 * The mask makes the socket 0600 from its first moment on. Binding happens within the call (a path needs no look-up), so that
 * no other file is made under this mask.
 */
async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const mask = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(mask);
    }
  });
  // From here on these are connections that could not be accepted (no descriptor left): they must not end the daemon.
  server.on('error', () => undefined);
  await chmod(path, 0o600);
}

function notListening(path: string, cause: unknown): StorageError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new StorageError(`the daemon can't be reached by others: ${why}`, {
    reach: 'program',
    remedy: `Look at the folder of ${path}, and whether its disk is full.`,
    cause,
  });
}

/** Who is connected, and whether they have asked already. */
class Guests {
  readonly #asking = new Map<Socket, boolean>();

  came(socket: Socket): void {
    this.#asking.set(socket, true);
    socket.once('close', () => this.#asking.delete(socket));
  }

  asked(socket: Socket): void {
    this.#asking.set(socket, false);
  }

  /** Whoever has not asked goes at once; whoever waits for an answer that is about to come may still have it. */
  async leave(): Promise<void> {
    await Promise.all([...this.#asking].map(([socket, asking]) => part(socket, asking)));
  }
}

async function part(socket: Socket, atOnce: boolean): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
  const timer = setTimeout(() => socket.destroy(), partingMs);
  if (atOnce) socket.destroy();
  await closed;
  clearTimeout(timer);
}

async function converse(socket: Socket, answer: Answer, guests: Guests): Promise<void> {
  guests.came(socket);
  const gone = new AbortController();
  socket.once('close', () => {
    gone.abort();
  });
  socket.on('error', () => {
    socket.destroy();
  });
  try {
    const request = await readRequest(socket);
    guests.asked(socket);
    const reply = await answer(request, gone.signal, (news) => {
      socket.write(newsLine(news));
    });
    socket.end(`${JSON.stringify(reply)}\n`);
  } catch {
    socket.destroy();
  }
}

async function readRequest(socket: Socket): Promise<ControlRequest> {
  const timer = setTimeout(() => socket.destroy(), requestWithinMs);
  try {
    return JSON.parse(await readLine(socket, longestRequest)) as ControlRequest;
  } finally {
    clearTimeout(timer);
    // Nothing more is wanted, but only who reads on sees the other side go away.
    socket.resume();
  }
}
