/** The end of the wizard: what cannot be saved is told there, and nothing that was typed is lost. */
import { expect, it } from 'vitest';
import { reviewUntilSaved } from '../../../src/cli/wizard/menu.ts';
import { reachOf } from '../../../src/cli/wizard/reach.ts';
import type { Account } from '../../../src/core/account/account.ts';
import { DataError } from '../../../src/errors.ts';
import { draftOf, wizardOf } from './draft.ts';
import { imap } from './rows.ts';

it('goes back to the menu where a file that the account names is none', async () => {
  const start = draftOf(imap);
  const wizard = wizardOf(
    [
      ['work: save it', 'Save'],
      ['work: save it', 'E-mail certificate'],
      ['Certificate', '/home/anna/mine.p12'],
      ['work: save it', 'Save'],
    ],
    {
      load: () => Promise.resolve({} as Account),
      check: ({ entry }) =>
        entry.certificate === undefined
          ? Promise.reject(new DataError('a.p12 does not exist', { remedy: 'check the path' }))
          : Promise.resolve(),
    },
  );
  const saved = await reviewUntilSaved(wizard, start, reachOf(start));
  expect(wizard.questions.said).toEqual(['a.p12 does not exist. Check the path']);
  expect(wizard.questions.left()).toEqual([]);
  expect(saved?.entry).toEqual({ ...imap, certificate: { file: '/home/anna/mine.p12' } });
});
