/** Folder names become safe paths and come back unchanged. */

import { resolve, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localPath, remoteSegments } from '../../../src/core/sync/folder-name.ts';
import type { Layout } from '../../../src/core/account/settings.ts';
import { DataError } from '../../../src/errors.ts';

const layouts: readonly Layout[] = ['fs', 'maildir++'];

/** Names as bad servers may send them: any UTF-16, and what this module treats apart, in any mixture. */
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    maxLength: 4,
  }),
  fc.constantFrom(
    '.',
    '..',
    '/',
    '%',
    '%2F',
    '%25',
    'cur',
    'new',
    'tmp',
    'posthorn',
    'INBOX',
    'inbox',
    ' ',
    '\0',
    '',
  ),
);
const segment = fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join(''));
const name = fc.array(segment, { minLength: 1, maxLength: 4 }).filter(isShort);

function isShort(segments: readonly string[]): boolean {
  return segments.join('').length * 9 + segments.length < 250;
}

function canonical([first = '', ...rest]: readonly string[]): string[] {
  return [first.toUpperCase() === 'INBOX' && first.length === 5 ? 'INBOX' : first, ...rest];
}

describe('localPath, as tables', () => {
  it.each([
    [['INBOX'], 'INBOX', ''],
    [['inBox'], 'INBOX', ''],
    [['Inbox', 'Sent'], 'INBOX/Sent', '.INBOX.Sent'],
    [['INBOX.Sent'], 'INBOX.Sent', '.INBOX%2ESent'],
    [['Archive', 'inbox'], 'Archive/inbox', '.Archive.inbox'],
    [['Entwürfe'], 'Entwürfe', '.Entwürfe'],
    [['Projekte', 'Straße 7'], 'Projekte/Straße 7', '.Projekte.Straße 7'],
    [['&AOk-'], '&AOk-', '.&AOk-'],
    [['../../x'], '%2E.%2F..%2Fx', '.%2E%2E%2F%2E%2E%2Fx'],
    [['..', '..', 'x'], '%2E./%2E./x', '.%2E%2E.%2E%2E.x'],
    [['a/b'], 'a%2Fb', '.a%2Fb'],
    [['.'], '%2E', '.%2E'],
    [['..'], '%2E.', '.%2E%2E'],
    [[''], '%', '.%'],
    [['a', '', 'b'], 'a/%/b', '.a.%.b'],
    [['100%'], '100%25', '.100%25'],
    [['INBOX', 'cur'], 'INBOX/%63ur', '.INBOX.cur'],
    [['new'], '%6Eew', '.new'],
    [['posthorn'], 'posthorn', '.%70osthorn'],
    [['.posthorn'], '%2Eposthorn', '.%2Eposthorn'],
    [['posthorn', 'x'], 'posthorn/x', '.posthorn.x'],
    [['a\0b\r\n\u007f\u0085'], 'a%00b%0D%0A%7F%C2%85', '.a%00b%0D%0A%7F%C2%85'],
    [['Sent '], 'Sent%20', '.Sent%20'],
    [['half \ud83d'], 'half %ED%A0%BD', '.half %ED%A0%BD'],
    [['whole 😀'], 'whole 😀', '.whole 😀'],
  ])('%j is %s in fs and %s in maildir++', (segments, fs, flat) => {
    expect(localPath(segments, 'fs')).toBe(fs);
    expect(localPath(segments, 'maildir++')).toBe(flat);
  });

  it.each(layouts)('refuses a name that no file system holds (%s)', (layout) => {
    expect(() => localPath(['ä'.repeat(128)], layout)).toThrow(DataError);
    expect(() => localPath(['x'.repeat(256)], layout)).toThrow(/more than the 255/);
    expect(() => localPath([], layout)).toThrow(DataError);
  });

  it('takes a component of exactly 255 bytes', () => {
    expect(localPath(['x'.repeat(255)], 'fs')).toHaveLength(255);
    expect(localPath(['x'.repeat(254)], 'maildir++')).toHaveLength(255);
    expect(() => localPath(['x'.repeat(255)], 'maildir++')).toThrow(DataError);
  });
});

describe.each(layouts)('localPath and remoteSegments in %s', (layout) => {
  it('are the inverse of each other', () => {
    fc.assert(
      fc.property(name, (segments) => {
        expect(remoteSegments(localPath(segments, layout), layout)).toEqual(canonical(segments));
      }),
      { numRuns: 2000 },
    );
  });

  it('give different folders different paths', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const same = JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
        expect(localPath(one, layout) === localPath(other, layout)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  it('never leave the root and never hit what a Maildir or posthorn keeps there', () => {
    fc.assert(
      fc.property(name, (segments) => {
        const path = localPath(segments, layout);
        const absolute = resolve('/root', path);
        const isRoot = layout === 'maildir++' && path === '';
        expect(absolute.startsWith(`/root${sep}`) || isRoot).toBe(true);
        expect(absolute).toBe(path === '' ? '/root' : `/root/${path}`);
        for (const component of path.split('/'))
          expect(['cur', 'new', 'tmp', '.posthorn', '.', '..']).not.toContain(component);
        expect(Buffer.from(path).toString()).toBe(path);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    'a%',
    'a%2',
    'a%zz',
    '%41',
    'a//b',
    '/a',
    '%FF',
    '%C3',
    '%f0%9f',
    '..',
    'cur',
    '%ED%A0%BD%ED%B8%80',
    '.posthorn',
  ])('remoteSegments knows that %s is not a path of ours', (path) => {
    expect(remoteSegments(path, layout)).toBeNull();
  });
});
