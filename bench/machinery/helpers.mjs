/** Programs of ours that run beside a measurement, each in a process of its own: a slow line, a sink for mail. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atEnd, refuseAtEnd } from './ending.mjs';

/** They end with us, since the channel to us does. */
function start(name) {
  refuseAtEnd();
  const child = fork(join(import.meta.dirname, name), { detached: true });
  atEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  });
  return child;
}

async function ask(child, question) {
  const answer = once(child, 'message', { signal: AbortSignal.timeout(30_000) });
  child.send(question);
  return (await answer)[0];
}

/** Milliseconds each way. */
export const oneWay = 30;

/** A line to this server that takes so long each way: its `port`, and `counted()`: round trips and octets so far. */
export async function lineTo({ host, port }, ms) {
  const line = start('delay.mjs');
  const { port: near } = await ask(line, { host, port, ms });
  return { port: near, counted: () => ask(line, 'count') };
}

/** Port of a line to this server that takes 30 ms each way. */
export async function slowLine(server) {
  const { port } = await lineTo(server, oneWay);
  return port;
}

/** `port`, and `count()` of the messages so far. */
export async function startSink() {
  const child = start('sink.mjs');
  const { port } = await ask(child, { ask: 'port' });
  return { port, count: async () => (await ask(child, { ask: 'count' })).count };
}
