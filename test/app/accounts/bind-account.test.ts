/** Which state an account of the file gets, where NAMEs changed hands. */

import { beforeEach, describe, expect, it } from 'vitest';
import {
  bindAccount,
  freshState,
  withoutTakenIds,
} from '../../../src/app/accounts/bind-account.ts';
import type { Account } from '../../../src/core/account/account.ts';
import type { AccountState, StateStore } from '../../../src/ports/state-store.ts';
import { createMemoryStateStore } from '../../fakes/memory-state-store.ts';
import { World } from '../world.ts';

let state: StateStore;
const world = new World('imap');
const randomBytes = (count: number): Uint8Array => new Uint8Array(count).fill(7);

beforeEach(() => {
  state = createMemoryStateStore(() => 0);
});

function account(name: string, id?: string): Account {
  return { ...world.account, name, id, path: `/mail/${name}` };
}

async function remember(id: string, name: string, changes: Partial<AccountState> = {}) {
  const known = { ...freshState(id, name), ...changes };
  await state.commit([{ kind: 'account', account: known }], 'durable');
}

function bind(wanted: Account, file: readonly Account[]) {
  return bindAccount(wanted, { state: withoutTakenIds(state, file), randomBytes });
}

describe('an account without an id', () => {
  it('never takes over the id of one that had its NAME before and was renamed by hand', async () => {
    await remember('aaaaaa', 'work');
    const [office, work] = [account('office', 'aaaaaa'), account('work')];
    const bound = await bind(work, [work, office]);
    expect(bound.id).not.toBe('aaaaaa');
    expect((await bind(office, [work, office])).id).toBe('aaaaaa');
    expect((await bind(work, [work, office])).id).toBe(bound.id);
    expect((await state.accounts()).map(({ name }) => name)).toEqual(['office', 'work']);
  });

  it('keeps its own, older state where a newer one of its NAME belongs to another', async () => {
    await remember('bbbbbb', 'work');
    await remember('aaaaaa', 'work');
    const work = account('work');
    expect((await bind(work, [work, account('office', 'aaaaaa')])).id).toBe('bbbbbb');
  });

  it('that was put back goes on with the state of its NAME', async () => {
    await remember('aaaaaa', 'work');
    const work = account('work');
    expect((await bind(work, [work])).id).toBe('aaaaaa');
  });
});

it('a NAME that changed by hand goes along with the id', async () => {
  await remember('aaaaaa', 'old');
  const renamed = account('new', 'aaaaaa');
  expect(await bind(renamed, [renamed])).toMatchObject({ id: 'aaaaaa', state: { name: 'new' } });
});
