/** Rules that sort mail, in the terms of Sieve (RFC 5228); kept and checked, carried out by later versions. */

export type Comparison = 'is' | 'contains' | 'matches';

export type RuleTest =
  | {
      readonly kind: 'header';
      /** Name of the header in lower case, e.g. `list-id`. */
      readonly header: string;
      readonly comparison: Comparison;
      /** One of them has to fit; compared without case (RFC 5228, section 2.7.3: i;ascii-casemap). */
      readonly values: readonly string[];
    }
  | { readonly kind: 'size'; readonly comparison: 'over' | 'under'; readonly octets: number };

export type RuleAction =
  | { readonly kind: 'copyTo'; readonly folder: string }
  /** `\Flagged` and its like, or a keyword. */
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'markRead' }
  | { readonly kind: 'moveTo'; readonly folder: string }
  | { readonly kind: 'delete' }
  | { readonly kind: 'stop' };

export interface Rule {
  readonly name: string;
  /** Whether all tests must hold, or one is enough. */
  readonly match: 'all' | 'any';
  /** None: every message. */
  readonly tests: readonly RuleTest[];
  /** In the order in which they are carried out: a message is copied before it leaves. */
  readonly actions: readonly RuleAction[];
}
