/** The state's thread. Built as dist/state-worker.js. */

import { parentPort, workerData } from 'node:worker_threads';
import { buffersIn } from './columns.ts';
import type { StateRequest } from './request.ts';
import { StateDatabase } from './state-database.ts';

const { path } = workerData as { path: string };
const database = new StateDatabase(path);
const port = parentPort;

port?.on('message', ({ number, request }: { number: number; request: StateRequest }) => {
  const reply = database.reply(request);
  port.postMessage({ number, reply }, buffersIn(reply));
  if (request.kind === 'close') port.close();
});
