/** Where the mail of accounts lies that share a MaildirStore of an mbsyncrc, each with a box of its own. */

import { describe, expect, it } from 'vitest';
import { parseMbsyncrc } from '../../../src/adapters/importers/mbsync/mbsyncrc.ts';

/** Two accounts and a store at ~/mail/; `channels` are the lines of theirs, one channel an entry. */
function imported(channels: readonly string[]) {
  const account = (name: string): string =>
    `IMAPAccount ${name}\nHost imap.example.org\nUser ${name}@example.org\nPassCmd x\n\nIMAPStore ${name}\nAccount ${name}\n`;
  const blocks = channels.map((lines, at) => `Channel c${String(at)}\n${lines}\n`);
  const local = 'MaildirStore local\nPath ~/mail/\nSubFolders Verbatim\n';
  const text = [account('work'), account('home'), local, ...blocks].join('\n');
  const { accounts, leftOver } = parseMbsyncrc(text);
  return { paths: accounts.map(({ entry }) => entry.path), leftOver };
}

describe('Near :store:box', () => {
  it.each([
    ['a prefix with Patterns', ['Far :work:\nNear :local:work/\nPatterns *'], '~/mail/work'],
    ['without a slash', ['Far :work:\nNear :local:work-\nPatterns *'], '~/mail'],
    ['below a folder', ['Far :work:\nNear :local:a/b-\nPatterns *'], '~/mail/a'],
    ['a mailbox', ['Far :work:\nNear :local:work'], '~/mail/work'],
    ['a mailbox below a folder', ['Far :work:x\nNear :local:work/x'], '~/mail/work'],
    ['several', ['Far :work:a\nNear :local:w/a', 'Far :work:b\nNear :local:w/b'], '~/mail/w'],
    ['one in another', ['Far :work:\nNear :local:w', 'Far :work:b\nNear :local:w/b'], '~/mail/w'],
    ['nothing in common', ['Far :work:\nNear :local:a', 'Far :work:b\nNear :local:b'], '~/mail'],
    ['none', ['Far :work:\nNear :local:\nPatterns *'], '~/mail'],
    ['the inbox', ['Far :work:\nNear :local:INBOX'], '~/mail'],
    ['out of the store', ['Far :work:\nNear :local:../x/\nPatterns *'], '~/mail'],
    ['the words of old files', ['Master :work:\nSlave :local:work/\nPattern *'], '~/mail/work'],
    ['no channel', [], undefined],
  ])('%s', (_title, channels, path) => {
    expect(imported(channels).paths).toEqual([path, undefined]);
  });

  it('each account gets its own, and a prefix that is kept is not told as left over', () => {
    const { paths, leftOver } = imported([
      'Far :work:\nNear :local:work/\nPatterns *',
      'Far :home:"[Gmail]/All Mail"\nNear :local:home/all',
      'Far :home:"[Gmail]/Sent Mail"\nNear :local:home/sent',
    ]);
    expect(paths).toEqual(['~/mail/work', '~/mail/home']);
    expect(leftOver.map(({ what }) => what)).toEqual(['Far', 'Near', 'Far', 'Near']);
  });
});
