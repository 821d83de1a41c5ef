/** mbsync (isync): IMAPAccount, IMAPStore, MaildirStore, Channel and Group, in sections that an empty line ends. */

import type { Imported } from '../../../ports/accounts/importer.ts';
import { Draft, folder } from '../draft.ts';
import { mbsyncAccount } from './account.ts';
import { isWholeBox, nearFolder, type NearEnd } from './near-folder.ts';
import { mbsyncPolicy, policyKeys } from './policy.ts';
import { endOf, farKeys, nearKeys, readSections, type Line, type Section } from './sections.ts';

/** Stores by their names, channels by theirs: what an account is joined from. */
export interface Stores {
  readonly accounts: readonly Section[];
  /** IMAPStore to the section that says how to connect: its account, or itself. */
  readonly remotes: ReadonlyMap<string, Section>;
  readonly locals: ReadonlyMap<string, Section>;
}

export function parseMbsyncrc(text: string): Imported {
  const draft = new Draft();
  const { sections, globals } = readSections(text, draft, isGlobal);
  const stores = storesOf(sections, draft);
  const ends = new Map<Section, NearEnd[]>();
  const tags = new Map<Section, string[]>();
  const channels = new Map<string, Section>();
  for (const section of sections.filter(({ kind }) => kind === 'channel')) {
    const account = joinChannel(section, stores, ends, draft);
    if (account !== undefined) channels.set(section.name, account);
  }
  for (const section of sections.filter(({ kind }) => kind === 'group'))
    tagGroup(section, channels, tags, draft);
  for (const account of stores.accounts)
    mbsyncAccount(
      account,
      {
        path: nearFolder(ends.get(account) ?? []),
        tags: tags.get(account),
        trash: trashOf(account, stores),
        sync: mbsyncPolicy(
          { ends: ends.get(account) ?? [], far: storesAt(account, stores), globals },
          draft,
        ),
      },
      draft,
    );
  leaveUnused(globals, ends, stores, draft);
  return draft.result();
}

export function storesOf(sections: readonly Section[], draft: Draft): Stores {
  const named = new Map(
    sections.filter(({ kind }) => kind === 'imapaccount').map((each) => [each.name, each]),
  );
  const remotes = new Map<string, Section>();
  const accounts = [...named.values()];
  for (const store of sections.filter(({ kind }) => kind === 'imapstore')) {
    const reference = store.value('account');
    const account = reference === undefined ? store : named.get(reference);
    if (account === undefined)
      draft.leave(
        store.line,
        `IMAPStore ${store.name}`,
        `there is no IMAPAccount ${reference ?? ''}`,
      );
    else remotes.set(store.name, account);
    if (account === store) accounts.push(store);
    leaveStoreKeys(store, draft);
  }
  const locals = sections.filter(({ kind }) => kind === 'maildirstore');
  for (const store of locals) leaveLocalKeys(store, draft);
  return { accounts, remotes, locals: new Map(locals.map((each) => [each.name, each])) };
}

/** Of the keys that may stand before every section, those that are read (mbsync(1), GLOBAL SECTIONS). */
const isGlobal = (key: string): boolean => key === 'sync' || key === 'expunge';

/** What an account without a channel, or a store that no channel names, says of the folders. */
function leaveUnused(
  globals: readonly Line[],
  ends: ReadonlyMap<Section, readonly NearEnd[]>,
  { locals }: Stores,
  draft: Draft,
): void {
  const used = new Set([...ends.values()].flat().map(({ store }) => store));
  if (used.size === 0)
    for (const { line, word } of globals) draft.leave(line, word, 'no channel is imported');
  for (const store of locals.values()) {
    const size = store.entry('maxsize');
    if (size !== undefined && !used.has(store))
      draft.leave(size.line, size.word, 'no channel that is imported uses the store');
  }
}

/** The stores of the account on the server, by their names. */
function storesAt(account: Section, { remotes }: Stores): Map<string, Section> {
  const stores = account.siblings.filter(
    ({ kind, name }) => kind === 'imapstore' && remotes.get(name) === account,
  );
  return new Map(stores.map((store) => [store.name, store]));
}

const ownStoreKeys = new Set(['account', 'trash', 'subscribedonly']);

function leaveStoreKeys(store: Section, draft: Draft): void {
  for (const { key, word, line } of store.entries)
    if (!ownStoreKeys.has(key) && !store.isConnection(key))
      draft.leave(line, word, storeReasons[key] ?? unknown);
}

const unknown = 'posthorn has nothing like it';

const storeReasons: Readonly<Record<string, string>> = {
  path: 'folders are always counted from the top of the account',
  usenamespace: 'the namespace that the server names is always used',
  pathdelimiter: 'the server is asked for it',
  mapinbox: 'the inbox is always called INBOX',
  maxsize: 'messages of any size go to the server',
};

