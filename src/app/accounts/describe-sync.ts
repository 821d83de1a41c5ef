/** What server and Maildir of an account may do to each other, as people read it. */

import type { Account } from '../../core/account/account.ts';
import { formatDuration } from '../../core/account/duration.ts';
import { formatOctets } from '../../core/account/octets.ts';
import type {
  FolderOverride,
  FolderPolicy,
  OnLocalDelete,
} from '../../core/account/policy/sync-settings.ts';

type Row = [string, string | undefined];

/** What the type does not have is left out. */
export function syncRows({ type, sync }: Account): Row[] {
  const { folders, perFolder } = sync;
  const policy = policyRows(type, sync).map(([key, value]): Row => [`sync.${key}`, value]);
  if (type === 'pop3')
    return policy.filter(([key]) => key !== 'sync.direction' && key !== 'sync.maxAge');
  return [
    ...policy,
    ['sync.folders.include', folders.include.join(', ')],
    ['sync.folders.exclude', folders.exclude.join(', ')],
    ['sync.folders.subscribed', folders.subscribed ? 'yes' : undefined],
    ['sync.perFolder', perFolder.map((each) => overrideText(type, each)).join('; ')],
  ];
}

function policyRows(type: Account['type'], policy: Partial<FolderPolicy>): Row[] {
  const { direction, onLocalDelete, onRemoteDelete, maxSize, maxAge } = policy;
  return [
    ['direction', direction],
    ['onLocalDelete', onLocalDelete && localDeleteWord(type, onLocalDelete)],
    ['onRemoteDelete', onRemoteDelete],
    ['maxSize', limitText(maxSize, formatOctets)],
    ['maxAge', limitText(maxAge, formatDuration)],
  ];
}

/** The word that the file has for it. */
function localDeleteWord(type: Account['type'], deed: OnLocalDelete): string {
  return type === 'pop3' && deed === 'expunge' ? 'delete' : deed;
}

function limitText(
  limit: number | null | undefined,
  format: (limit: number) => string,
): string | undefined {
  return limit === null ? 'none' : limit === undefined ? undefined : format(limit);
}

function overrideText(type: Account['type'], { folders, policy }: FolderOverride): string {
  const said = policyRows(type, policy).filter(([, value]) => value !== undefined);
  return `${folders.join(', ')}: ${said.map(([key, value]) => `${key} ${value ?? ''}`).join(', ')}`;
}
