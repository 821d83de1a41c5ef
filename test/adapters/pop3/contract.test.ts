import { afterAll, beforeAll, describe } from 'vitest';
import { maildropSourceContract } from '../../contract/maildrop-source.ts';
import { startDovecot, type Dovecot } from '../../servers/dovecot.ts';
import { demoWorld, dovecotWorld } from './support.ts';
import { scriptedWorld } from './scripted-server.ts';

maildropSourceContract({ title: 'the demo’s server', top: true, makeWorld: () => demoWorld() });
maildropSourceContract({
  title: 'without PIPELINING and TOP',
  top: false,
  makeWorld: () => demoWorld({ hide: ['PIPELINING', 'TOP'] }),
});
maildropSourceContract({
  title: 'without CAPA and TOP',
  top: false,
  makeWorld: () => demoWorld({ hide: ['CAPA', 'TOP'] }),
});
maildropSourceContract({ title: 'scripted', top: true, makeWorld: () => scriptedWorld({}) });

describe('on Dovecot', () => {
  let dovecot: Dovecot;

  beforeAll(async () => {
    dovecot = await startDovecot();
  });

  afterAll(async () => {
    await dovecot?.stop();
  });

  maildropSourceContract({
    title: 'Dovecot in clear',
    top: true,
    makeWorld: () => dovecotWorld(dovecot, 'none'),
  });
  maildropSourceContract({
    title: 'Dovecot over TLS',
    top: true,
    makeWorld: () => dovecotWorld(dovecot, 'tls'),
  });
});
