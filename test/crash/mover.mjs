// A reader of the folder: moves what is in new/ to cur/, as mail programs do when they open it, until it is killed.
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '.'] = process.argv.slice(2);
let moved = 0;

function names() {
  try {
    return readdirSync(join(folder, 'new'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function look() {
  const found = names();
  found.forEach((name, at) => {
    renameSync(join(folder, 'new', name), join(folder, 'cur', `${name}:2,${at % 2 ? 'S' : ''}`));
    moved += 1;
  });
  if (moved > 0) process.stdout.write(`${moved}\n`);
  setTimeout(look, 25);
}

look();
