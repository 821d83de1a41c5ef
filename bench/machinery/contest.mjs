/** Measures the programs of each row in turns, and hands the results to the table. */
import { writeFileSync } from 'node:fs';
import { orderly, refuseAtEnd } from './ending.mjs';
import { removeOldRooms } from './image.mjs';
import { readOptions, requireBuild, usage } from './options.mjs';
import { installPeers, isInstalled } from './peers.mjs';
import { judge, machine, printMachine, printRow } from './table.mjs';

/** Forwards in one run, backwards in the next: nobody always comes second. */
function inTurns(programs, run) {
  return run % 2 === 0 ? programs : programs.toReversed();
}

async function measureRow(row, options) {
  const programs = Object.entries(await row.programs(options));
  const present = programs.filter(([, { needs }]) => needs === undefined || isInstalled(needs));
  const missing = programs.filter((program) => !present.includes(program));
  const results = Object.fromEntries(present.map(([name]) => [name, []]));
  const runs = row.runs?.(options.runs) ?? options.runs;
  for (let run = 0; run < runs; run += 1)
    for (const [name, { go }] of inTurns(present, run)) {
      process.stderr.write(`bench: ${row.name}, ${run + 1} of ${runs}: ${name}\n`);
      results[name].push(await go());
      refuseAtEnd();
    }
  return { results, missing: missing.map(([name]) => name) };
}

/** A row that fails costs only itself. */
async function playRow(row, options) {
  try {
    const { results, missing } = await measureRow(row, options);
    return { ...judge(row, results, options), missing };
  } catch (error) {
    refuseAtEnd();
    process.exitCode = 1;
    return { name: row.name, title: row.title(options), failed: error.message };
  }
}

function chosen(rows, only) {
  const unknown = only.filter((name) => rows.every((row) => row.name !== name));
  if (unknown.length === 0)
    return rows.filter(({ name }) => only.length === 0 || only.includes(name));
  throw new Error(
    `no row ${unknown.join(', ')}; there are ${rows.map(({ name }) => name).join(', ')}`,
  );
}

function help(suite, rows) {
  const list = rows.map(({ name, title }) => `  ${name.padEnd(14)} ${title({ scale: 1 })}`);
  process.stdout.write(
    `node bench/${suite}.mjs [options]\n\n${usage}\n\nrows:\n${list.join('\n')}\n`,
  );
}

async function playAll(suite, rows, peers, options) {
  requireBuild();
  const some = chosen(rows, options.only);
  await removeOldRooms(options.place);
  await installPeers(peers);
  const played = [];
  const about = () => machine(suite, peers.filter(isInstalled), options);
  for (const row of some) {
    played.push(await playRow(row, options));
    if (played.length === 1) printMachine(about());
    printRow(played.at(-1));
    if (options.json !== undefined)
      writeFileSync(options.json, `${JSON.stringify({ ...about(), rows: played }, null, 2)}\n`);
  }
}

/** `peers` are programs of Debian that rows of this suite may need. */
export function runSuite(suite, rows, peers) {
  return orderly(async () => {
    const options = readOptions();
    if (options.help) help(suite, rows);
    else await playAll(suite, rows, peers, options);
  });
}

/** So many at this scale, but some in any case. */
export const scaled = (count, { scale }, least = 10) => Math.max(least, Math.round(count * scale));
