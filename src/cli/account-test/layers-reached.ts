/** What the live line says while one account is tested: which layer each server is at. */

import type { Direction } from '../../app/account-test/server-test.ts';
import type { Account } from '../../core/account/account.ts';
import { stageAfter, stageLabel, type Stage } from './layers.ts';

/** How far each server has come. */
export class LayersReached {
  readonly #account: Account;
  readonly #done: Readonly<Record<Direction, Set<Stage>>> = { receive: new Set(), send: new Set() };

  constructor(account: Account) {
    this.#account = account;
  }

  done(direction: Direction, stage: Stage): void {
    this.#done[direction].add(stage);
  }

  text(): string {
    const { name, type, incoming, outgoing, receive, send } = this.#account;
    const parts = [
      ...(receive && incoming !== undefined
        ? [this.#part('receive', incoming.security, type)]
        : []),
      ...(send && outgoing !== undefined ? [this.#part('send', outgoing.security, 'smtp')] : []),
    ];
    return `${name}: ${parts.join(', ')}`;
  }

  #part(
    direction: Direction,
    security: Parameters<typeof stageAfter>[1],
    service: Parameters<typeof stageLabel>[1],
  ): string {
    const stage = stageAfter(this.#done[direction], security);
    return `${direction} – ${stage === null ? 'done' : stageLabel(stage, service)}`;
  }
}
