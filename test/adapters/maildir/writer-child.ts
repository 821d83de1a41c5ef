/** Stages one message, says so, and publishes it once a line comes: a process that is at work in a folder. */

import { once } from 'node:events';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import type { Delivery } from '../../../src/ports/receiving/mail-store.ts';

const [root = ''] = process.argv.slice(2);
const tree = await createMaildirStore().open(root, 'mine');
await tree.ensureFolder('INBOX');
const body: Delivery['body'] = { kind: 'whole', octets: [Buffer.from('from the child')] };
const stagings = await tree.stage('INBOX', [{ key: 'child', flags: [], internalDate: 0, body }]);
process.stdout.write('staged\n');
await once(process.stdin, 'data');
const staged = stagings.flatMap((each) => (each.kind === 'staged' ? [each.staged] : []));
process.stdout.write(JSON.stringify(await tree.publish('INBOX', staged)));
process.stdin.destroy();
