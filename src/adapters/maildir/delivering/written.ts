/** What is known of a file of mail once it is written, and the time that it carries. */

import type { Staged } from '../../../ports/receiving/mail-store.ts';

export type Written = Pick<Staged, 'wireSize' | 'wireSha256' | 'size' | 'messageIdHash'>;

/** Codes of a file system that can't hold a date: that must not cost the message. */
export const noSuchDate = ['EINVAL', 'EOVERFLOW', 'ERANGE'];

/** Null, the time of writing, where there is no date, or none that a Date can hold. A number below 0 would be taken for now, a Date isn't. */
export function mtimeOf(internalDate: number | null): Date | null {
  const date = new Date(internalDate ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}
