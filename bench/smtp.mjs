/** Sending what is queued, beside msmtp a process each and a bare pooled nodemailer. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runSuite, scaled } from './machinery/contest.mjs';
import { startSink } from './machinery/helpers.mjs';
import { freshRoom, settle } from './machinery/image.mjs';
import { writeLetters } from './machinery/letters.mjs';
import { measure } from './machinery/measure.mjs';
import { makeMsmtp, pooledSender } from './machinery/smtp-peers.mjs';
import { command, environment, makeHome, sending } from './machinery/posthorn.mjs';

const letters = (options) => scaled(500, options, 20);

/** Queues every message once, four commands at a time; each measurement gets a copy of this home. */
async function queue(room, files, port) {
  const home = makeHome(room, { one: sending(port) }, { sendImmediately: false, saveSent: false });
  const words = command('sendmail', '-i', '-f', 'one@example.org', 'tom@example.net');
  const waiting = [...files];
  const clerk = async () => {
    for (let input = waiting.pop(); input !== undefined; input = waiting.pop())
      await measure(words, { env: home.env, input });
  };
  await Promise.all([clerk(), clerk(), clerk(), clerk()]);
  return home.folder;
}

function makeFlush(home) {
  return (room) => {
    const folder = join(room, 'posthorn');
    cpSync(home, folder, { recursive: true });
    return () => measure(command('outbox', 'flush', '--quiet'), { env: environment(folder) });
  };
}

/** In a room of its own; the server says whether all of it came. */
function program(place, sink, expected, make) {
  return async () => {
    const room = freshRoom(place);
    mkdirSync(join(room.folder, 'home'));
    const run = make(room.folder);
    settle(room.folder);
    const before = await sink.count();
    const result = await run();
    const sent = (await sink.count()) - before;
    if (sent !== expected) throw new Error(`${sent} of ${expected} messages were sent`);
    await room.remove();
    return result;
  };
}

async function programs({ place, ...options }) {
  const sink = await startSink();
  const room = freshRoom(place);
  const files = writeLetters(room.folder, letters(options));
  const home = await queue(room.folder, files, sink.port);
  const go = (make) => program(place, sink, files.length, make);
  return {
    posthorn: { go: go(makeFlush(home)) },
    msmtp: { needs: 'msmtp', go: go(makeMsmtp(sink.port, files)) },
    'nodemailer, pooled': { go: go(pooledSender(sink.port, files)) },
  };
}

const rows = [
  {
    name: 'flush',
    title: (options) => `${letters(options)} queued messages of 6 KB sent`,
    programs,
  },
];

await runSuite('smtp', rows, ['msmtp']);
