/** What has to be undone at the end, in reverse order, however the end comes – Ctrl-C included. */

const undoings = new Set();
let ending;

/** Remembers what undoes something; the answer does it now, and at most once. */
export function atEnd(undo) {
  let done;
  const entry = () => (done ??= Promise.resolve().then(undo));
  undoings.add(entry);
  return async () => {
    await entry();
    undoings.delete(entry);
  };
}

/** Nothing new is started once the end has begun. */
export function refuseAtEnd() {
  if (ending !== undefined) throw new Error('interrupted');
}

async function undoAll() {
  for (const entry of [...undoings].reverse())
    await entry().catch((error) => {
      process.stderr.write(`bench: ${error.message}\n`);
      process.exitCode = 1;
    });
}

function end() {
  return (ending ??= undoAll());
}

const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Runs a suite, and afterwards undoes all that it did to the machine. */
export async function orderly(suite) {
  for (const [signal, status] of Object.entries(signals))
    process.on(signal, () => void end().then(() => process.exit(status)));
  // Nobody ends for want of things to wait for: servers keep no process alive that only waits for them.
  setInterval(() => undefined, 60_000);
  try {
    await suite();
  } catch (error) {
    process.stderr.write(`bench: ${error.message}\n`);
    process.exitCode = 1;
  }
  await end();
  process.exit();
}
