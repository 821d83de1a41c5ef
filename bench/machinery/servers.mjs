/** The mail server of a suite: the tests' Dovecot, filled from a seed, its index warm before anything is measured. */
import { once as event } from 'node:events';
import { rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { atEnd, refuseAtEnd } from './ending.mjs';
import { freshRoom, settle } from './image.mjs';
import { messages } from './mail.mjs';

const folder = join(import.meta.dirname, '..', '..', 'test', 'servers');

/** The tests' module as JavaScript, made in `room`; it goes on finding its watchdog where it always stands. */
async function load(room) {
  const outfile = join(room, 'dovecot.mjs');
  const here = JSON.stringify(pathToFileURL(join(folder, 'guard.ts')).href);
  const shape = { bundle: true, platform: 'node', format: 'esm', target: 'node20' };
  const define = { 'import.meta.url': here };
  await build({ entryPoints: [join(folder, 'dovecot.ts')], outfile, define, ...shape });
  const module = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  return module.startDovecot;
}

/** Resolves when nobody fills the server's folders any more: until then they can't be removed. */
let filled = Promise.resolve();

/** Two mechanisms alone, so that every program logs in by the same means. */
async function startServer(place) {
  const room = freshRoom(place);
  const startDovecot = await load(room.folder);
  refuseAtEnd();
  // Where the tests' server makes its folder.
  process.env.TMPDIR = room.folder;
  const starting = startDovecot({ users: [], mechanisms: ['plain', 'login'] });
  const stop = async (dovecot) => {
    await filled;
    await dovecot.stop();
  };
  atEnd(() => starting.then(stop, () => undefined));
  return { dovecot: await starting, room };
}

let running;

/** The one server of this suite, started when a row first needs it. */
export async function theServer(place) {
  running ??= startServer(place);
  return (await running).dovecot;
}

/** Three of four read, the rest new; written behind the server's back, in pieces that fit into memory. */
async function fill(dovecot, user, name, count, seed, size) {
  const total = { messages: 0, octets: 0 };
  let batch = [];
  const deliver = async () => {
    refuseAtEnd();
    const flags = total.messages * 4 <= count * 3 ? 'S' : '';
    if (batch.length > 0) await dovecot.deliver(user, name, batch, { flags });
    batch = [];
  };
  for (const message of messages(count, seed, size)) {
    batch.push(message);
    total.messages += 1;
    total.octets += message.length;
    if (batch.length === 500) await deliver();
  }
  await deliver();
  return total;
}

/** A fresh user with these folders (name to number of messages); the index is warm. */
export function mailbox(...wishes) {
  const making = makeMailbox(...wishes);
  filled = making.then(
    () => undefined,
    () => undefined,
  );
  return making;
}

async function makeMailbox(place, folders, { size, seed = 1, pop3 = false } = {}) {
  const dovecot = await theServer(place);
  const user = await dovecot.addUser();
  const total = { messages: 0, octets: 0 };
  for (const [at, [name, count]] of Object.entries(folders).entries()) {
    const part = await fill(dovecot, user, name, count, seed * 100 + at, size);
    total.messages += part.messages;
    total.octets += part.octets;
  }
  await warm(dovecot, user, Object.keys(folders));
  if (pop3) await listMaildrop(dovecot, user);
  settle((await running).room.folder);
  return { user, dovecot, folders, ...total };
}

/** A throw-away login that reads every UID, date and size. */
async function warm(dovecot, user, folders) {
  const imap = await dovecot.imap(user);
  for (const name of folders) {
    const { exists } = await imap.open(name, 'SELECT');
    if (exists > 0) await imap.command('UID FETCH 1:* (FLAGS INTERNALDATE RFC822.SIZE)');
  }
  await imap.close();
}

async function listMaildrop({ host, ports }, { address, password }) {
  const socket = createConnection({ host, port: ports.pop3 });
  socket.write(`USER ${address}\r\nPASS ${password}\r\nLIST\r\nUIDL\r\nQUIT\r\n`);
  socket.setTimeout(60_000, () => socket.destroy(new Error('no answer to UIDL')));
  createInterface({ input: socket }).on('line', () => undefined);
  await event(socket, 'close');
}

/** A mailbox that several rows share is made by the first of them. */
export function once(make) {
  let made;
  return (...options) => (made ??= make(...options));
}
