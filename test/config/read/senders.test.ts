import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptSenders, sendersFrom, type Basis } from '../../../src/config/read/senders.ts';
import { readConfigText } from '../../../src/config/read/read.ts';

const text = `
version: 1
options: { sendImmediately: false }
defaultAccount: work
accounts:
  work:
    id: 7f3kq2
    identity: { name: Mara, address: mara@brunnen.example }
    incoming: { host: imap.x.example, username: mara, password: { command: [pass, geheim] } }
    outgoing: { host: smtp.x.example, credentials: own, username: m, password: { env: GEHEIM } }
  other:
    id: 8f3kq2
    type: pop3
    saveSent: true
    send: false
    identity: { address: eva@feld.example }
    incoming: { host: pop.x.example, password: { stored: true } }
`;

const basis: Basis = {
  text,
  location: { path: '/etc/x/c.yaml', home: '/home/mara' },
  build: 'b1',
  state: '1 2 3',
};
const senders = readConfigText(text, { folder: '/etc/x', home: '/home/mara' });
const kept = keptSenders(senders, basis);

describe('what is kept of the senders', () => {
  it('comes back as the strict reading has it, as far as sendmail needs it', () => {
    expect(senders.problems).toEqual([]);
    const back = sendersFrom(kept, basis);
    expect(back?.defaultAccount).toBe('work');
    expect(back?.settings).toEqual({ sendImmediately: false, saveSent: true });
    expect([...(back?.accounts.values() ?? [])]).toMatchObject([
      { name: 'work', id: '7f3kq2', send: true, enabled: true, saveSent: 'auto' },
      { name: 'other', id: '8f3kq2', send: false, enabled: true, saveSent: true },
    ]);
    expect(back?.accounts.get('work')?.identity).toEqual(senders.accounts.get('work')?.identity);
  });

  it('holds no password, and no place of one', () => {
    expect(kept).not.toMatch(/geheim|pass|stored/i);
  });

  it('counts for this text, place, home, build and state alone', () => {
    for (const other of [
      { ...basis, text: `${text} ` },
      { ...basis, text: text.replace('mara@', 'marb@') },
      { ...basis, location: { ...basis.location, path: '/etc/y/c.yaml' } },
      { ...basis, location: { ...basis.location, home: '/root' } },
      { ...basis, build: 'b2' },
      { ...basis, state: 'none' },
      // The same octets, cut elsewhere.
      { ...basis, build: 'b', location: { ...basis.location, path: '1/etc/x/c.yaml' } },
      { ...basis, build: 'b11', state: ' 2 3' },
    ])
      expect(sendersFrom(kept, other)).toBeNull();
  });

  it('counts for nothing where it is cut or changed anywhere', () => {
    fc.assert(
      fc.property(fc.nat(kept.length - 1), fc.constantFrom('', 'x', '\n', '\0'), (at, sign) => {
        const changed = `${kept.slice(0, at)}${sign}${kept.slice(at + 1)}`;
        if (changed !== kept) expect(sendersFrom(changed, basis)).toBeNull();
        expect(sendersFrom(kept.slice(0, at), basis)).toBeNull();
      }),
    );
  });
});
