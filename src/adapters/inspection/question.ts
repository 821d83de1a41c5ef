/** What the two processes of the inspection say to each other. */

import type { Inspector } from '../../ports/inspector.ts';

export interface Question {
  readonly number: number;
  readonly what: Exclude<keyof Inspector, 'close'>;
  /** A path, or a host; empty where nothing is needed. */
  readonly about: string;
}

export interface Answer {
  readonly number: number;
  readonly value: unknown;
  readonly failure: { readonly message: string; readonly remedy: string | null } | null;
}
