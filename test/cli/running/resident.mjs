/** Runs one command line of posthorn after another in one process: to start is most of what a run costs. For tables of hundreds. */
import { Readable } from 'node:stream';

const { main } = await import(process.argv[2]);
let told = { stdout: '', stderr: '' };

for (const name of ['stdout', 'stderr']) {
  // Each run listens on them anew.
  process[name].setMaxListeners(0);
  process[name].write = (text) => {
    told[name] += text;
    return true;
  };
}
process.setMaxListeners(0);

async function run({ args, input }) {
  told = { stdout: '', stderr: '' };
  process.exitCode = 0;
  const value = Readable.from(input === undefined ? [] : [Buffer.from(input)]);
  Object.defineProperty(process, 'stdin', { configurable: true, value });
  await main(args);
  process.send({ status: process.exitCode, ...told });
}

process.on('message', run);
process.send('ready');
