// A reader of the folder: moves mail from new/ to cur/ and changes its flags, in bursts or without rest, until it is killed.
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '.', rest = '0'] = process.argv.slice(2);
const letters = ['', 'S', 'FS', 'RS', 'F', 'T'];
let round = 0;

function rename(from, to) {
  try {
    renameSync(join(folder, from), join(folder, to));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function burst() {
  round += 1;
  for (const name of readdirSync(join(folder, 'new'))) rename(`new/${name}`, `cur/${name}:2,`);
  for (const name of readdirSync(join(folder, 'cur'))) {
    const base = name.split(':')[0];
    const flags = letters[(round + base.charCodeAt(0)) % letters.length];
    rename(`cur/${name}`, `cur/${base}:2,${flags}`);
  }
}

function go() {
  burst();
  if (round === 1) process.stdout.write('ready\n');
  if (rest === '0') setImmediate(go);
  else setTimeout(go, Math.random() * Number(rest));
}

go();
