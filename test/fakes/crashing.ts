/** A process that dies at a chosen step: that step and every later one throw, so that nothing is cleaned up. */

import type { MailStore, MailTree, Staged } from '../../src/ports/receiving/mail-store.ts';
import type { StateStore } from '../../src/ports/state-store.ts';

export class Crash extends Error {}

/** Where it dies: at step number `at`, before it does anything or right after. */
export interface CrashPoint {
  readonly at: number;
  readonly after: boolean;
}

export const never: CrashPoint = { at: Number.POSITIVE_INFINITY, after: false };

export class CrashingProcess {
  /** Names of the steps so far. */
  readonly steps: string[] = [];
  readonly #point: CrashPoint;
  #isDead = false;

  constructor(point: CrashPoint) {
    this.#point = point;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const number = this.steps.length;
    this.steps.push(name);
    const { at, after } = this.#point;
    this.#isDead ||= number === at && !after;
    this.requireLife();
    try {
      return await work();
    } finally {
      this.#isDead ||= number === at;
      this.requireLife();
    }
  }

  /** A step on Node's thread. */
  stepNow<T>(name: string, work: () => T): T {
    const number = this.steps.length;
    this.steps.push(name);
    const { at, after } = this.#point;
    this.#isDead ||= number === at && !after;
    this.requireLife();
    try {
      return work();
    } finally {
      this.#isDead ||= number === at;
      this.requireLife();
    }
  }

  requireLife(): void {
    if (this.#isDead) throw new Crash('dead');
  }

  state(inner: StateStore): StateStore {
    return {
      ...inner,
      commit: (changes, durability, fence) =>
        this.step(`commit ${changes.map(({ kind }) => kind).join()}`, () =>
          inner.commit(changes, durability, fence),
        ),
      bind: (bindings, taken) => this.step('bind', () => inner.bind(bindings, taken)),
    };
  }

  store(inner: MailStore): MailStore {
    return {
      open: async (root, id) => this.#tree(await this.step('open', () => inner.open(root, id))),
      create: async (root, id) =>
        this.#tree(await this.step('create', () => inner.create(root, id))),
      adopt: async (root, id) => this.#tree(await this.step('adopt', () => inner.adopt(root, id))),
    };
  }

  #tree(inner: MailTree): MailTree {
    return {
      root: inner.root,
      directory: (path) => inner.directory(path),
      count: (path) => inner.count(path),
      ensureFolder: (path) => this.step('ensure', () => inner.ensureFolder(path)),
      stage: (path, deliveries) => this.step('stage', () => inner.stage(path, deliveries)),
      stamp: (path) => inner.stamp(path),
      scan: (path) => inner.scan(path),
      read: (path, base) => inner.read(path, base),
      readForWire: (path, base) => inner.readForWire(path, base),
      identify: (path, bases) => inner.identify(path, bases),
      folders: (layout) => inner.folders(layout),
      survey: (layout, known) => inner.survey(layout, known),
      keywordLetters: (path) => inner.keywordLetters(path),
      watch: (paths, signal) => inner.watch(paths, signal),
      setFlags: (path, changes) =>
        this.#each('set-flags', changes, (change) => inner.setFlags(path, [change])),
      move: (from, bases, to) => this.#each('move', bases, (base) => inner.move(from, [base], to)),
      rename: (path, names) => this.#each('rename', names, (name) => inner.rename(path, [name])),
      remove: (path, bases) => this.#each('remove', bases, (base) => inner.remove(path, [base])),
      renameFolder: (from, to) => this.step('rename-folder', () => inner.renameFolder(from, to)),
      removeFolder: (path) => this.step('remove-folder', () => inner.removeFolder(path)),
      publish: (path, staged) => this.#publish(inner, path, staged),
      discard: (staged) => this.step('discard', () => inner.discard(staged)),
    };
  }

  #publish(
    inner: MailTree,
    path: string,
    staged: readonly Staged[],
  ): ReturnType<MailTree['publish']> {
    return this.#each('publish', staged, (each) => inner.publish(path, [each]));
  }

  /** One after the other, so that death comes in the middle of a batch too. */
  async #each<T, R>(
    name: string,
    items: readonly T[],
    work: (item: T) => Promise<readonly R[]>,
  ): Promise<R[]> {
    const results: R[] = [];
    for (const item of items) results.push(...(await this.step(name, () => work(item))));
    return results;
  }
}
