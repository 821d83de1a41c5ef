/** What becomes of messages and folders that change their place. */

import { describe, expect, it } from 'vitest';
import type { FolderView } from '../../../../src/core/sync/plan/views.ts';
import {
  agreed,
  facts,
  here,
  known,
  newHere,
  planned,
  remote,
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

describe('a message that was moved', () => {
  const files = { here: here(names.slice(1)) };
  const arrived = there({ arrivals: { 11: 'a' } });
  const news = { ...status, uidNext: 12, exists: 1 };

  it('here, with its name or another one', () => {
    for (const name of ['a', 'x']) {
      const archive = folder('Archive', { here: here([name], { content: { [name]: 'a' } }) });
      expect(planned([inbox(files), archive, trash])).toEqual([
        `move-remote INBOX 1 to Archive ${name}`,
      ]);
    }
  });

  it('there', () => {
    const archive = folder('Archive', { there: arrived, status: news });
    expect(planned([inbox({ there: there({ vanished: [1] }) }), archive])).toEqual([
      'move-local INBOX a to Archive 11',
      'fetch-range Archive 11',
    ]);
  });

  it('on both sides to the same folder', () => {
    const archive = folder('Archive', {
      here: here(['a'], { content: { a: 'a' } }),
      there: arrived,
      status: news,
    });
    const gone = { ...files, there: there({ vanished: [1] }) };
    expect(planned([inbox(gone), archive, trash])).toEqual([
      'adopt Archive 11 a',
      'fetch-range Archive 11',
      'forget INBOX 1',
    ]);
  });

  it('on each side to another folder: the place of the server counts', () => {
    const archive = folder('Archive', { there: arrived, status: news });
    const work = folder('Work', { here: here(['a'], { content: { a: 'a' } }) });
    const gone = { ...files, there: there({ vanished: [1] }) };
    expect(planned([inbox(gone), archive, work, trash])).toEqual([
      'move-local Work a to Archive 11',
      'fetch-range Archive 11',
    ]);
  });

  it('there, and deleted here, is fetched from its new place', () => {
    const archive = folder('Archive', { there: arrived, status: news });
    const gone = { ...files, there: there({ vanished: [1] }) };
    expect(planned([inbox(gone), archive, trash])).toEqual([
      'fetch-range Archive 11',
      'forget INBOX 1',
    ]);
  });
});

describe('a folder', () => {
  it('that was made here is made there, with its mail', () => {
    const made = view({
      ...{ remote: remote('New'), isListed: false, localPath: 'New', agreed: null },
      here: here(['x'], { content: { x: 'x' } }),
    });
    expect(planned([made])).toEqual(['make-folder New', 'upload New x']);
  });

  it('that is gone there, with nothing in it, goes here too', () => {
    const gone = folder('Old', { isListed: false, there: there({}) });
    expect(planned([gone])).toEqual(['delete-folder Old', 'forget-folder Old']);
  });

  it('that is gone there, with mail, is held', () => {
    const more = {
      isListed: false,
      known: known(five),
      there: there({ vanished: [1, 2, 3, 4, 5] }),
    };
    expect(planned([folder('Old', more)])).toEqual(['held Old']);
    expect(planned([folder('Old', more)], { ...usual, acceptDeletions: true })).toEqual([
      ...names.map((name) => `delete-local Old ${name}`),
      'delete-folder Old',
      'forget-folder Old',
    ]);
  });

  it('that was renamed there moves its mail here', () => {
    const old = {
      isListed: false,
      known: known(five),
      there: there({ vanished: [1, 2, 3, 4, 5] }),
    };
    const arrivals = Object.fromEntries(names.map((name, at) => [at + 1, name]));
    const renamed = view({
      remote: remote('New'),
      localPath: 'New',
      agreed: null,
      there: there({ arrivals }),
      status: { ...status, exists: 5 },
    });
    expect(planned([folder('Old', old), renamed])).toEqual([
      'begin-folder New',
      ...names.map((name, at) => `move-local Old ${name} to New ${String(at + 1)}`),
      'fetch-range New 1',
      'delete-folder Old',
      'forget-folder Old',
    ]);
  });

  it('that is empty, and was removed here, goes there too', () => {
    const more = { here: here([], { isMissing: true }), status: { ...status, exists: 0 } };
    expect(planned([folder('Old', more)])).toEqual(['delete-folder Old', 'forget-folder Old']);
    expect(planned([view(more)])).toEqual([]);
  });

  it('that was numbered anew keeps what is the same by Message-ID, size and date', () => {
    const arrivals = { 1: 'b', 2: 'x', 3: 'a' };
    const more = { status: { ...status, uidValidity: '8' }, there: there({ arrivals }) };
    expect(planned([inbox(more)])).toEqual(['renumber INBOX 1 b, 3 a', 'fetch-range INBOX 1']);
  });
});

it('a new file that may be one of those that are fetched waits for what they hold', () => {
  const base = newHere('x', 'x');
  const more = {
    here: {
      ...here([...names, 'x']),
      identities: new Map([['x', { ...base, messageIdHash: null }]]),
    },
    there: {
      ...there({}),
      arrivals: [{ facts: { ...facts(11), size: base.wireSize }, messageIdHash: null }],
    },
    status: { ...status, uidNext: 12, exists: 6 },
  };
  expect(planned([inbox(more)])).toEqual(['fetch-range INBOX 11']);
});

describe('a copy in the trash of a message that is gone here', () => {
  const news = { ...status, uidNext: 12, exists: 1 };
  const filled = folder('Trash', { there: there({ arrivals: { 11: 'a' } }), status: news });
  const gone = here(names.slice(1));

  it('is what a deletion left that broke off: its source goes for good', () => {
    expect(planned([inbox({ here: gone }), filled])).toEqual([
      'fetch-range Trash 11',
      'expunge INBOX 1',
    ]);
  });

  it('is another one where deletions do not lead there: its source stays', () => {
    const policy = { ...usualPolicy, onLocalDelete: 'keep' as const };
    for (const more of [{ policy }, { agreed: agreed({ stamp: null }) }])
      expect(planned([inbox({ here: gone, ...more }), filled])).toEqual([
        'fetch-range Trash 11',
        'there-alone INBOX 1',
      ]);
  });
});