function leaveLocalKeys(store: Section, draft: Draft): void {
  const path = store.value('path');
  for (const { key, word, line, value } of store.entries) {
    if (key === 'path') {
      if (!value.endsWith('/'))
        draft.leave(
          line,
          word,
          'it does not end with a slash, a prefix of folder names; taken for the folder itself',
        );
    } else if (key === 'inbox') {
      if (path === undefined || folder(value) !== `${folder(path)}/INBOX`)
        draft.leave(line, word, 'the inbox of posthorn is INBOX in the folder of the account');
    } else if (key !== 'maxsize' && (key !== 'subfolders' || value.toLowerCase() !== 'verbatim'))
      draft.leave(line, word, localReasons[key] ?? unknown);
  }
}

const localReasons: Readonly<Record<string, string>> = {
  subfolders:
    'set options.layout, which is the same for all accounts: fs for Verbatim, maildir++ for Maildir++',
  mapinbox: 'the inbox is always called INBOX',
  altmap: 'posthorn keeps its own memory of UIDs',
  infodelimiter: 'Maildir names end in `:2,` and flags',
  flatten: 'folders keep their hierarchy',
  trash: 'name the folder of the server under folders.trash',
};

function trashOf(account: Section, stores: Stores): string | undefined {
  const values = [...storesAt(account, stores).values()].map((store) => store.value('trash'));
  return values.find((value) => value !== undefined);
}

/** The account that the channel belongs to; where its mail lies becomes the account's path. */
function joinChannel(
  channel: Section,
  stores: Stores,
  near: Map<Section, NearEnd[]>,
  draft: Draft,
): Section | undefined {
  const ends = [...farKeys, ...nearKeys].flatMap((key) => endOf(channel.value(key)) ?? []);
  const account = ends.flatMap(({ name }) => stores.remotes.get(name) ?? [])[0];
  const [local] = ends.flatMap(({ name, box }) => {
    const store = stores.locals.get(name);
    return store === undefined ? [] : [{ channel, store, box }];
  });
  if (account === undefined || local === undefined)
    draft.leave(
      channel.line,
      `Channel ${channel.name}`,
      'it does not lie between an IMAPStore and a MaildirStore',
    );
  leaveChannelKeys(channel, stores, draft);
  if (account === undefined || local === undefined) return account;
  const before = near.get(account) ?? [];
  near.set(account, [...before, local]);
  const path = before[0]?.store.value('path');
  if (path !== undefined && before[0]?.store !== local.store)
    draft.leave(
      channel.line,
      `Channel ${channel.name}`,
      `an account has one folder, and this one has ${folder(path)} already`,
    );
  return account;
}

function leaveChannelKeys(channel: Section, { locals }: Stores, draft: Draft): void {
  for (const { key, word, line, value } of channel.entries) {
    const isEnd = ([...farKeys, ...nearKeys] as string[]).includes(key);
    const { name = '', box = '' } = (isEnd ? endOf(value) : undefined) ?? {};
    const isKept = locals.has(name) && isWholeBox({ channel, box });
    if (box !== '' && !isKept)
      draft.leave(line, word, 'every folder of the account is fetched, not one');
    if (!isEnd && !policyKeys.has(key)) draft.leave(line, word, channelReasons[key] ?? unknown);
  }
}

const ownRules = 'posthorn keeps its own rules for this: see docs/configuration.md';

const channelReasons: Readonly<Record<string, string>> = {
  create: 'folders that are missing here are made',
  remove: ownRules,
  expungesolo: ownRules,
  syncstate: 'posthorn keeps its own state; what was fetched by mbsync is not known to it',
  copyarrivaldate: 'the date of arrival is always kept',
  maxmessages: 'every message is fetched',
  expireunread: 'every message is fetched',
  expireside: 'every message is fetched',
};

/** `Group name channel channel:box …`, and `Channel` or `Channels` below it. */
function tagGroup(
  group: Section,
  channels: ReadonlyMap<string, Section>,
  tags: Map<Section, string[]>,
  draft: Draft,
): void {
  const tag = group.name.replaceAll(/[\s@,]+/g, '-');
  if (tag === '') return;
  const lines = [...group.words.map((name) => ({ name, line: group.line }))];
  for (const { words, line, key, word } of group.entries) {
    if (key === 'channel' || key === 'channels')
      lines.push(...words.map((name) => ({ name, line })));
    else draft.leave(line, word, unknown);
  }
  for (const { name, line } of lines) {
    const account = channels.get(name.split(':')[0] ?? '');
    if (account === undefined)
      draft.leave(line, `Group ${group.name}`, `its channel ${name} belongs to no account`);
    else tags.set(account, [...new Set([...(tags.get(account) ?? []), tag])]);
  }
}
