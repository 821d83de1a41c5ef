/** What becomes of a message by what each side did to it since it was agreed. */

import { describe, expect, it } from 'vitest';
import { noMessages } from '../../../../src/core/sync/known-messages.ts';
import type { FolderView } from '../../../../src/core/sync/plan/views.ts';
import {
  agreed,
  facts,
  here,
  known,
  planned,
  remote,
  sha,
  status,
  there,
  usual,
  usualPolicy,
  view,
  type Known,
} from './views.ts';

/** Five of them, so that one or two are no accident. */
const five: readonly Known[] = ['a', 'b', 'c', 'd', 'e'].map((content) => ({ content }));
const names = ['a', 'b', 'c', 'd', 'e'];

function inbox(more: Partial<FolderView>): FolderView {
  return view({ known: known(five), status: { ...status, exists: 5 }, ...more });
}

function folder(path: string, more: Partial<FolderView> = {}): FolderView {
  return view({ remote: remote(path), agreed: agreed({ path }), ...more });
}

const trash = folder('Trash');

describe('flags', () => {
  const one = (flags: Known['flags']) => known([{ content: 'a', flags: flags ?? [] }]);

  it.each<readonly [string, Partial<FolderView>, readonly string[]]>([
    ['set here', { here: here(['a:FS']) }, ['store INBOX 1 +F+S']],
    ['set there', { there: there({ changed: [facts(1, ['S'])] }) }, ['flag INBOX 1 16']],
    [
      'set on both sides alike',
      { here: here(['a:S']), there: there({ changed: [facts(1, ['S'])] }) },
      ['agree INBOX 1'],
    ],
    [
      'set on both sides differently',
      { here: here(['a:S']), there: there({ changed: [facts(1, ['F'])] }) },
      ['store INBOX 1 +S', 'flag INBOX 1 18'],
    ],
    ['taken off here', { known: one(['S', 'F']), here: here(['a:F']) }, ['store INBOX 1 -S']],
    [
      'taken off there',
      { known: one(['S', 'F']), there: there({ changed: [facts(1, ['F'])] }) },
      ['flag INBOX 1 2'],
    ],
    ['as they were', { here: here(['a']), there: there({ changed: [facts(1)] }) }, []],
    [
      'set here, where nothing of here goes there',
      { here: here(['a:S']), policy: { ...usualPolicy, direction: 'pull' } },
      [],
    ],
    [
      'set there, where nothing of there comes here',
      {
        there: there({ changed: [facts(1, ['S'])] }),
        policy: { ...usualPolicy, direction: 'push' },
      },
      [],
    ],
    [
      'that the server does not keep',
      { here: here(['a:PS']), keeping: { flags: 0b010000, keywords: 'any' } },
      ['store INBOX 1 +S'],
    ],
    [
      'that the server does not keep, and does not tell of',
      {
        known: one(['P']),
        there: there({ changed: [facts(1, ['S'])] }),
        keeping: { flags: 0b010000, keywords: 'any' },
      },
      ['flag INBOX 1 20'],
    ],
  ])('%s', (_, more, expected) => {
    expect(planned([view({ known: one([]), ...more })])).toEqual(expected);
  });
});

describe('keywords', () => {
  const letters = new Map([
    ['a', 'work'],
    ['b', '$Junk'],
  ]);
  const file = (flags: string) => ({
    ...here([]),
    files: new Map([['a', { flags: [], letters: flags }]]),
    keywordLetters: letters,
    lettered: new Set(['work', '$junk']),
  });
  const one = (keywords: readonly string[]) => known([{ content: 'a', keywords }]);
  const told = (...keywords: string[]) => there({ changed: [{ ...facts(1), keywords }] });

  it.each<readonly [string, Partial<FolderView>, readonly string[]]>([
    ['given by a letter', { here: file('a') }, ['store INBOX 1 +work']],
    ['taken by a letter', { known: one(['work']), here: file('') }, ['store INBOX 1 -work']],
    ['without a letter', { known: one(['other']), here: file('') }, []],
    ['in another spelling', { known: one(['Work']), here: file('a') }, []],
    ['in another spelling there', { known: one(['Work']), there: told('work') }, ['agree INBOX 1']],
    ['given there', { there: told('work') }, ['flag INBOX 1 0']],
    [
      'that are new, which the server takes none of',
      { here: file('a'), keeping: { flags: 63, keywords: new Set() } },
      ['agree INBOX 1'],
    ],
  ])('%s', (_, more, expected) => {
    expect(planned([view({ known: one([]), ...more })])).toEqual(expected);
  });
});

