/** What the test of an account came to. */

import type { PosthornError } from '../../errors.ts';
import type { ServerTest } from './server-test.ts';

export interface AccountTest {
  readonly account: string;
  readonly servers: readonly ServerTest[];
  /** Of a message that was really sent; null where none was asked for. */
  readonly roundTrip: RoundTrip | null;
}

/**
 * sent: the account does not receive, so nobody here can see it arrive. skipped: nothing was sent, since the account does
 * not send, or since its test failed.
 */
export type RoundTrip =
  | {
      readonly result: 'arrived';
      readonly messageId: string;
      readonly folder: string;
      readonly isSpam: boolean;
      readonly afterMs: number;
    }
  | {
      readonly result: 'missing';
      readonly messageId: string;
      readonly waitedMs: number;
      readonly error: PosthornError;
    }
  | { readonly result: 'sent'; readonly messageId: string; readonly address: string }
  | { readonly result: 'refused'; readonly error: PosthornError }
  | { readonly result: 'skipped'; readonly why: 'does-not-send' | 'test-failed' };
