/** Which folders of an account take part, and what holds in each of them. */
import { fits, namesExactly, viewUses, type NamedFolder } from './folder-pattern.ts';
import type { FolderPolicy, FolderSelection, SyncSettings } from './sync-settings.ts';

/** The settings of the account, and of `perFolder` for each setting the first entry that fits the folder and says it. */
export function policyOf(settings: SyncSettings, folder: NamedFolder): FolderPolicy {
  return settings.perFolder
    .filter(({ folders }) => folders.some((pattern) => fits(pattern, folder)))
    .reduceRight<FolderPolicy>(
      (policy, override) => ({ ...policy, ...override.policy }),
      accountPolicy(settings),
    );
}

function accountPolicy(settings: SyncSettings): FolderPolicy {
  const { direction, onLocalDelete, onRemoteDelete, maxSize, maxAge } = settings;
  return { direction, onLocalDelete, onRemoteDelete, maxSize, maxAge };
}

export interface ListedFolder extends NamedFolder {
  readonly subscribed: boolean;
}

/** Whether the folder takes part. Whether it can be selected at all is another question. */
export function isIncluded(
  { include, exclude, subscribed }: FolderSelection,
  folder: ListedFolder,
): boolean {
  const fitsOne = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => fits(pattern, folder));
  if (fitsOne(exclude)) return false;
  if (subscribed && !folder.subscribed && folder.role !== 'inbox') return false;
  // Gmail's views double each message.
  if (viewUses.some((use) => folder.attributes.includes(`\\${use}`)))
    return include.some((pattern) => namesExactly(pattern, folder));
  return include.length === 0 || fitsOne(include);
}
