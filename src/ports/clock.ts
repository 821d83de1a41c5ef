/** Time, so that tests can move it. */

export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Resolves once the wall clock has passed `at`, however long that is, or rejects with the signal's reason. */
  sleepUntil(at: number, signal: AbortSignal): Promise<void>;
}
