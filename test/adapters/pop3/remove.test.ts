import { afterEach, describe, expect, it } from 'vitest';
import { answerAt, closeAt } from '../../../src/demo/faults.ts';
import type { Pop3Options } from '../../../src/demo/pop3/server.ts';
import { retrieved } from '../../contract/maildrop-source.ts';
import { userWith } from '../../demo/clients.ts';
import { corpus } from '../../servers/messages.ts';
import { listed, opener, thrownBy } from './support.ts';
import { startScripted } from './scripted-server.ts';

const { open, kept, enter, cleanUp } = opener();
afterEach(cleanUp);

describe('deleting', () => {
  it.each([[[]], [['PIPELINING']]])(
    'happens at QUIT, for what was acknowledged, never for an ambiguous message (without %j)',
    async (hide) => {
      const user = userWith(...corpus(100));
      const options: Partial<Pop3Options> = {
        hide,
        onResponse: answerAt('DELE 7', '-ERR no\r\n'),
        uidl: (uidl, number) => (number > 98 ? 'twice' : uidl),
      };
      const session = await open(user, { options });
      const mail = await listed(session);
      const removed = await session.remove(mail);
      expect(removed).toHaveLength(97);
      expect(removed).not.toContain(mail[6]?.id);
      expect(removed).not.toContain('twice');
      expect(user.mailbox.inbox.messages.length).toBeLessThanOrEqual(3);
    },
  );

  it.each([
    ['refused', answerAt('QUIT', '-ERR some messages not removed\r\n')],
    ['not answered', closeAt('QUIT')],
    ['answered by what is no answer', answerAt('QUIT', '+ go on\r\n')],
  ])('is not known where QUIT is %s', async (_what, onResponse) => {
    const session = await open(userWith(...corpus(2)), { options: { onResponse } });
    const mail = await listed(session);
    expect(await thrownBy(session.remove(mail))).toMatchObject({ exitStatus: 75 });
    expect(session.spent).toBe(true);
  });

  it.each([
    ['what is no answer', 'a line of some message\r\n'],
    ['more than it was asked for', '+OK\r\n+OK\r\n'],
    ['a challenge', '+ \r\n'],
  ])('never gets to QUIT where the server says %s', async (_what, text) => {
    const answer = (command: string) => (command === 'DELE 2' ? text : undefined);
    const script = { messages: corpus(3), answer, capabilities: ['USER', 'UIDL'] };
    const server = kept(await startScripted(script));
    const session = await enter(server.port);
    await thrownBy(session.remove(await listed(session)));
    expect(server.said).not.toContain('QUIT');
    expect(server.messages).toHaveLength(3);
  });

  it('never happens after what was fetched on a connection out of step', async () => {
    const wild = Buffer.from('a: b\r\n\r\none\r\n.\r\ntwo\r\n');
    const messages = [...corpus(2), wild, ...corpus(2)];
    const server = kept(await startScripted({ messages, doubles: false, size: () => 5 }));
    const session = await enter(server.port);
    const mail = await listed(session);
    await thrownBy(retrieved(session, mail));
    expect(session.spent).toBe(true);
    expect(await thrownBy(session.remove(mail.slice(0, 1)))).toMatchObject({ exitStatus: 75 });
    await session.close();
    expect(server.said.filter((line) => /^(?:DELE|QUIT)/.test(line))).toEqual([]);
  });
});
