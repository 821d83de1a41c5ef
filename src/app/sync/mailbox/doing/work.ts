/** What is at hand while a plan is carried out. */

import type { FolderPolicy } from '../../../../core/account/policy/sync-settings.ts';
import type { AgreedFolder, Intent } from '../../../../core/sync/agreed.ts';
import type { RangeEnd } from '../../../../core/sync/fold.ts';
import { InternalError } from '../../../../errors.ts';
import type { AccountRun } from '../../account-run.ts';
import type { FolderReport } from '../../report.ts';
import type { OpenFolders } from '../open-folders.ts';

export interface Work {
  readonly run: AccountRun;
  readonly folders: OpenFolders;
  /** As the state has them, by the server's name; kept true while operations are done. */
  readonly agreed: Map<string, AgreedFolder>;
  readonly intents: readonly Intent[];
  /** `user@host` of the account. */
  readonly endpoint: string;
  /** Folders met for the first time from which nothing is to be fetched. */
  readonly empty: ReadonlySet<string>;
  /** Of each folder of the plan. */
  readonly reports: ReadonlyMap<string, FolderReport>;
  /** Of each folder of the plan. */
  readonly policies: ReadonlyMap<string, FolderPolicy>;
  /** What the server said of a folder when it was fetched from last: newer than the plan. */
  readonly fetched: Map<string, RangeEnd>;
  /** Paths of the folders that hold messages on the server. */
  readonly filled: readonly string[];
  /** Paths of folders here that hold files of which nobody knows yet what they are on the server. */
  readonly unsettledHere: Set<string>;
}

export function reportOf({ reports }: Work, path: string): FolderReport {
  const report = reports.get(path);
  if (report === undefined) throw new InternalError(`the folder ${path} was planned unseen`);
  return report;
}

export function agreedFolder({ agreed }: Work, path: string): AgreedFolder {
  const folder = agreed.get(path);
  if (folder === undefined) throw new InternalError(`the folder ${path} is not known yet`);
  return folder;
}

/** In parts of so many: a kill costs no more than one of them. */
export function* parts<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
