/** Reads all of a maildrop over TLS and says in one line of JSON what came, and how much memory it took: `program-drain PORT CA`. */

import { setImmediate as turn } from 'node:timers/promises';
import { createPop3Source } from '../../../src/adapters/pop3/source.ts';
import { peakMegabytes } from '../../servers/peak-memory.ts';
import { login, popAccount } from './account.ts';

const [port = '', ca = ''] = process.argv.slice(2);
const account = popAccount({ port: Number(port), security: 'tls', tls: { ca } });
const report = { listed: 0, octets: 0, error: '', megabytes: 0 };

try {
  const { signal } = new AbortController();
  const session = await createPop3Source().connect(account, login, signal);
  const { mail } = await session.list();
  report.listed = mail.length;
  for await (const batch of session.retrieve(mail))
    for (const each of batch) {
      if (each.kind === 'refused') continue;
      const { body } = each;
      const pieces = body.kind === 'whole' ? body.octets : body.chunks;
      for await (const piece of pieces) {
        report.octets += piece.length;
        // A disk is slower than a line on loopback.
        await turn();
      }
    }
} catch (error) {
  report.error = (error as Error).message;
}
report.megabytes = peakMegabytes();
console.log(JSON.stringify(report));
process.exit();
