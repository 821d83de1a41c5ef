/** Whether a folder of the server is still the one that the state knows (design rules 6 and 13). */

import type { AgreedFolder } from '../agreed.ts';
import type { FolderStatus } from '../remote.ts';

/** unproven: the numbers agree, but another server gives them; what its messages look like decides. */
export type Continuity =
  | { readonly kind: 'same' }
  | { readonly kind: 'unproven'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string };

/** `endpoint` as in AgreedFolder. */
export function continuity(
  agreed: AgreedFolder,
  endpoint: string,
  { uidValidity, uidNext, highestModSeq }: FolderStatus,
): Continuity {
  if (uidValidity !== null && uidValidity !== agreed.uidValidity)
    return broken(
      `the server has numbered it anew (UIDVALIDITY ${agreed.uidValidity} is now ${uidValidity})`,
    );
  const known = Math.max(agreed.settledUid + 1, agreed.uidNext ?? 0);
  if (uidNext !== null && uidNext < known)
    return broken(
      `the server was restored, or is another one: its next number is ${String(uidNext)}, mail up to ${String(known - 1)} was known`,
    );
  if (agreed.endpoint !== null && agreed.endpoint !== endpoint)
    return { kind: 'unproven', reason: `it is ${endpoint} now, and was ${agreed.endpoint}` };
  if (isBelow(highestModSeq, agreed.highestModSeq))
    return { kind: 'unproven', reason: 'the server counts changes from anew (HIGHESTMODSEQ)' };
  return { kind: 'same' };
}

function broken(reason: string): Continuity {
  return { kind: 'broken', reason };
}

/** Decimal numbers of up to 63 bits. */
function isBelow(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && BigInt(one) < BigInt(other);
}
