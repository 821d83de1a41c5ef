/** What is changed on one side before a sync, and whether both sides agree after it. */
import { createHash } from 'node:crypto';
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** As good as by chance, and the same for all programs, which name their files by other rules. */
function mixed(names) {
  const place = (name) => createHash('md5').update(name).digest('hex');
  return names
    .map((name) => [place(name), name])
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, name]) => name);
}

const isFlagged = (name) => /:2,[A-Z]*F/.test(name);

function withFlag(name) {
  const [base, letters = ''] = name.split(':2,');
  return `${base}:2,${[...new Set(`${letters}F`)].sort().join('')}`;
}

const withoutFlag = (name) => name.replace(/(:2,[A-Z]*)F/, '$1');

/** Gives so many messages the flag F, or takes it from those that have it: the folder is the same after two runs. */
export function flagHere(maildir, count) {
  const cur = join(maildir, 'cur');
  const names = readdirSync(cur);
  const flagged = names.filter(isFlagged);
  const rename = (from, to) => renameSync(join(cur, from), join(cur, to));
  if (flagged.length > 0) for (const name of flagged) rename(name, withoutFlag(name));
  else for (const name of mixed(names).slice(0, count)) rename(name, withFlag(name));
}

/** UIDs below the folder's own, so that they too lie apart. */
async function uids(imap, criteria) {
  const lines = await imap.command(`UID SEARCH ${criteria}`);
  const [, ...found] = lines.find(({ text }) => text.startsWith('* SEARCH')).text.split(' ');
  return found.slice(1).map(Number);
}

async function withImap({ dovecot, user }, folder, work) {
  const imap = await dovecot.imap(user);
  try {
    await imap.open(folder, 'SELECT');
    return await work(imap);
  } finally {
    await imap.close();
  }
}

export function flagThere(mailbox, folder, count) {
  return withImap(mailbox, folder, async (imap) => {
    const flagged = await uids(imap, 'FLAGGED');
    const all = flagged.length > 0 ? flagged : mixed((await uids(imap, 'SEEN')).map(String));
    const set = flagged.length > 0 ? all : all.slice(0, count);
    const sign = flagged.length > 0 ? '-' : '+';
    await imap.command(`UID STORE ${set.join(',')} ${sign}FLAGS.SILENT (\\Flagged)`);
  });
}

/** mbsync wants names without the UID of the folder that they come from; a mail reader gives such ones. */
export function moveHere(from, to, count) {
  const names = mixed(readdirSync(join(from, 'cur'))).slice(0, count);
  for (const name of names)
    renameSync(join(from, 'cur', name), join(to, 'cur', name.replace(/,(U=\d+|FMD5=\w+)/g, '')));
}

export function moveThere(mailbox, from, to, count) {
  return withImap(mailbox, from, async (imap) => {
    const set = mixed((await uids(imap, 'SEEN')).map(String)).slice(0, count);
    await imap.command(`UID MOVE ${set.join(',')} ${to}`);
  });
}

function look(maildir) {
  const names = ['new', 'cur'].flatMap((part) => readdirSync(join(maildir, part)));
  return { messages: names.length, flagged: names.filter(isFlagged).length };
}

/** Throws where a folder has not the same number of messages, and of flagged ones, on both sides. */
export async function requireSame(mailbox, folder, maildir, who) {
  const there = await withImap(mailbox, folder, async (imap) => ({
    messages: (await uids(imap, 'ALL')).length,
    flagged: (await uids(imap, 'FLAGGED')).length,
  }));
  const [here, wanted] = [look(maildir), there].map((each) => JSON.stringify(each));
  if (here !== wanted) throw new Error(`${who}: ${folder} is ${here} here and ${wanted} there`);
  return there;
}
