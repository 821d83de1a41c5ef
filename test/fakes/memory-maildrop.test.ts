import type { Account } from '../../src/core/account/account.ts';
import type { MaildropWorld } from '../contract/maildrop-source.ts';
import { maildropSourceContract } from '../contract/maildrop-source.ts';
import { MemoryMailServer } from './memory-mail-server.ts';

function memoryWorld(hasTop: boolean): MaildropWorld {
  const server = new MemoryMailServer('pop3');
  server.hasTop = hasTop;
  const login = { username: 'mara', password: 'geheim' };
  const { signal } = new AbortController();
  return {
    deliver: (messages) => {
      for (const octets of messages) server.deliver(octets.toString());
      return Promise.resolve();
    },
    // The server in memory asks for no account.
    connect: () => server.maildrop().connect({} as Account, login, signal),
    left: () => Promise.resolve(server.folder().messages.map(({ text }) => Buffer.from(text))),
    refuse: (number) => server.faults.refused.set(`uidl-${number}`, Infinity),
    dispose: () => Promise.resolve(),
  };
}

for (const top of [true, false])
  maildropSourceContract({
    title: top ? 'in memory' : 'in memory, without TOP',
    top,
    makeWorld: () => Promise.resolve(memoryWorld(top)),
  });
