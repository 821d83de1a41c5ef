/** Which file is which message of the server, told by what they are: for folders of which nothing is remembered that can be trusted. */

import type { AgreedMessage } from '../../core/sync/agreed.ts';
import { flagBits } from '../../core/sync/flags.ts';
import type { OpenFolder, RemoteIdentity } from '../../ports/receiving/mailbox-source.ts';
import type { LocalFile, LocalIdentity, MailTree } from '../../ports/receiving/mail-store.ts';

/** mbsync leaves a header of its own in each file that it has written: `X-TUID: `, 12 signs, a line end. */
const addedByMbsync = 22;

export interface FolderHere {
  readonly tree: MailTree;
  readonly localPath: string;
}

/** What may be the same message: by size, as it came or as mbsync wrote it. */
export function isOfSize({ wireSize }: LocalIdentity, { facts }: RemoteIdentity): boolean {
  return facts.size === wireSize || facts.size === wireSize - addedByMbsync;
}

/** By Message-ID; where neither side has one, by size and the header as a whole. */
export async function isSame(
  file: LocalIdentity,
  message: RemoteIdentity,
  here: FolderHere,
  open: OpenFolder,
): Promise<boolean> {
  if (file.messageIdHash !== message.messageIdHash) return false;
  if (file.messageIdHash !== null) return true;
  if (!isOfSize(file, message)) return false;
  const header = await open.header(message.facts.uid);
  return header !== null && (await headerOf(file, here)) === withoutMark(header.toString('latin1'));
}

/** All messages of the folder, by UID: some hundred octets each. */
export async function identitiesThere(open: OpenFolder): Promise<Map<number, RemoteIdentity>> {
  const found = new Map<number, RemoteIdentity>();
  if (open.status.exists === 0) return found;
  const { uids } = await open.uids(1);
  for await (const page of open.identify(uids))
    for (const identity of page) found.set(identity.facts.uid, identity);
  return found;
}

/** As an agreed message; what the server says of it lasts: its size and date are those that a later numbering is compared by. */
export function agreedOf(
  { facts, messageIdHash }: RemoteIdentity,
  { base: name, wireSha256, wireSize, internalDate }: LocalIdentity,
  flags: number,
  now: number,
): AgreedMessage {
  return {
    ...{ uid: facts.uid, name, flags, keywords: [], modSeq: null, messageIdHash, wireSha256 },
    wireSize: facts.size ?? wireSize,
    internalDate: facts.internalDate ?? internalDate,
    ...{ storedAt: now, status: 'both' },
  };
}

/** Each file and each message once, by Message-ID and size, else as `isSame` has it. Agreed are the flags that both have. */
export async function matchFiles(
  files: readonly LocalIdentity[],
  messages: readonly RemoteIdentity[],
  flagsHere: ReadonlyMap<string, Pick<LocalFile, 'flags'>>,
  context: FolderHere & { readonly open: OpenFolder; readonly now: number },
): Promise<AgreedMessage[]> {
  const byHash = new Map<string, RemoteIdentity[]>();
  for (const message of messages) {
    const key = message.messageIdHash ?? '';
    const known = byHash.get(key);
    if (known === undefined) byHash.set(key, [message]);
    else known.push(message);
  }
  const agreed: AgreedMessage[] = [];
  for (const file of files) {
    const candidates = byHash.get(file.messageIdHash ?? '') ?? [];
    const at = await candidateOf(file, candidates, context);
    const [message] = at === -1 ? [] : candidates.splice(at, 1);
    if (message === undefined) continue;
    const here = flagBits(flagsHere.get(file.base)?.flags ?? []);
    agreed.push(agreedOf(message, file, here & flagBits(message.facts.flags), context.now));
  }
  return agreed.sort((one, other) => one.uid - other.uid);
}

async function candidateOf(
  file: LocalIdentity,
  candidates: readonly RemoteIdentity[],
  { tree, localPath, open }: FolderHere & { readonly open: OpenFolder },
): Promise<number> {
  for (const [at, message] of candidates.entries())
    if (isOfSize(file, message) && (await isSame(file, message, { tree, localPath }, open)))
      return at;
  return -1;
}

async function headerOf({ base }: LocalIdentity, { tree, localPath }: FolderHere): Promise<string> {
  let text = '';
  for await (const octets of tree.readForWire(localPath, base)) {
    text += octets.toString('latin1');
    if (text.includes('\r\n\r\n')) break;
  }
  const end = text.indexOf('\r\n\r\n');
  return withoutMark(end === -1 ? text : text.slice(0, end + 4));
}

function withoutMark(header: string): string {
  return header.replace(/^X-TUID: .{12}\r\n/m, '');
}
