/** Time and peak memory of `account apply` for 1,000 accounts, and of a table with as many passwords, beside a process that only parses the same file. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const count = Number(process.argv[2] ?? 1000);
const root = join(import.meta.dirname, '..');
const launcher = join(root, 'bin', 'posthorn.cjs');
const home = mkdtempSync(join(tmpdir(), 'posthorn-bench-'));

/** Runs in the measured process itself: the peak is known to nobody else. */
const reporter = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak='+process.resourceUsage().maxRSS+'\\n'))`;

function accountsFile(host) {
  const accounts = Array.from({ length: count }, (_, n) => {
    const name = `user${n}`;
    return `  ${name}:\n    label: User ${n}\n    tags: [staff]\n    identity: { name: User ${n}, address: ${name}@example.org }\n    incoming:\n      host: ${host}\n      password: { command: [pass, show, mail/${name}] }\n    outgoing:\n      host: smtp.example.org\n`;
  });
  return `version: 1\naccounts:\n${accounts.join('')}`;
}

/** Each password becomes a durable file of its own in the store. */
function table() {
  const rows = Array.from(
    { length: count },
    (_, n) => `person${n}@example.org,imap.example.org,,secret-${n}\n`,
  );
  return `address,in_host,out_host,password\n${rows.join('')}`;
}

function measure(words) {
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, ['--import', reporter, ...words], {
    cwd: root,
    env: { HOME: home, PATH: process.env.PATH },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
  const ms = Number(process.hrtime.bigint() - begin) / 1e6;
  return { ms, peak: Number(/peak=(\d+)/.exec(stderr)?.[1] ?? 0) / 1024 };
}

try {
  const first = join(home, 'first.yaml');
  const second = join(home, 'second.yaml');
  writeFileSync(first, accountsFile('imap.example.org'));
  writeFileSync(second, accountsFile('imap.example.net'));
  const people = join(home, 'people.csv');
  writeFileSync(people, table());
  const parsing = `import('yaml').then(async ({ parseDocument }) => parseDocument((await import('node:fs')).readFileSync(${JSON.stringify(first)}, 'utf8')).toJS())`;
  const base = measure(['-e', parsing]);
  const apply = (file) => measure([launcher, 'account', 'apply', file, '--quiet']);
  const steps = {
    'parse the file alone': () => base,
    [`add ${count}`]: () => apply(first),
    'the same again': () => apply(first),
    [`change ${count}`]: () => apply(second),
    [`import ${count} rows`]: () => measure([launcher, 'account', 'import', people, '--quiet']),
  };
  for (const [name, step] of Object.entries(steps)) {
    const { ms, peak } = step();
    const ratios = `${(ms / base.ms).toFixed(1)} times, ${(peak / base.peak).toFixed(1)} times the memory`;
    console.log(
      `${name.padEnd(22)} ${(ms / 1000).toFixed(2)} s, ${peak.toFixed(0)} MiB at most: ${ratios}`,
    );
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
