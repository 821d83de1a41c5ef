/** What detach.test.ts starts: `child.mjs BEHAVIOUR PORT WORD…` reports to a loopback port, then behaves. */
import { writeSync } from 'node:fs';
import { connect } from 'node:net';

const [behaviour, port, ...words] = process.argv.slice(2);
const { POSTHORN_READY_FD: ready, SECRET_WORD: word } = process.env;

console.log(`log of ${behaviour}`);
console.error(`error of ${behaviour}`);

if (behaviour === 'dies') process.exit(3);
if (behaviour === 'half') {
  writeSync(3, 'half a line');
  process.exit(3);
}

const parent = connect(Number(port), '127.0.0.1', () => {
  const facts = { pid: process.pid, ready: ready ?? null, cwd: process.cwd(), words, word };
  parent.write(`${JSON.stringify(facts)}\n`);
  if (behaviour === 'ready') writeSync(3, 'ready\nand more\n');
  if (behaviour === 'pieces') {
    writeSync(3, 'the daemon did ');
    writeSync(3, 'not\n');
  }
});
// Whoever listened has gone, or asks it to end.
parent.on('error', () => process.exit(0));
parent.on('data', () => process.exit(0));
if (behaviour === 'flood') writeSync(3, `${'x'.repeat(100_000)}\n`);
