/** What the rows of two-way sync let posthorn and its peers do: each changes a mailbox of its own, on one side or the other. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { flagHere, flagThere, moveHere, moveThere, requireSame } from './changes.mjs';
import { countReads } from './directory-reads.mjs';
import { lineTo, oneWay } from './helpers.mjs';
import { freshRoom, settle } from './image.mjs';
import { requireMessages } from './maildir.mjs';
import { makeMbsync } from './mbsync.mjs';
import { measure } from './measure.mjs';
import { makeOfflineimap } from './offlineimap.mjs';
import { launcher } from './options.mjs';
import { isInstalled } from './peers.mjs';
import { accountFolder, makeHome, receiving, sync, syncCommand } from './posthorn.mjs';
import { mailbox, once } from './servers.mjs';

const nameOf = ({ user }) => user.address.split('@')[0];

/** `at(port)`: sync by that port; all in the same room, so the port alone changes. */
const makers = {
  posthorn: {
    version: [process.execPath, launcher, '--version'],
    make: (room, one) => {
      const at = (port) => {
        const home = makeHome(room, { [nameOf(one)]: receiving(room, one, 'imap', port) });
        return { ...home, run: () => sync(home), words: syncCommand() };
      };
      return { at, mail: join(accountFolder(room), nameOf(one)) };
    },
  },
  mbsync: {
    needs: 'mbsync',
    version: ['mbsync', '--version'],
    make: (room, one, options) => ({
      at: (port) => makeMbsync(room, [one], { ...options, port }),
      mail: join(room, 'mbsync', 'mail', nameOf(one)),
    }),
  },
  offlineimap: {
    needs: 'offlineimap',
    version: ['offlineimap', '--version'],
    make: (room, one) => ({
      at: (port) => makeOfflineimap(room, one, { port }),
      mail: join(room, 'offlineimap', 'mail'),
    }),
  },
};

const present = () =>
  Object.entries(makers).filter(([, { needs }]) => needs === undefined || isInstalled(needs));

/** A folder that changes in the second of the sync lets mbsync sleep, and its stamp proves nothing to posthorn. */
const older = () => pause(1500);

/** Each program with a mailbox and a Maildir of its own, in step, and lines near and far. */
export const keptAccounts = once(async (place, folders) => {
  const room = freshRoom(place);
  const kept = {};
  for (const [name, { make, version }] of present()) {
    const one = await mailbox(place, folders, { seed: 4 });
    const { dovecot } = one;
    const server = { host: dovecot.host, port: dovecot.ports.imap };
    const { at, mail } = make(room.folder, one);
    await at(server.port).run();
    requireMessages(mail, one.messages, name);
    const lines = { near: await lineTo(server, 0), far: await lineTo(server, oneWay) };
    kept[name] = { one, at, mail, version, lines, port: server.port, moves: 0 };
  }
  settle(room.folder);
  return kept;
});

const sides = {
  'flags-here': ({ mail }) => flagHere(join(mail, 'INBOX'), 500),
  'flags-there': ({ one }) => flagThere(one, 'INBOX', 500),
  'moved-here': (kept) => {
    const [from, to] = wayOf(kept).map((folder) => join(kept.mail, folder));
    moveHere(from, to, 200);
  },
  'moved-there': (kept) => moveThere(kept.one, ...wayOf(kept), 200),
};

/** There and back, so that the folders stay as large as they are. */
function wayOf(kept) {
  kept.moves += 1;
  return kept.moves % 2 === 1 ? ['INBOX', 'Archive'] : ['Archive', 'INBOX'];
}

/** `far`: over 30 ms each way. What the start of a process takes is measured beside it, and taken off in `rest`. */
export async function changes(place, folders, side, { far = false } = {}) {
  const kept = await keptAccounts(place, folders);
  const goOf = (name) => async () => {
    const { one, at, mail, version, lines, port } = kept[name];
    // In step, and known to be: what the last row has left over is none of this one's.
    for (let round = 0; round < 2; round += 1) {
      await older();
      await at(port).run();
    }
    await sides[side](kept[name]);
    await older();
    const line = far ? lines.far : lines.near;
    const before = await line.counted();
    const result = await at(line.port).run();
    const after = await line.counted();
    for (const folder of ['INBOX', 'Archive'])
      await requireSame(one, folder, join(mail, folder), name);
    const { wall } = await measure(version, { env: { HOME: mail } });
    const passed = { trips: after.trips - before.trips, octets: after.octets - before.octets };
    return { ...result, rest: result.wall - wall, ...passed };
  };
  return Object.fromEntries(
    Object.entries(makers).map(([name, { needs }]) => [name, { needs, go: goOf(name) }]),
  );
}

/** Both have everything; round trips, and directories that are read, are counted beside. */
export async function pollFolders(place, folders, options) {
  const room = freshRoom(place);
  const one = await mailbox(place, folders, options);
  const line = await lineTo({ host: one.dovecot.host, port: one.dovecot.ports.imap }, 1);
  const near = one.dovecot.ports.imap;
  const programs = {};
  for (const name of ['posthorn', 'mbsync']) {
    const { make, needs } = makers[name];
    programs[name] = { needs, go: undefined };
    if (needs !== undefined && !isInstalled(needs)) continue;
    const { at, mail } = make(room.folder, one, { fsync: 'no' });
    await at(near).run();
    requireMessages(mail, one.messages, name);
    programs[name].go = () => poll(at, near, line, name === 'posthorn');
  }
  settle(room.folder);
  await pause(2000);
  return { ...programs, 'node -e 0': { go: () => measure([process.execPath, '-e', '0']) } };
}

async function poll(at, near, line, isOurs) {
  const result = await at(near).run();
  const before = await line.counted();
  await at(line.port).run();
  const { trips } = await line.counted();
  const counted = { ...result, trips: trips - before.trips };
  if (!isOurs || !isInstalled('strace')) return counted;
  const { words, env, mail } = at(near);
  return { ...counted, reads: await countReads(words, { env }, mail) };
}
