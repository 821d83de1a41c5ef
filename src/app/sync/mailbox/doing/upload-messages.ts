/** Uploads what is new here. APPEND is not repeatable: what is about to be sent is written durably before (design rules 4 and 14). */

import type { AgreedFolder } from '../../../../core/sync/agreed.ts';
import { foldIntended, foldUploaded, intentOf } from '../../../../core/sync/fold-done.ts';
import { flagsOfBits } from '../../../../core/sync/flags.ts';
import type { Intent } from '../../../../core/sync/agreed.ts';
import type { Operation, UploadItem } from '../../../../core/sync/plan/operation.ts';
import { UidSet } from '../../../../core/sync/uid-set.ts';
import { asPosthornError, TemporaryError } from '../../../../errors.ts';
import type {
  Upload,
  Uploaded,
  WritableFolder,
} from '../../../../ports/receiving/mailbox-source.ts';
import { commit } from '../../account-run.ts';
import { agreedFolder, parts, reportOf, type Work } from './work.ts';

const together = 100;

export async function uploadMessages(
  work: Work,
  { path, items }: Extract<Operation, { kind: 'upload' }>,
): Promise<void> {
  const { uidValidity } = agreedFolder(work, path);
  const whole = await withContent(work, path, items);
  for (const part of parts(whole, together)) {
    const folder = await work.folders.writable(path);
    if (folder.status.uidValidity !== uidValidity) throw numberedAnew();
    await uploadPart(work, path, folder, part);
  }
}

function numberedAnew(): TemporaryError {
  return new TemporaryError('the server numbered the folder anew while it was synced', {
    reach: 'folder',
    remedy: 'The next sync tells what became of it.',
  });
}

/** What takes the place of a message has to be that message: its form on the wire can't always be made again from the file. */
async function withContent(
  work: Work,
  path: string,
  items: readonly UploadItem[],
): Promise<UploadItem[]> {
  const doubtful = items.filter(({ instead }) => instead !== null);
  if (doubtful.length === 0) return [...items];
  const { localPath } = agreedFolder(work, path);
  const bases = doubtful.map(({ file }) => file.base);
  const identities = await work.run.tree.identify(localPath, bases);
  const content = new Map(identities.map(({ base, wireSha256 }) => [base, wireSha256]));
  const isSame = ({ file, instead }: UploadItem): boolean =>
    instead === null || content.get(file.base) === file.wireSha256;
  const other = items.filter((item) => content.has(item.file.base) && !isSame(item));
  await keepHere(work, path, other);
  return items.filter(isSame);
}

async function keepHere(work: Work, path: string, items: readonly UploadItem[]): Promise<void> {
  if (items.length === 0) return;
  const uids = Uint32Array.from(items.flatMap(({ instead }) => instead?.uid ?? []));
  await commit(
    work.run,
    [{ kind: 'messages-status', path, uids, status: 'here-alone' }],
    'durable',
  );
  const report = reportOf(work, path);
  for (const { file } of items)
    report.notes.push(
      `${file.base} was deleted on the server and changed here: it is kept here alone, since its octets are not what they were`,
    );
}

async function uploadPart(
  work: Work,
  path: string,
  folder: WritableFolder,
  items: readonly UploadItem[],
): Promise<void> {
  const { run } = work;
  const now = run.neighbours.clock.now();
  const before = new Map(
    work.intents.filter((each) => each.path === path).map((each) => [each.name, each]),
  );
  const intents = items.map((item) =>
    intentOf(path, item, folder.status, before.get(item.file.base), now),
  );
  await commit(run, foldIntended(path, items, intents), 'durable');
  const session = await work.folders.session();
  const { localPath } = agreedFolder(work, path);
  const uploads = items.map((item) => upload(work, localPath, item));
  const done: [UploadItem, Uploaded][] = [];
  try {
    for await (const outcome of session.upload(path, uploads)) {
      const item = items[done.length];
      if (item === undefined) continue;
      done.push([item, outcome]);
      count(work, path, item, outcome);
    }
  } catch (thrown) {
    await remember(work, path, done, new Set());
    await uncount(work, path, intents.slice(done.length + (session.spent ? 1 : 0)));
    throw thrown;
  }
  await remember(work, path, done, await proven(folder, done));
}

/** Trouble of the server is no try of a message: where the line was lost, of the one alone at which it was lost. */
async function uncount(work: Work, path: string, untried: readonly Intent[]): Promise<void> {
  if (untried.length === 0) return;
  const intents = untried.map((each) => ({ ...each, tries: each.tries - 1 }));
  await commit(work.run, [{ kind: 'intents', path, intents }], 'durable');
}

/** UIDs under which the messages are indeed: what a server tells of that may be wrong (design rule 4), and would be a deletion later. */
async function proven(
  folder: WritableFolder,
  done: readonly (readonly [UploadItem, Uploaded])[],
): Promise<ReadonlySet<number>> {
  const told = new Map<number, UploadItem['file']>();
  for (const [{ file }, outcome] of done)
    if (outcome.kind === 'uploaded' && outcome.uid !== null) told.set(outcome.uid, file);
  const uids = new Set<number>();
  if (told.size === 0) return uids;
  for await (const page of folder.identify(UidSet.of(told.keys())))
    for (const { facts, messageIdHash } of page) {
      const file = told.get(facts.uid);
      const isSame = messageIdHash !== null || facts.size === file?.wireSize;
      if (isSame && file?.messageIdHash === messageIdHash) uids.add(facts.uid);
    }
  return uids;
}

function upload(work: Work, localPath: string, { file, flags }: UploadItem): Upload {
  return {
    size: file.wireSize,
    octets: () => work.run.tree.readForWire(localPath, file.base),
    flags: flagsOfBits(flags.flags),
    keywords: flags.keywords,
    internalDate: file.internalDate,
  };
}

/** Null where it is of another numbering, or was given before: another message has it. */
function newUid({ uidValidity, settledUid }: AgreedFolder, outcome: Uploaded): number | null {
  if (outcome.kind !== 'uploaded' || outcome.uid === null) return null;
  const isNew = outcome.uidValidity === uidValidity && outcome.uid > settledUid;
  return isNew ? outcome.uid : null;
}

/** One whose UID the server did not tell is found by the next sync, by what its intent says. */
async function remember(
  work: Work,
  path: string,
  done: readonly (readonly [UploadItem, Uploaded])[],
  uids: ReadonlySet<number>,
): Promise<void> {
  const { run } = work;
  const folder = agreedFolder(work, path);
  const now = run.neighbours.clock.now();
  const changes = done.flatMap(([item, outcome]) => {
    const uid = newUid(folder, outcome);
    if (uid !== null && uids.has(uid)) return foldUploaded(path, item, uid, now);
    work.unsettledHere.add(path);
    const names = [item.file.base];
    return outcome.kind === 'unsent' ? [{ kind: 'intents-over' as const, path, names }] : [];
  });
  await commit(run, changes, 'durable');
}

/** Each is durable there once it is answered: were it forgotten now, its intent would find it. So each is headway. */
function count(work: Work, path: string, { file }: UploadItem, outcome: Uploaded): void {
  const report = reportOf(work, path);
  if (outcome.kind === 'uploaded') {
    report.uploaded += 1;
    report.octetsUp += file.wireSize;
  } else report.failed.push({ id: file.base, error: asPosthornError(outcome.error) });
  work.run.progress(report);
}
