/** Medians, ratios and goals: as a table for people and as data for programs. */
import { cpus, release, totalmem } from 'node:os';
import { fileSystem, roomsAreImages } from './image.mjs';
import { versionOf } from './peers.mjs';

export function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Each thing measured, by its median. */
function medians(results) {
  return Object.fromEntries(
    Object.keys(results[0]).map((what) => [what, median(results.map((result) => result[what]))]),
  );
}

const words = {
  wall: 'wall time',
  rest: 'wall time without the start',
  cpu: 'processor time',
  peak: 'peak memory, MiB',
  flushes: 'flushes to disk',
  trips: 'round trips',
  octets: 'octets on the line',
  reads: 'directory reads',
};

/** A goal is a ratio to a peer, or, where it names none, a figure. */
function judgeGoal(goal, programs) {
  const [of = Object.keys(programs)[0]] = [goal.program];
  const label = `${words[goal.of]}${goal.beside === undefined ? '' : ` beside ${goal.beside}`}`;
  const peer = goal.beside === undefined ? 1 : programs[goal.beside]?.medians[goal.of];
  if (peer === undefined) return { label, goal: goal.atMost, left: 'the peer is missing' };
  const value = programs[of].medians[goal.of] / peer;
  return { label, value, goal: goal.atMost, reached: value <= goal.atMost };
}

/** `results`: name of a program to its measurements; the first program is posthorn. */
export function judge(row, results, options) {
  const programs = Object.fromEntries(
    Object.entries(results).map(([name, runs]) => [name, { medians: medians(runs), runs }]),
  );
  const goals = (row.goals ?? []).map((goal) => judgeGoal(goal, programs));
  return { name: row.name, title: row.title(options), programs, goals };
}

/** Where and by what it was measured. */
export function machine(suite, peers, options) {
  const images = roomsAreImages();
  return {
    suite,
    scale: options.scale,
    processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `Linux ${release()}, Node ${process.version}`,
    rooms: images ? `fresh ext4 images on ${fileSystem(options.place)}` : 'temporary folders',
    isImage: images === true,
    peers: Object.fromEntries(peers.map((peer) => [peer, versionOf(peer)])),
  };
}

export function printMachine(about) {
  const { suite, scale, processors, memory, system, rooms, peers } = about;
  const lines = [
    `${suite}: ${processors}, ${memory}, ${system}, ${rooms}`,
    ...(Object.keys(peers).length > 0 ? [Object.values(peers).join(', ')] : []),
    ...(scale === 1 ? [] : [`scale ${scale}: only a look, goals are meant for scale 1`]),
  ];
  lines.push("in brackets: posthorn's figure as a multiple of the one before");
  process.stdout.write(`${lines.join('\n')}\n`);
}

const seconds = (value) => `${value < 10 ? value.toFixed(3) : value.toFixed(1)} s`;
const columns = {
  wall: ['wall', seconds],
  rest: ['no start', seconds],
  cpu: ['processor', seconds],
  peak: ['peak', (value) => `${value.toFixed(0)} MiB`],
  flushes: ['flushes', String],
  trips: ['trips', String],
  octets: ['on the line', (value) => `${(value / 1024).toFixed(0)} KiB`],
  reads: ['reads', String],
};

/** Behind each time of a peer: posthorn's time as a multiple of it. */
function cell(what, value, ours) {
  const shown = columns[what][1](value);
  return ours === undefined || value === 0 ? shown : `${shown} (${(ours / value).toFixed(2)})`;
}

function grid(programs) {
  const [[first, { medians: ours }]] = Object.entries(programs);
  const shown = Object.keys(columns).filter((what) => ours[what] !== undefined);
  const header = ['', ...shown.map((what) => columns[what][0])];
  const body = Object.entries(programs).map(([name, { medians: theirs }]) => [
    name,
    ...shown.map((what) =>
      theirs[what] === undefined
        ? ''
        : cell(what, theirs[what], name === first ? undefined : ours[what]),
    ),
  ]);
  return [header, ...body];
}

function aligned(rows) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  return rows.map(
    (row) =>
      `  ${row
        .map((text, at) => text.padEnd(widths[at]))
        .join('  ')
        .trimEnd()}`,
  );
}

function goalLine({ label, value, goal, reached, left }) {
  if (left !== undefined) return `  ${label}: goal ${goal}, not judged: ${left}`;
  const digits = value < 20 ? 2 : 0;
  return `  ${label}: ${value.toFixed(digits)}, goal ${goal} at most: ${reached ? 'reached' : 'not reached'}`;
}

export function printRow({ name, title, programs, goals = [], missing = [], failed }) {
  const lines = [`\n${name}: ${title}`];
  if (failed !== undefined) lines.push(`  failed: ${failed}`);
  else lines.push(...aligned(grid(programs)), ...goals.map(goalLine));
  if (missing.length > 0) lines.push(`  left out, not installed: ${missing.join(', ')}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}
