import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountNameFault, accountNameFor } from '../../../src/core/account/account-name.ts';

describe('accountNameFault', () => {
  it.each(['work', 'a', '0815', 'anna.b-c_d', 'x'.repeat(64)])('%s is good', (name) => {
    expect(accountNameFault(name)).toBeUndefined();
  });

  it.each(['', 'Work', '.a', '-a', 'a b', 'a/b', '..', 'wörk', 'x'.repeat(65), 'a\n'])(
    '%j breaks the rule',
    (name) => {
      expect(accountNameFault(name)).toContain('must be');
    },
  );

  it.each(['list', 'add', 'all', 'sync', 'help', 'not-spam'])(
    '%s is a word of posthorn',
    (name) => {
      expect(accountNameFault(name)).toBe('is the word of a subcommand');
    },
  );
});

describe('accountNameFor', () => {
  it.each([
    ['anna@example.org', [], 'anna'],
    ['Anna.Müller+x@example.org', [], 'anna.muller-x'],
    ['list@example.org', [], 'list-example.org'],
    ['anna@example.org', ['anna'], 'anna-example.org'],
    ['anna@example.org', ['anna', 'anna-example.org'], 'anna-example.org-2'],
    ['"@"@例え.jp', [], 'account-1'],
  ])('%s beside %j is %s', (address, taken, name) => {
    expect(accountNameFor(address, new Set(taken))).toBe(name);
  });

  it('always finds a good and free one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string()), (address, others) => {
        const taken = new Set([...others, accountNameFor(address, new Set())]);
        const name = accountNameFor(address, taken);
        expect([accountNameFault(name), taken.has(name)]).toEqual([undefined, false]);
      }),
    );
  });
});
