/** What may happen to an account on either side between syncs, and what may befall a sync. */

import fc from 'fast-check';
import type { Flag } from '../../../../src/core/sync/flags.ts';

export const keywords = ['work', '$Junk', 'later'] as const;
export const flags: readonly Flag[] = ['D', 'F', 'P', 'R', 'S'];

/** `at`, `to`: chosen among what is there, counted around. */
export type Step =
  | { readonly kind: 'deliver'; readonly to: number; readonly flags: readonly Flag[] }
  | { readonly kind: 'deliver-nameless'; readonly to: number }
  | { readonly kind: 'deliver-same-id'; readonly to: number; readonly at: number }
  | { readonly kind: 'flag-there'; readonly at: number; readonly flag: Flag }
  | { readonly kind: 'keyword-there'; readonly at: number; readonly keyword: string }
  | { readonly kind: 'move-there'; readonly at: number; readonly to: number }
  | { readonly kind: 'copy-there'; readonly at: number; readonly to: number }
  | { readonly kind: 'expunge-there'; readonly at: number }
  | { readonly kind: 'make-folder-there'; readonly to: number }
  | { readonly kind: 'delete-folder-there'; readonly to: number }
  | { readonly kind: 'rename-folder-there'; readonly from: number; readonly to: number }
  | { readonly kind: 'renumber'; readonly to: number }
  | { readonly kind: 'restore'; readonly to: number; readonly keep: number }
  | { readonly kind: 'flag-here'; readonly at: number; readonly flag: Flag }
  | { readonly kind: 'see-here'; readonly at: number }
  | { readonly kind: 'move-here'; readonly at: number; readonly to: number; readonly as: Naming }
  | { readonly kind: 'copy-here'; readonly at: number; readonly to: number; readonly as: Naming }
  | { readonly kind: 'rename-here'; readonly at: number; readonly as: Naming }
  | { readonly kind: 'delete-here'; readonly at: number }
  | { readonly kind: 'write-here'; readonly to: number; readonly hasId: boolean }
  | { readonly kind: 'make-folder-here'; readonly to: number }
  | { readonly kind: 'remove-folder-here'; readonly to: number }
  | { readonly kind: 'rename-folder-here'; readonly from: number; readonly to: number }
  | Syncing;

export type Syncing =
  | { readonly kind: 'sync' }
  | { readonly kind: 'sync-and-die'; readonly at: number; readonly after: boolean }
  | { readonly kind: 'sync-and-lose'; readonly at: number }
  | { readonly kind: 'sync-and-break'; readonly at: number };

/** What readers make of a name when they move or rename a file. */
export type Naming = 'same' | 'other' | 'with-uid' | 'with-size';

const at = fc.nat(40);
const to = fc.nat(20);
const from = to;
const keep = fc.nat(5);
const flag = fc.constantFrom<Flag>('D', 'F', 'P', 'R', 'S');
const naming = fc.constantFrom<Naming>('same', 'other', 'with-uid', 'with-size');

type Weighted = fc.WeightedArbitrary<Step>;

function some<K extends Step['kind']>(
  weight: number,
  kind: K,
  more: { [P in Exclude<keyof Extract<Step, { kind: K }>, 'kind'>]: fc.Arbitrary<unknown> },
): Weighted {
  const arbitrary = fc.record({ kind: fc.constant(kind), ...more }) as fc.Arbitrary<unknown>;
  return { weight, arbitrary: arbitrary as fc.Arbitrary<Step> };
}

export const ofMessages: readonly Weighted[] = [
  some(6, 'deliver', { to, flags: fc.uniqueArray(flag, { maxLength: 2 }) }),
  some(2, 'flag-there', { at, flag }),
  some(1, 'keyword-there', { at, keyword: fc.constantFrom(...keywords) }),
  some(2, 'move-there', { at, to }),
  some(1, 'copy-there', { at, to }),
  some(2, 'expunge-there', { at }),
  some(2, 'flag-here', { at, flag }),
  some(1, 'see-here', { at }),
  some(2, 'move-here', { at, to, as: naming }),
  some(1, 'copy-here', { at, to, as: naming }),
  some(1, 'rename-here', { at, as: naming }),
  some(2, 'delete-here', { at }),
  some(2, 'write-here', { to, hasId: fc.boolean() }),
];

export const likeness: readonly Weighted[] = [
  some(1, 'deliver-nameless', { to }),
  some(1, 'deliver-same-id', { to, at }),
];

export const ofFolders: readonly Weighted[] = [
  some(1, 'make-folder-there', { to }),
  some(1, 'delete-folder-there', { to }),
  some(1, 'rename-folder-there', { from, to }),
  some(1, 'make-folder-here', { to }),
  some(1, 'remove-folder-here', { to }),
  some(1, 'rename-folder-here', { from, to }),
];

export const numberings: readonly Weighted[] = [
  some(1, 'renumber', { to }),
  some(1, 'restore', { to, keep }),
];

export const whole: readonly Weighted[] = [some(6, 'sync', {})];

export const broken: readonly Weighted[] = [
  some(3, 'sync-and-die', { at: fc.nat(60), after: fc.boolean() }),
  some(2, 'sync-and-lose', { at: fc.nat(40) }),
  some(1, 'sync-and-break', { at: fc.nat(3) }),
];
