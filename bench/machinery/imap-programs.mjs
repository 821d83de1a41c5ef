/** What the rows of the suite imap let posthorn and mbsync do: first syncs, and polls without news. */
import { setTimeout as pause } from 'node:timers/promises';
import { freshRoom, settle } from './image.mjs';
import { requireMessages } from './maildir.mjs';
import { makeMbsync } from './mbsync.mjs';
import { isInstalled } from './peers.mjs';
import { makeHome, receiving, sync } from './posthorn.mjs';

const nameOf = ({ user }) => user.address.split('@')[0];
const sum = (mailboxes) => mailboxes.reduce((total, { messages }) => total + messages, 0);

function makePosthorn(room, mailboxes, port) {
  const accounts = mailboxes.map((one) => [nameOf(one), receiving(room, one, 'imap', port)]);
  const home = makeHome(room, Object.fromEntries(accounts));
  return { mail: home.mail, run: () => sync(home) };
}

/** In a room of its own, from nothing to all messages on disk. */
async function first(place, make, expected) {
  const room = freshRoom(place);
  const { mail, run } = make(room.folder);
  settle(room.folder);
  const result = await run();
  requireMessages(mail, expected, 'it');
  await room.remove();
  return result;
}

export function firstSyncs(place, mailboxes, port) {
  const expected = sum(mailboxes);
  const mbsync = (fsync) => (room) => makeMbsync(room, mailboxes, { fsync, port });
  const posthorn = (room) => makePosthorn(room, mailboxes, port);
  const go = (make) => () => first(place, make, expected);
  return {
    posthorn: { go: go(posthorn) },
    mbsync: { needs: 'mbsync', go: go(mbsync('yes')) },
    'mbsync, FSync no': { needs: 'mbsync', go: go(mbsync('no')) },
  };
}

/** A mailbox, and one a quarter as large: does memory grow with the number of messages? */
export function posthornAlone(place, whole, quarter) {
  const go = (mailbox) => () =>
    first(place, (room) => makePosthorn(room, [mailbox]), mailbox.messages);
  return { posthorn: { go: go(whole) }, 'posthorn, a quarter': { go: go(quarter) } };
}

/** Both have everything already, each in the same room, and are asked again and again. */
export async function polls({ place, mailboxes, port }) {
  const room = freshRoom(place);
  const programs = {
    posthorn: { go: await settled(makePosthorn(room.folder, mailboxes, port)) },
  };
  const mbsync = isInstalled('mbsync') && makeMbsync(room.folder, mailboxes, { port });
  programs.mbsync = { needs: 'mbsync', go: mbsync && (await settled(mbsync)) };
  settle(room.folder);
  // Where a folder changed in the present second mbsync sleeps until the next; the first sync has just changed them all.
  await pause(2000);
  return programs;

  async function settled({ mail, run }) {
    await run();
    requireMessages(mail, sum(mailboxes), 'it');
    return run;
  }
}