describe('a message that is gone', () => {
  const without = here(names.slice(1));
  it.each<readonly [string, Partial<FolderView>, readonly string[]]>([
    ['here: into the trash there', { here: without }, ['trash INBOX 1']],
    [
      'here, by policy for good',
      { here: without, policy: { ...usualPolicy, onLocalDelete: 'expunge' } },
      ['expunge INBOX 1'],
    ],
    [
      'here, by policy kept there',
      { here: without, policy: { ...usualPolicy, onLocalDelete: 'keep' } },
      ['there-alone INBOX 1'],
    ],
    [
      'here, where nothing of here goes there',
      { here: without, policy: { ...usualPolicy, direction: 'pull' } },
      ['there-alone INBOX 1'],
    ],
    [
      'here, before both sides were ever compared',
      { here: without, agreed: agreed({ stamp: null }) },
      ['there-alone INBOX 1'],
    ],
    ['there: deleted here', { there: there({ vanished: [1] }) }, ['delete-local INBOX a']],
    [
      'there, by policy kept here',
      { there: there({ vanished: [1] }), policy: { ...usualPolicy, onRemoteDelete: 'keep' } },
      ['here-alone INBOX 1'],
    ],
    ['on both sides', { here: without, there: there({ vanished: [1] }) }, ['forget INBOX 1']],
    [
      'here, and changed there: it comes back',
      { here: without, there: there({ changed: [facts(1, ['F'])] }) },
      ['fetch INBOX 1'],
    ],
    [
      'here, and marked as deleted there: that is no change',
      { here: without, there: there({ changed: [facts(1, ['T'])] }) },
      ['trash INBOX 1'],
    ],
    [
      'there, and changed here: it goes up again',
      { here: here(['a:F', ...names.slice(1)]), there: there({ vanished: [1] }) },
      ['upload INBOX a'],
    ],
  ])('%s', (_, more, expected) => {
    expect(planned([inbox(more), trash])).toEqual(expected);
  });

  it('without a folder for trash stays there, and is told', () => {
    expect(planned([inbox({ here: without })])).toEqual(['held INBOX']);
  });

  it('in the trash is gone for good', () => {
    const more = { known: known(five), here: without };
    expect(planned([folder('Trash', more)])).toEqual(['expunge Trash 1']);
  });

  it('and was kept on one side alone by policy is forgotten once it is gone there too', () => {
    const messages = five.map((each, at) =>
      at === 0 ? { ...each, status: 'there-alone' as const } : each,
    );
    const more = { known: known(messages), here: without, there: there({ vanished: [1] }) };
    expect(planned([inbox(more), trash])).toEqual(['forget INBOX 1']);
    const alone = { known: known(messages), here: without, there: there({ changed: [facts(1)] }) };
    expect(planned([inbox(alone), trash])).toEqual([]);
  });
});

