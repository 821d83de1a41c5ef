/** A new password around the save of the configuration: what a reader finds when anything fails, or the process is killed. */
import { describe, expect, it } from 'vitest';
import {
  replaceSecrets,
  withNewSecrets,
  type NewSecret,
} from '../../../src/app/passwords/new-secrets.ts';
import type { SecretPlace } from '../../../src/core/account/secret-ref.ts';
import type { SecretOwner, Secrets } from '../../../src/ports/accounts/secrets.ts';

const owner: SecretOwner = { accountId: '7f3kq2', server: 'incoming' };

/** Places in memory; `tell` hears of every step, and may throw in it. */
function memorySecrets(
  held: Map<string, string>,
  tell: (step: string) => void = () => undefined,
): Secrets {
  const nameOf = ({ server }: SecretOwner, place: SecretPlace): string => `${place} ${server}`;
  const step = (word: string, work: () => void = () => undefined): Promise<void> =>
    Promise.resolve().then(() => {
      tell(word);
      work();
    });
  return {
    read: (ref, of) => {
      const found = held.get(nameOf(of, ref.kind === 'keyring' ? 'keyring' : 'file'));
      return found === undefined ? Promise.reject(new Error('none')) : Promise.resolve(found);
    },
    store: (of, secret, place) => step('store', () => void held.set(nameOf(of, place), secret)),
    stage: async (of, secret, place) => {
      await step('stage');
      return {
        keep: () => step('keep', () => void held.set(nameOf(of, place), secret)),
        drop: () => step('drop staged'),
      };
    },
    holds: (of, place) => Promise.resolve(held.has(nameOf(of, place))),
    drop: (of, place) => step(`drop ${place}`, () => void held.delete(nameOf(of, place))),
    forget: () => step('forget', () => held.clear()),
    keyringState: () => Promise.resolve({ answers: true, why: null }),
  };
}

const given = (place: SecretPlace): NewSecret => ({ owner, secret: 'new', place });
const held = (...pairs: [string, string][]): Map<string, string> => new Map(pairs);

describe.each(['file', 'keyring'] as const)('a password in the %s', (place) => {
  const slot = `${place} incoming`;
  const other = place === 'file' ? 'keyring' : 'file';

  it('is the old one until the configuration is saved', async () => {
    const there = held([slot, 'old']);
    await replaceSecrets(memorySecrets(there), [given(place)], () => {
      expect(there.get(slot)).toBe('old');
      return Promise.resolve();
    });
    expect(there.get(slot)).toBe('new');
  });

  it('is the old one still where the save fails', async () => {
    const there = held([slot, 'old']);
    const failing = replaceSecrets(memorySecrets(there), [given(place)], () =>
      Promise.reject(new Error('full')),
    );
    await expect(failing).rejects.toThrow('full');
    expect([...there]).toEqual([[slot, 'old']]);
  });

  it('that is the first one is gone where the save fails', async () => {
    const there = held();
    const failing = replaceSecrets(memorySecrets(there), [given(place)], () => {
      expect(there.get(slot)).toBe('new');
      return Promise.reject(new Error('full'));
    });
    await expect(failing).rejects.toThrow('full');
    expect(there.size).toBe(0);
  });

  it('moves: the old place is emptied last of all', async () => {
    const there = held([`${other} incoming`, 'old']);
    const steps: string[] = [];
    const secrets = memorySecrets(there, (step) => steps.push(step));
    await replaceSecrets(secrets, [given(place)], () => {
      steps.push('save');
      return Promise.resolve();
    });
    expect(steps).toEqual(['store', 'save', `drop ${other}`]);
    expect([...there]).toEqual([[slot, 'new']]);
  });

  it('is never lost, whatever step the process is killed in', async () => {
    for (let killedAt = 1; killedAt <= 4; killedAt += 1) {
      for (const from of ['file', 'keyring'] as const) {
        const there = held([`${from} incoming`, 'old']);
        let steps = 0;
        let saved: SecretPlace = from;
        const tell = (): void => {
          if ((steps += 1) >= killedAt) throw new Error('killed');
        };
        await replaceSecrets(memorySecrets(there, tell), [given(place)], () => {
          tell();
          saved = place;
          return Promise.resolve();
        }).catch(() => undefined);
        // What the configuration names is there: the old one, or, once it is saved, one of the two.
        expect(there.get(`${saved} incoming`)).toMatch(/^(?:old|new)$/);
        if (saved !== place) expect(there.get(`${saved} incoming`)).toBe('old');
      }
    }
  });
});

it('two of them: where the second cannot be taken, the first is taken back', async () => {
  const there = held(['file incoming', 'old']);
  const outgoing = {
    owner: { ...owner, server: 'outgoing' },
    secret: 'x',
    place: 'keyring',
  } as const;
  const secrets = memorySecrets(there, (step) => {
    if (step === 'store') throw new Error('locked');
  });
  const failing = replaceSecrets(secrets, [given('file'), outgoing], () => Promise.resolve());
  await expect(failing).rejects.toThrow('locked');
  expect([...there]).toEqual([['file incoming', 'old']]);
});

it('is tested as if it stood in its place already, and only there', async () => {
  const there = held(['file incoming', 'old'], ['keyring incoming', 'other']);
  const secrets = withNewSecrets(memorySecrets(there), [given('file')]);
  expect(await secrets.read({ kind: 'stored' }, owner)).toBe('new');
  expect(await secrets.read({ kind: 'keyring' }, owner)).toBe('other');
});
