/** Groups calls: what arrives while one transaction runs goes together into the next, for one fsync. */

import { errorOf, faultOf } from '../../disk/sqlite-fault.ts';
import { InternalError } from '../../errors.ts';
import type { Outcome } from './request.ts';

/** One outcome a call, in their order. Rejects where nothing was done at all. */
export type CarryOut<C, V> = (calls: readonly C[]) => Promise<readonly Outcome<V>[]>;

interface Waiting<C, V> {
  readonly call: C;
  readonly resolve: (value: V) => void;
  readonly reject: (error: unknown) => void;
}

const unanswered: Outcome<never> = {
  ok: false,
  fault: faultOf(new InternalError('the state left a call unanswered'), ''),
};

/** Calls take effect in their order; `sharing` says which may follow one another in one transaction. */
export class CallQueue<C, V> {
  readonly #carryOut: CarryOut<C, V>;
  readonly #sharing: (first: C, other: C) => boolean;
  #waiting: Waiting<C, V>[] = [];
  #running: Promise<void> | null = null;

  constructor(carryOut: CarryOut<C, V>, sharing: (first: C, other: C) => boolean) {
    this.#carryOut = carryOut;
    this.#sharing = sharing;
  }

  add(call: C): Promise<V> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves once all that was added so far has its outcome. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // What is added in the same turn still joins the first transaction.
    await Promise.resolve();
    for (let group = this.#next(); group.length > 0; group = this.#next()) await this.#do(group);
    this.#running = null;
  }

  #next(): readonly Waiting<C, V>[] {
    const [first] = this.#waiting;
    if (first === undefined) return [];
    const end = this.#waiting.findIndex(({ call }) => !this.#sharing(first.call, call));
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  async #do(group: readonly Waiting<C, V>[]): Promise<void> {
    try {
      const outcomes = await this.#carryOut(group.map(({ call }) => call));
      group.forEach(({ resolve, reject }, at) => {
        const outcome = outcomes[at] ?? unanswered;
        if (outcome.ok) resolve(outcome.value);
        else reject(errorOf(outcome.fault));
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
