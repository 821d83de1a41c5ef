/** What leaves for a terminal or a pipe carries no control characters of strangers, as text or as JSON. */

import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Output } from '../../../src/cli/terminal/output.ts';
import { RefusedError } from '../../../src/errors.ts';

const hostile = 'a\u0000\u001b[2J\u007f\u0085\u009b2Jz';

function written(json: boolean, work: (output: Output) => void): string {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const streams = { stdout, stderr, env: {} } as unknown as ConstructorParameters<typeof Output>[0];
  work(new Output(streams, { json, color: true, input: true }));
  return [stdout, stderr].map((stream) => String(stream.read() ?? '')).join('');
}

it('escapes them in documents and errors of --json', () => {
  const document = written(true, (output) => {
    output.document({ folder: hostile });
  });
  const error = written(true, (output) => {
    output.error(new RefusedError(hostile));
  });
  for (const text of [document, error]) expect(text.trimEnd()).not.toMatch(/[\0-\x1f\x7f-\x9f]/);
  expect(JSON.parse(document)).toMatchObject({ folder: hostile });
  expect(JSON.parse(error)).toMatchObject({ error: { message: hostile } });
});

it('replaces them in what is said to people', () => {
  const error = written(false, (output) => {
    output.error(new RefusedError(hostile));
  });
  expect(error.trimEnd()).toBe('posthorn: a??[2J???2Jz.');
});
