/**
 * Loads a program of one file with what an earlier start has compiled of it: Node would compile it anew each time, which takes
 * longer than a poll without news. Node's own cache (module.enableCompileCache) is not there before Node 22.
 */
'use strict';

const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { createRequire, wrap } = require('node:module');
const { homedir } = require('node:os');
const { basename, dirname, isAbsolute, join } = require('node:path');
const { Script } = require('node:vm');

const digestOf = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const digestLength = 32;

/** `$XDG_CACHE_HOME/posthorn/compiled`; null where nothing is to be kept. */
function folderOf({ XDG_CACHE_HOME: given = '', NODE_DISABLE_COMPILE_CACHE: off } = process.env) {
  if (off === '1') return null;
  return join(isAbsolute(given) ? given : join(homedir(), '.cache'), 'posthorn', 'compiled');
}

/** What stands there is run, so nobody else may write it; it is never in the common temporary folder. */
function isOursAlone(folder) {
  const { uid, mode } = statSync(folder);
  return uid === process.geteuid() && (mode & 0o022) === 0;
}

/** What is kept: a digest of program and compiled code, and that code; undefined unless it is whole, and of this program. */
function readKept(file, source) {
  try {
    if (!isOursAlone(dirname(file))) return undefined;
    const kept = readFileSync(file);
    const compiled = kept.subarray(digestLength);
    return kept.subarray(0, digestLength).equals(digestOf(source, compiled)) ? compiled : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not there for other processes; what a power cut leaves of it has another digest. */
function keep(file, source, compiled) {
  const temporary = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    if (!isOursAlone(dirname(file))) return;
    const whole = Buffer.concat([digestOf(source, compiled), compiled]);
    writeFileSync(temporary, whole, { mode: 0o600 });
    renameSync(temporary, file);
  } catch {
    removeQuietly(temporary);
  }
}

/** What can't be kept costs nothing but the time. */
function removeQuietly(file) {
  try {
    rmSync(file, { force: true });
  } catch {
    // Not even its folder is one.
  }
}

/**
 * The exports of a CommonJS file. `use` names what it is loaded for: of a program, V8 keeps those functions that ran, and these
 * are other ones for another use. `keeps`: whether what this start compiles is left for the next one.
 */
exports.load = (path, use, keeps) => {
  const source = readFileSync(path);
  const folder = folderOf();
  const name = `${basename(path)}-${use}-${process.version}-${process.arch}`;
  const file = folder === null ? null : join(folder, name);
  const cachedData = file === null ? undefined : readKept(file, source);
  // The build sees to it that these are ASCII alone: as UTF-8 they would be looked through first.
  const script = new Script(wrap(source.toString('latin1')), { filename: path, cachedData });
  const isFresh = cachedData !== undefined && script.cachedDataRejected !== true;
  if (file !== null && keeps && !isFresh)
    process.once('exit', () => keep(file, source, script.createCachedData()));
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
  return module.exports;
};
