/** Mutual exclusion between processes, held by the kernel: it ends with its process, however that dies. */

export interface HeldLock {
  release(): Promise<void>;
}

export interface Lock {
  /**
   * Takes the lock of this name, e.g. `account-7f3kq2`, or throws TemporaryError (code `locked`) naming the holder's
   * process id where known. `waitMs` (default 0) is how long it may wait for it; `signal` ends the waiting.
   */
  acquire(name: string, options?: { waitMs?: number; signal?: AbortSignal }): Promise<HeldLock>;
}
