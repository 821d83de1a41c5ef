/** What a test of an account depends on: where that is the same, the test need not be made again. Pure. */

import { whole, type Draft } from './draft.ts';

export function reachOf(draft: Draft): string {
  const { type, receive, send, identity, incoming, outgoing } = whole(draft);
  const { interval: _i, idle: _d, leaveOnServer: _l, ...endpoint } = incoming ?? {};
  const { backgroundSync: _b, createSystemFolders: _c, maxConnections: _m, ...server } = endpoint;
  return JSON.stringify([
    [type, receive, send, identity?.address],
    [server, outgoing],
    draft.secrets.map(({ owner, secret }) => [owner.server, secret]),
  ]);
}
