/** Where the seeds of the kills come from, and the way to say what happened. */

/** POSTHORN_TEST_SEED repeats a run; else every run has kills of its own. */
export function seedOf(): number {
  const given = process.env['POSTHORN_TEST_SEED'];
  return given === undefined ? Date.now() % 1_000_000 : Number(given);
}

/** Said with POSTHORN_TEST_VERBOSE alone. */
export function note(text: string): void {
  if (process.env['POSTHORN_TEST_VERBOSE'] !== undefined) process.stderr.write(`${text}\n`);
}
