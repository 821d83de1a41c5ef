/** The state's thread: SQLite is synchronous, and an fsync here holds up no socket there. Built as dist/state-worker.js. */

import { parentPort, workerData } from 'node:worker_threads';
import type { StateRequest } from './request.ts';
import { StateDatabase } from './state-database.ts';

const { path } = workerData as { path: string };
const database = new StateDatabase(path);
const port = parentPort;

port?.on('message', ({ number, request }: { number: number; request: StateRequest }) => {
  port.postMessage({ number, reply: database.reply(request) });
  if (request.kind === 'close') port.close();
});
