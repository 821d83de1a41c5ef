/** How many messages an operation is about: what a person who watches a sync has before him. */

import type { Operation } from '../../../../core/sync/plan/operation.ts';
import type { FolderStatus } from '../../../../core/sync/remote.ts';

/** Of a range no more than the server's numbers allow; its listing tells more exactly. */
export function toFetch(operation: Operation, status: FolderStatus | undefined): number {
  if (operation.kind !== 'fetch-range') return 0;
  const { exists, from } = operation;
  const uidNext = status?.uidNext ?? null;
  const room = uidNext === null ? Number.POSITIVE_INFINITY : Math.max(0, uidNext - from);
  const most = Math.min(exists ?? Number.POSITIVE_INFINITY, room);
  return Number.isFinite(most) ? most : 0;
}

/** In the unit of the report: a message whose flags change on both sides counts twice. What only the state learns is no work. */
export function othersIn(operation: Operation): number {
  switch (operation.kind) {
    case 'fetch':
      return 1;
    case 'move-remote':
    case 'copy-remote':
    case 'move-local':
    case 'upload':
    case 'delete-local':
      return operation.items.length;
    case 'delete-remote':
      return operation.uids.length;
    case 'merge-flags':
      return operation.items.reduce(
        (sum, { here, store }) => sum + (here === null ? 0 : 1) + (store === null ? 0 : 1),
        0,
      );
    default:
      return 0;
  }
}