describe('the brake', () => {
  const many = Array.from({ length: 50 }, (_, at) => ({ content: String.fromCharCode(97 + at) }));
  const left = (count: number) => here(many.slice(0, count).map(({ content }) => content));
  const gone = (count: number) =>
    there({ vanished: many.slice(count).map((_, at) => at + 1 + count) });
  it.each([
    ['25 of 50 here', { here: left(25) }, false],
    ['26 of 50 here', { here: left(24) }, true],
    ['all here', { here: left(0) }, true],
    ['a folder that is missing here', { here: here([], { isMissing: true }) }, true],
    ['25 of 50 there', { there: gone(25) }, false],
    ['26 of 50 there', { there: gone(24) }, true],
    ['a folder that is not listed', { there: gone(49), isListed: false }, true],
  ])('%s: held %s', (_, more, isHeld) => {
    const folders = [view({ known: known(many), ...more }), trash];
    expect(planned(folders).includes('held INBOX')).toBe(isHeld);
    expect(planned(folders, { ...usual, acceptDeletions: true })).not.toContain('held INBOX');
  });

  it('all two of a folder are held, one alone is not', () => {
    const two = view({ known: known(five.slice(0, 2)), here: here([]) });
    expect(planned([two, trash])).toEqual(['held INBOX']);
    const one = view({ known: known(five.slice(0, 1)), here: here([]) });
    expect(planned([one, trash])).toEqual(['trash INBOX 1']);
  });

  it('is not for the trash', () => {
    const more = { known: known(many), here: left(0) };
    expect(planned([folder('Trash', more)])).toHaveLength(1);
  });

  it('does not count what is found elsewhere in the account', () => {
    const content = Object.fromEntries(many.map((each) => [each.content, each.content]));
    const archive = folder('Archive', { here: here([], { content, files: left(50).files }) });
    const plan = planned([view({ known: known(many), here: left(0) }), archive, trash]);
    expect(plan).toHaveLength(50);
    expect(plan[0]).toBe('move-remote INBOX 1 to Archive a');
  });
});

describe('a message that is new', () => {
  it('here is uploaded', () => {
    const more = { here: here([...names, 'x'], { content: { x: 'x' } }) };
    expect(planned([inbox(more)])).toEqual(['upload INBOX x']);
  });

  it('on both sides is adopted, its flags joined', () => {
    const more = {
      here: here([...names, 'x:S'], { content: { x: 'x' } }),
      there: there({ arrivals: { 11: 'x' } }),
      status: { ...status, uidNext: 12, exists: 6 },
    };
    expect(planned([inbox(more)])).toEqual([
      'adopt INBOX 11 x',
      'store INBOX 11 +S',
      'fetch-range INBOX 11',
    ]);
  });

  it('here, that was about to be uploaded, is found by its Message-ID alone', () => {
    const intent = {
      ...{ path: 'INBOX', uidValidity: '7', uidNext: 11, name: 'x', wireSize: 1 },
      ...{ wireSha256: sha('x'), messageIdHash: null, tries: 1, at: 0 },
    };
    const arrival = there({ arrivals: { 11: 'x' } });
    const other = {
      ...arrival,
      arrivals:
        arrival.arrivals?.map((each) => ({ ...each, facts: { ...each.facts, size: 9_999 } })) ??
        null,
    };
    const more = {
      here: here([...names, 'x'], { content: { x: 'x' } }),
      there: other,
      status: { ...status, uidNext: 12, exists: 6 },
    };
    expect(planned([inbox({ ...more, intents: [intent] })])).toContain('adopt INBOX 11 x');
    expect(planned([inbox(more)])).toEqual(['fetch-range INBOX 11']);
  });

  it('here under another name is the known one', () => {
    const more = { here: here([...names.slice(1), 'x'], { content: { x: 'a' } }) };
    expect(planned([inbox(more), trash])).toEqual(['rename INBOX 1 x']);
  });

  it('here, and known in another folder, is a copy', () => {
    const more = { known: noMessages, here: here(['x'], { content: { x: 'a' } }) };
    const message = known(five).message(0);
    expect(planned([folder('Archive', more)], usual, [{ path: 'INBOX', message }])).toEqual([
      'copy-remote INBOX 1 to Archive x',
    ]);
  });

  it('here stays here where nothing of here goes there', () => {
    const more = {
      here: here([...names, 'x'], { content: { x: 'x' } }),
      policy: { ...usualPolicy, direction: 'pull' as const },
    };
    expect(planned([inbox(more)])).toEqual([]);
  });
});
