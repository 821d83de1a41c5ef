/** Free loopback ports for servers that can't take port 0. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below Linux's range for outgoing connections (32768–60999), so that no client of a test sits on one. */
const lowest = 20_000;
const beyond = 32_000;

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** `count` different ports on which nobody listened a moment ago; whoever binds them tries again when that changed. */
export async function freePorts(host: string, count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; found.size < count; attempt += 1) {
    if (attempt > 1000) throw new Error(`no ${count} free ports on ${host}`);
    const port = randomInt(lowest, beyond);
    if (await isFree(host, port)) found.add(port);
  }
  return [...found];
}

/** Runs `start` again with other ports while it fails because somebody else was quicker. */
export async function withFreePorts<T>(
  host: string,
  count: number,
  start: (ports: number[]) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePorts(host, count));
    } catch (error) {
      const taken = /Address already in use|EADDRINUSE/.test(String(error));
      if (!taken || attempt === 5) throw error;
    }
  }
}
