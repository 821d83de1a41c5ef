// Starts Dovecot and Postfix for trying commands by hand: node test/servers/by-hand.mjs
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// It stands beside its source, since the watchdog is found by the module's own address.
const outfile = fileURLToPath(new URL(`.by-hand-${process.pid}.mjs`, import.meta.url));
let runByHand;
try {
  await build({
    entryPoints: [fileURLToPath(new URL('by-hand.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  ({ runByHand } = await import(outfile));
} finally {
  rmSync(outfile, { force: true });
}
await runByHand();
