/** Mutual exclusion between processes, held by the kernel: it ends with its process, however that dies. */

export interface HeldLock {
  /** Greater than that of any earlier holder, and than `fenceAbove`: commits carry it, so that a holder of before is refused. */
  readonly fence: number;
  /** Aborted once the lock is not held any more though nobody released it, e.g. since its file was removed. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface LockOptions {
  /** How long it may wait, in milliseconds; 0 where left out. */
  readonly waitMs?: number;
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal;
  /** The highest fence that the caller knows of, e.g. from the state. */
  readonly fenceAbove?: number;
}

export interface Lock {
  /**
   * Takes the lock of this name, e.g. `account-7f3kq2`, or throws TemporaryError (code `locked`) naming the holder's
   * process id where known. Within one process those who wait get it in the order of their asking.
   */
  acquire(name: string, options?: LockOptions): Promise<HeldLock>;
}
