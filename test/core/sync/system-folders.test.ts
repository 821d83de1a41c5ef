import { describe, expect, it } from 'vitest';
import type { FolderRole } from '../../../src/core/account/account.ts';
import type { RemoteFolder } from '../../../src/core/sync/remote.ts';
import { missingSystemFolders } from '../../../src/core/sync/system-folders.ts';

function folder(path: string, role: FolderRole | null = null): RemoteFolder {
  return {
    path,
    segments: path.split('/'),
    role,
    attributes: [],
    selectable: true,
    subscribed: null,
    status: null,
  };
}

const inbox = folder('INBOX', 'inbox');

describe('missingSystemFolders', () => {
  it.each([
    ['all of them', [inbox], {}, '', ['Sent', 'Drafts', 'Trash', 'Spam']],
    [
      'below the personal namespace',
      [inbox],
      {},
      'INBOX.',
      ['INBOX.Sent', 'INBOX.Drafts', 'INBOX.Trash', 'INBOX.Spam'],
    ],
    [
      'none that another folder serves as',
      [inbox, folder('Gesendet', 'sent')],
      {},
      '',
      ['Drafts', 'Trash', 'Spam'],
    ],
    [
      'under the name that a person gave',
      [inbox],
      { sent: 'Ausgang', spam: 'Müll' },
      'INBOX.',
      ['Ausgang', 'INBOX.Drafts', 'INBOX.Trash', 'Müll'],
    ],
    [
      'none whose name is taken',
      [inbox, folder('SENT'), folder('trash')],
      {},
      '',
      ['Drafts', 'Spam'],
    ],
    [
      'nothing for the archive',
      [inbox],
      { archive: 'Alt' },
      '',
      ['Sent', 'Drafts', 'Trash', 'Spam'],
    ],
  ])('%s', (_, folders, assigned, prefix, expected) => {
    const missing = missingSystemFolders(folders, assigned, prefix);
    expect(missing.map(({ path }) => path)).toEqual(expected);
  });
});
