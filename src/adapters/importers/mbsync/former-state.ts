/** Finds the state of mbsync for a folder of the server: through the channels of its account to the near box, and what is kept of it. */

import { join, relative } from 'node:path';
import type { Layout } from '../../../core/account/settings.ts';
import { nearUid } from '../../../core/sync/near-uids.ts';
import { ConfigurationError } from '../../../errors.ts';
import type {
  FormerAccount,
  FormerFolder,
  FormerPair,
  FormerPlaces,
} from '../../../ports/accounts/former-state.ts';
import { encodeMailboxName } from '../../../wire/mailbox-name.ts';
import { Draft } from '../draft.ts';
import { storesOf, type Stores } from './mbsyncrc.ts';
import { hasPatterns } from './near-folder.ts';
import { endOf, farKeys, nearKeys, readSections, type End, type Section } from './sections.ts';
import { readIfThere, readNumbering, requireWhole, stateName } from './state-files.ts';
import { readStateText, type StatePair, type StateText } from './state-text.ts';

/** Between an IMAPStore and a MaildirStore. */
interface Channel {
  readonly section: Section;
  readonly far: End;
  readonly near: End;
  readonly farStore: Section;
  readonly nearStore: Section;
  /** As the file says it for all channels; undefined: mbsync's own folder. */
  readonly syncState: string | undefined;
}

export function formerMbsync(text: string, places: FormerPlaces): FormerAccount[] {
  const draft = new Draft();
  const { sections, globals } = readSections(text, draft, (key) => key === 'syncstate');
  const stores = storesOf(sections, draft);
  const syncState = globals.find(({ key }) => key === 'syncstate')?.value;
  const channels = sections
    .filter(({ kind }) => kind === 'channel')
    .flatMap((section) => channelOf(section, stores, sections, syncState));
  return stores.accounts.flatMap((account) => {
    const own = channels.filter(({ farStore }) => stores.remotes.get(farStore.name) === account);
    const [first] = own;
    if (first === undefined) return [];
    for (const { nearStore } of own) refuseOdd(nearStore, places);
    return [
      {
        line: account.line,
        layout: layoutOf(first.nearStore),
        folder: (segments, root) => folderOf(own, segments, root, places),
      } satisfies FormerAccount,
    ];
  });
}

function channelOf(
  section: Section,
  stores: Stores,
  sections: readonly Section[],
  syncState: string | undefined,
): Channel[] {
  const [far] = farKeys.flatMap((key) => endOf(section.value(key)) ?? []);
  const [near] = nearKeys.flatMap((key) => endOf(section.value(key)) ?? []);
  if (far === undefined || near === undefined) return [];
  const farStore = sections.find(({ kind, name }) => kind === 'imapstore' && name === far.name);
  const nearStore = stores.locals.get(near.name);
  if (farStore === undefined || nearStore === undefined) return [];
  return [{ section, far, near, farStore, nearStore, syncState }];
}

function layoutOf(store: Section): Layout {
  return store.value('subfolders')?.toLowerCase() === 'maildir++' ? 'maildir++' : 'fs';
}

function refuseOdd(store: Section, places: FormerPlaces): void {
  const say = (key: string, why: string, remedy: string): never => {
    const line = store.entry(key)?.line ?? store.line;
    throw new ConfigurationError(`line ${String(line)}: the MaildirStore ${store.name} ${why}`, {
      remedy,
    });
  };
  if (isInboxElsewhere(store, places))
    say(
      'inbox',
      'keeps the inbox outside of its Path, and an account of posthorn has one folder',
      'Move the inbox to INBOX in the Path, set Inbox so, run mbsync once, and import then.',
    );
  if (store.value('subfolders')?.toLowerCase() === 'legacy')
    say(
      'subfolders',
      'lays folders out as top/.sub/.subsub (SubFolders Legacy), which posthorn has no layout for',
      'Rename the folders to top/sub/subsub, set SubFolders Verbatim, run mbsync once, and import then.',
    );
  if (/^(?:yes|true|on|1)$/i.test(store.value('altmap') ?? ''))
    say(
      'altmap',
      'keeps its UIDs in a database (AltMap yes), which posthorn can not read',
      'Import without --with-state, and run posthorn state rebuild NAME.',
    );
  if ((store.value('flatten') ?? '') !== '')
    say(
      'flatten',
      'flattens the names of folders, which posthorn has no layout for',
      'Import without --with-state into an empty folder.',
    );
  if ((store.value('infodelimiter') ?? ':') !== ':')
    say(
      'infodelimiter',
      'parts flags from names by another sign than a colon',
      'Import without --with-state into an empty folder.',
    );
}

/** Where neither is said, what mbsync takes shows once the inbox is looked for. */
function isInboxElsewhere(store: Section, { home }: FormerPlaces): boolean {
  const [path, inbox] = [store.value('path'), store.value('inbox')];
  if (path === undefined || inbox === undefined || layoutOf(store) === 'maildir++') return false;
  return !join(expanded(inbox, home), '/').startsWith(join(expanded(path, home), '/'));
}

