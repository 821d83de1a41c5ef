/** Carries out a plan in its order. While the last batch of a folder is on its way to disk, the next folder is asked for. */

import type { Operation } from '../../../../core/sync/plan/operation.ts';
import { asPosthornError } from '../../../../errors.ts';
import { carryOut, carryOutRange, carryOutRetries, type Range, type Retry } from './carry-out.ts';
import { reportOf, type Work } from './work.ts';

/** Paths of the folders in which something failed: what else was planned for them is left out. Once this ends nothing is under way. */
export async function carryOutAll(
  work: Work,
  operations: readonly Operation[],
): Promise<ReadonlySet<string>> {
  const order = new Order(work);
  try {
    for (const group of grouped(operations)) await order.carryOut(group);
  } finally {
    await order.settle();
  }
  await order.durable;
  return order.failed;
}

type Group =
  | { readonly kind: 'retries'; readonly path: string; readonly retries: readonly Retry[] }
  | { readonly kind: 'range'; readonly path: string; readonly range: Range }
  | {
      readonly kind: 'other';
      readonly path: string;
      readonly operation: Exclude<Operation, Retry | Range>;
    };

/** Retries of one folder come together. */
function* grouped(operations: readonly Operation[]): Generator<Group> {
  let retries: Retry[] = [];
  for (const operation of operations) {
    const { path } = operation;
    const isNext = operation.kind === 'fetch' && retries[0]?.path === path;
    const [first] = retries;
    if (first !== undefined && !isNext) {
      yield { kind: 'retries', path: first.path, retries };
      retries = [];
    }
    if (operation.kind === 'fetch') retries.push(operation);
    else if (operation.kind === 'fetch-range') yield { kind: 'range', path, range: operation };
    else yield { kind: 'other', path, operation };
  }
  const [first] = retries;
  if (first !== undefined) yield { kind: 'retries', path: first.path, retries };
}

class Order {
  readonly failed = new Set<string>();
  readonly #work: Work;
  /** Of the last fetch; rejects where the account is to stop. */
  durable: Promise<void> = Promise.resolve();

  constructor(work: Work) {
    this.#work = work;
  }

  async settle(): Promise<void> {
    await Promise.allSettled([this.durable]);
  }

  async carryOut(group: Group): Promise<void> {
    const paths = group.kind === 'other' ? pathsOf(group.operation) : [group.path];
    if (paths.some((path) => this.failed.has(path))) {
      for (const path of paths) this.failed.add(path);
      return;
    }
    if (group.kind === 'range') return await this.#fetch(group.range);
    if (group.kind === 'retries' || !isBeginning(group.operation)) await this.durable;
    await this.#contained(paths, () =>
      group.kind === 'retries'
        ? carryOutRetries(this.#work, group.path, group.retries)
        : carryOut(this.#work, group.operation),
    );
  }

  /** Nothing of it is written before the folder in front is durable; a full disk stops the account there. */
  async #fetch(range: Range): Promise<void> {
    const before = this.durable;
    const { path } = range;
    const fetching = await this.#contained([path], () => carryOutRange(this.#work, range, before));
    this.durable = this.#contained([path], async () => {
      const end = await fetching?.durable;
      if (end !== undefined && end !== null) this.#work.fetched.set(path, end);
    });
    // Thrown where it is waited for.
    this.durable.catch(() => undefined);
    await before;
  }

  /** An error that reaches no further than the folder stops that folder alone. */
  async #contained<T>(paths: readonly string[], work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      const error = asPosthornError(thrown);
      if (error.reach === 'account' || error.reach === 'program') throw error;
      for (const path of paths) this.failed.add(path);
      reportOf(this.#work, paths[0] ?? '').error = error;
      return undefined;
    }
  }
}

/** It may be done while the folder in front becomes durable. */
function isBeginning({ kind }: Operation): boolean {
  return kind === 'begin-folder' || kind === 'assign-role' || kind === 'note-endpoint';
}

function pathsOf(operation: Operation): string[] {
  switch (operation.kind) {
    case 'move-remote':
    case 'copy-remote':
      return [operation.path, operation.to];
    case 'move-local':
      return [operation.path, operation.from];
    default:
      return [operation.path];
  }
}
