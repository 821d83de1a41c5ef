/** What follows for the state from what became of an operation. */

import { describe, expect, it } from 'vitest';
import type { AgreedFolder } from '../../../src/core/sync/agreed.ts';
import {
  foldPart,
  foldRange,
  foldRetry,
  isShort,
  type ArrivedMessage,
} from '../../../src/core/sync/fold.ts';
import { foldNoted } from '../../../src/core/sync/fold-done.ts';

const path = 'INBOX';

function arrived(
  uid: number,
  more: { size?: number | null; wireSize?: number } = {},
): ArrivedMessage {
  const { size = 10, wireSize = 10 } = more;
  return {
    facts: { uid, flags: ['S', 'D'], keywords: ['work'], modSeq: '5', internalDate: 1_000, size },
    name: `name-${String(uid)}`,
    wireSize,
    wireSha256: 'ab',
    messageIdHash: null,
    storedAt: 9_000,
    status: 'both',
  };
}

const nothing = { arrived: [], refused: [], vanished: [], leftOut: [] };

function agreed(more: Partial<AgreedFolder> = {}): AgreedFolder {
  return {
    path,
    localPath: path,
    role: 'inbox',
    endpoint: 'a@b',
    uidValidity: '7',
    settledUid: 10,
    uidNext: 11,
    exists: 3,
    highestModSeq: '100',
    stamp: null,
    ...more,
  };
}

describe('a part of a range', () => {
  it('is agreed as it came, and settles what the mark says', () => {
    expect(foldPart(path, { ...nothing, arrived: [arrived(4)] }, 4)).toEqual([
      {
        kind: 'messages-agreed',
        path,
        messages: [
          {
            uid: 4,
            name: 'name-4',
            flags: 0b10001,
            keywords: ['work'],
            modSeq: '5',
            wireSize: 10,
            wireSha256: 'ab',
            messageIdHash: null,
            internalDate: 1_000,
            storedAt: 9_000,
            status: 'both',
          },
        ],
      },
      { kind: 'folder-advanced', path, settledUid: 4, status: null },
    ]);
  });

  it('remembers what was refused, and lets go of what vanished', () => {
    const part = { ...nothing, refused: [{ uid: 5, reason: 'no' }], vanished: [6] };
    expect(foldPart(path, part, 6)).toEqual([
      { kind: 'trouble', path, trouble: { id: '5', kind: 'refused', tries: 1, reason: 'no' } },
      { kind: 'folder-advanced', path, settledUid: 6, status: null },
    ]);
  });

  it.each([
    [5_000, 1_000, true],
    [5_000, 4_600, false],
    [600, 80, true],
    [600, 100, false],
    [null, 100, false],
    [10, 5_000, false],
  ])('listed with %s octets, came with %s: short is %s', (size, wireSize, expected) => {
    expect(isShort(arrived(4, { size, wireSize }))).toBe(expected);
    const kinds = foldPart(path, { ...nothing, arrived: [arrived(4, { size, wireSize })] }, 4).map(
      ({ kind }) => kind,
    );
    expect(kinds.includes('trouble')).toBe(expected);
  });
});

describe('a message that was in trouble', () => {
  const trouble = { id: '5', kind: 'refused', tries: 2, reason: 'no' } as const;
  const operation = { kind: 'fetch', path, uid: 5, trouble } as const;
  it.each([
    ['arrived', { ...nothing, arrived: [arrived(5)] }, ['trouble-over', 'messages-agreed']],
    ['vanished', { ...nothing, vanished: [5] }, ['trouble-over']],
    ['was refused again', { ...nothing, refused: [{ uid: 5, reason: 'no' }] }, ['trouble']],
    ['did not have its turn', nothing, []],
  ])('and %s', (_, part, kinds) => {
    expect(foldRetry(operation, part).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('counts its tries', () => {
    expect(foldRetry(operation, { ...nothing, refused: [{ uid: 5, reason: 'still' }] })).toEqual([
      { kind: 'trouble', path, trouble: { ...trouble, tries: 3, reason: 'still' } },
    ]);
  });
});

describe('the end of a range', () => {
  const end = { uidNext: 20, exists: 9, highestModSeq: '300', lastListed: 17 };
  it('settles all below UIDNEXT, and leaves the count of changes, since only new messages were seen', () => {
    expect(foldRange(agreed(), end, false)).toEqual([
      {
        kind: 'folder-advanced',
        path,
        settledUid: 19,
        status: { uidNext: 20, exists: 9, highestModSeq: '100' },
      },
    ]);
  });

  it('of a first sync takes the count of changes over', () => {
    const [change] = foldRange(agreed({ settledUid: 0, highestModSeq: null }), end, true);
    expect(change).toMatchObject({ status: { highestModSeq: '300' } });
  });

  it.each([
    [{ ...end, uidNext: null }, 17],
    [{ ...end, uidNext: null, lastListed: 0 }, 10],
    [{ ...end, uidNext: null, lastListed: 4_294_967_295 }, 10],
    [{ ...end, uidNext: 11 }, 10],
  ])('%j settles up to %i', (each, settledUid) => {
    expect(foldRange(agreed(), each, false)).toMatchObject([{ settledUid }]);
  });

  it('says nothing where all is known', () => {
    expect(foldRange(agreed(), { ...end, uidNext: 11, exists: 3 }, false)).toEqual([]);
  });
});

describe('an operation that was done', () => {
  it.each([
    [{ kind: 'begin-folder', path, folder: agreed() }, 'folder-begun'],
    [{ kind: 'assign-role', path, role: null }, 'folder-role'],
    [{ kind: 'release', path }, 'trouble-over'],
    [{ kind: 'note-endpoint', path, endpoint: 'x@y' }, 'folder-endpoint'],
    [{ kind: 'rename', path, items: [{ uid: 4, name: 'other' }] }, 'messages-renamed'],
    [{ kind: 'keep', path, status: 'here-alone', uids: [4] }, 'messages-status'],
    [{ kind: 'forget', path, uids: [4] }, 'messages-forgotten'],
    [{ kind: 'forget-folder', path }, 'folder-forgotten'],
  ] as const)('%j is folded as %s', (operation, kind) => {
    expect(foldNoted(operation).map((change) => change.kind)).toEqual([kind]);
  });
});
