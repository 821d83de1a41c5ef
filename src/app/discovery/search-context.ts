/** What one search for servers carries along: whom it asks, how long, and what went wrong on the way. */

import { asPosthornError, type PosthornError } from '../../errors.ts';
import type { Discovery } from '../../ports/accounts/discovery.ts';

export interface SearchContext {
  readonly address: string;
  readonly domain: string;
  readonly discovery: Discovery;
  /** The collection of configuration files to ask; null: none. */
  readonly ispdb: string | null;
  readonly signal: AbortSignal;
  /** Look-ups that came to nothing, as they come. */
  readonly trouble: PosthornError[];
}

/** The answer, or `otherwise` where there is none: the reason is kept, and the search goes on elsewhere. */
export async function answerOr<T>(
  asked: Promise<T>,
  otherwise: T,
  { trouble }: SearchContext,
): Promise<T> {
  try {
    return await asked;
  } catch (thrown) {
    trouble.push(asPosthornError(thrown));
    return otherwise;
  }
}
