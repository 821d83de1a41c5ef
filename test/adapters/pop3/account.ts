/** The account of the POP3 client's tests. */

import type { Account, IncomingServer } from '../../../src/core/account/account.ts';
import { usualSync } from '../../../src/core/account/policy/sync-settings.ts';

export function popAccount(server: Partial<IncomingServer> & { port: number }): Account {
  return {
    name: 'test',
    label: 'Test',
    tags: [],
    type: 'pop3',
    enabled: true,
    identity: { address: 'mara@brunnen.example' },
    incoming: {
      host: '127.0.0.1',
      security: 'none',
      auth: 'auto',
      allowInsecure: false,
      tls: {},
      username: 'mara',
      intervalMs: null,
      idle: false,
      leaveOnServer: true,
      backgroundSync: true,
      createSystemFolders: false,
      maxConnections: 1,
      ...server,
    },
    receive: true,
    send: false,
    saveSent: false,
    path: '/nonexistent',
    folders: {},
    sync: usualSync.pop3,
    signature: { onReply: false },
    rules: [],
  };
}

export const login = { username: 'mara', password: 'geheim' };