async function folderOf(
  channels: readonly Channel[],
  segments: readonly string[],
  root: string,
  places: FormerPlaces,
): Promise<FormerFolder | null> {
  if (!segments.every(isPathPart)) return null;
  for (const channel of channels)
    for (const farBox of spellings(segments, channel.farStore)) {
      const nearBox = nearBoxOf(channel, farBox);
      const directory = nearBox === null ? null : directoryOf(channel.nearStore, nearBox, places);
      if (nearBox === null || directory === null) continue;
      const found = await stateOf(channel, { farBox, nearBox, directory }, places);
      if (found !== null) return formerFolder(found, directory, root);
    }
  return null;
}

/** A name of the server never leads to another folder's place. */
export function isPathPart(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..' && !/[/\0]/.test(segment);
}

/** As the server has it, or in UTF-8 (isync 1.5); below its namespace, or below the store's Path, or as a whole. */
function spellings(segments: readonly string[], farStore: Section): string[] {
  const whole = segments.join('/');
  const [first = '', ...rest] = segments;
  const below = rest.length > 0 && /^inbox$/i.test(first) ? [rest.join('/')] : [];
  const path = (farStore.value('path') ?? '').replace(/[./]+$/, '');
  const pathless =
    path !== '' && whole.startsWith(`${path}/`) ? [whole.slice(path.length + 1)] : [];
  const names = [...pathless, whole, ...below];
  return [...new Set([...names, ...names.map(encodeMailboxName)])];
}

/** With patterns what follows `:store:` is put before every name; without it is one mailbox, INBOX where it is left out. */
function nearBoxOf({ section, far, near }: Channel, farBox: string): string | null {
  if (!hasPatterns(section))
    return farBox === (far.box === '' ? 'INBOX' : far.box) ? near.box || 'INBOX' : null;
  return farBox.startsWith(far.box) ? `${near.box}${farBox.slice(far.box.length)}` : null;
}

/** mbsync(1), SubFolders. Null where the store names no place for it. */
function directoryOf(store: Section, box: string, { home }: FormerPlaces): string | null {
  const expand = (path: string): string => expanded(path, home);
  const inbox = expand(store.value('inbox') ?? '~/Maildir').replace(/\/+$/, '');
  const isFlat = layoutOf(store) === 'maildir++';
  if (box === 'INBOX') return inbox;
  if (box.startsWith('INBOX/')) {
    const below = box.slice('INBOX/'.length);
    return join(inbox, isFlat ? `..${below.replaceAll('/', '.')}` : below);
  }
  if (isFlat) return join(inbox, `.${box.replaceAll('/', '.')}`);
  const path = store.value('path');
  return path === undefined ? null : join(`${expand(path)}${box}`);
}

interface Boxes {
  readonly farBox: string;
  readonly nearBox: string;
  readonly directory: string;
}

async function stateOf(
  channel: Channel,
  boxes: Boxes,
  places: FormerPlaces,
): Promise<StateText | null> {
  for (const path of statePaths(channel, boxes, places)) {
    const text = await readIfThere(path);
    if (text === null) continue;
    await requireWhole(path);
    const state = readStateText(text);
    const numbering = await readNumbering(boxes.directory);
    // Numbered anew since: the numbers in names are no longer those of the state.
    return numbering?.validity === state.nearUidValidity ? state : null;
  }
  return null;
}

/** mbsync(1), SyncState. Until isync 1.4 its own folder was ~/.mbsync; where that is there it still is. */
function statePaths(
  { section, syncState, far, near }: Channel,
  { farBox, nearBox, directory }: Boxes,
  { home, env }: FormerPlaces,
): string[] {
  const clean = (box: string): string => box.replaceAll('/', '!');
  const own = section.value('syncstate');
  if ((own ?? syncState) === '*') return [join(directory, stateName)];
  if (own !== undefined && own !== '') return [`${expanded(own, home)}${clean(nearBox)}`];
  const name = `:${far.name}:${clean(farBox)}_:${near.name}:${clean(nearBox)}`;
  if (syncState !== undefined && syncState !== '') return [`${expanded(syncState, home)}${name}`];
  const stateHome = env['XDG_STATE_HOME'] ?? join(home, '.local', 'state');
  return [join(home, '.mbsync', name), join(stateHome, 'isync', name)];
}

function expanded(path: string, home: string): string {
  return path.replace(/^~(?=\/|$)/, home);
}

function formerFolder(state: StateText, directory: string, root: string): FormerFolder {
  const below = relative(root, directory);
  const pairs = state.pairs.flatMap(pairOf);
  const left = state.pairs
    .filter(({ isSkipped, far }) => isSkipped && far > 0)
    .map(({ far }) => far);
  return {
    directory,
    localPath: below === '..' || below.startsWith('../') ? null : below,
    uidValidity: state.farUidValidity,
    settledUid: state.hasExpired ? 0 : Math.min(state.maxPulledUid, ...left.map((uid) => uid - 1)),
    pairs,
    fileUid: nearUid,
  };
}

/** What mbsync left out is no pair; nor what is gone on the server. */
function pairOf({ far, near, flags, isPlaceholder, isSkipped }: StatePair): FormerPair[] {
  if (far === 0 || isSkipped) return [];
  return [{ uid: far, fileUid: near === 0 ? null : near, flags, isPlaceholder }];
}
