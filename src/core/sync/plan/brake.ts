/** Stops deletions that look like an accident (design rule 7): a disk that is not mounted, a server that lists nothing for a moment. */

import type { FolderView } from './views.ts';

/** Fewer may be more than half, and still be what a person does in a minute. */
const fewEnough = 20;

/** What a person reads where it stops them; null where they may go on. `count`: messages of the folder that would be deleted. */
export function brake(
  { known, remote, troubles }: FolderView,
  count: number,
  side: 'here' | 'there',
): string | null {
  if (remote.role === 'trash' || remote.role === 'spam') return null;
  const all = known.size;
  const isMost = count > fewEnough && count > all / 2;
  const isAll = count > 1 && count >= all;
  // New mail makes them fewer than all, and no less of an accident.
  const isHeld = count > 1 && troubles.some(({ kind }) => kind === 'held');
  if (!isMost && !isAll && !isHeld) return null;
  const gone = side === 'here' ? 'from the Maildir' : 'from the server';
  return `${isAll ? `all ${String(all)} messages are` : `${String(count)} of ${String(all)} messages are`} gone ${gone} at once`;
}
