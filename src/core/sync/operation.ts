/** What a sync does: the plan is a list of these, printed by --dry-run and carried out one by one. */

import type { KnownMessage, RemoteId, RemoteMessage } from './message.ts';

export type Operation =
  /** Fetch and deliver. `known` is there when the id was seen before (quarantined, or gone and back): its content decides. */
  | { readonly kind: 'fetch'; readonly message: RemoteMessage; readonly known: KnownMessage | null }
  /** POP3: delete on the server what is durable here. */
  | { readonly kind: 'delete'; readonly message: RemoteMessage }
  /** The server no longer lists it; nothing happens on disk. */
  | { readonly kind: 'mark-absent'; readonly id: RemoteId };

export type FetchOperation = Extract<Operation, { kind: 'fetch' }>;
export type DeleteOperation = Extract<Operation, { kind: 'delete' }>;
