import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asSystemPath, nameOfOctets, readNames } from '../../src/disk/file-name.ts';

describe('names of files', () => {
  it.each([
    ['plain:2,S', 'plain:2,S'],
    ['Straße 📬 \uFFFD', 'Straße 📬 \uFFFD'],
    ['a\u{10F700}', 'a\u{10F700}'],
  ])('that are UTF-8 stay: %s', (name, expected) => {
    expect(nameOfOctets(Buffer.from(name))).toBe(expected);
    expect(asSystemPath(name)).toBe(name);
  });

  it('of other octets are valid strings, and lead back', () => {
    const octets = Buffer.from('Stra\xdfe\xff\xe2\x82', 'latin1');
    const name = nameOfOctets(octets);
    expect(name).toBe('Stra\u{10F7DF}e\u{10F7FF}\u{10F7E2}\u{10F782}');
    expect(Buffer.from(name).toString()).toBe(name);
    expect(asSystemPath(name)).toEqual(octets);
  });

  it('whatever their octets, each leads back', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.constantFrom('\u{10F780}', 'ä', '\uFFFD', '€', '📬').map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const octets = Buffer.concat(parts);
        expect(Buffer.from(asSystemPath(nameOfOctets(octets)))).toEqual(octets);
      }),
    );
  });

  it('are read each once', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'posthorn-names-'));
    try {
      for (const octet of [0xdf, 0xe4])
        await writeFile(Buffer.concat([Buffer.from(`${directory}/x`), Buffer.of(octet)]), '');
      await writeFile(join(directory, 'plain'), '');
      const names = ['plain', 'x\u{10F7DF}', 'x\u{10F7E4}'];
      expect((await readNames(directory)).sort()).toEqual(names);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
