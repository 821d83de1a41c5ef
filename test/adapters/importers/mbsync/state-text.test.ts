/** The text of mbsync's state, of every age. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStateText, stateText } from '../../../../src/adapters/importers/mbsync/state-text.ts';
import { allFlags } from '../../../../src/core/sync/flags.ts';
import { DataError } from '../../../../src/errors.ts';

const header = 'FarUidValidity 11\nNearUidValidity 22\nMaxPulledUid 9\nMaxPushedUid 7\n';

function pairsOf(...lines: string[]) {
  return readStateText(`${header}\n${lines.join('\n')}\n`).pairs;
}

describe('the state of mbsync', () => {
  it('reads header and entries', () => {
    expect(readStateText(`${header}\n3 1 FS\n9 7 \n`)).toEqual({
      farUidValidity: '11',
      nearUidValidity: '22',
      maxPulledUid: 9,
      hasExpired: false,
      pairs: [
        { far: 3, near: 1, flags: ['F', 'S'], isPlaceholder: false, isSkipped: false },
        { far: 9, near: 7, flags: [], isPlaceholder: false, isSkipped: false },
      ],
    });
  });

  it('reads one without entries', () => {
    expect(readStateText(`${header}\n`).pairs).toEqual([]);
    expect(readStateText(header).pairs).toEqual([]);
  });

  it('knows the names of before 1.4', () => {
    const text =
      'MasterUidValidity 1\nSlaveUidValidity 2\nMaxPulledUid 3\nMaxPushedUid 4\n\n5 6 S\n';
    expect(readStateText(text)).toMatchObject({ farUidValidity: '1', nearUidValidity: '2' });
  });

  it.each([
    ['3 1 >FS', { isPlaceholder: true, isSkipped: false }],
    ['3 0 ^', { isSkipped: true }],
    ['3 1 ~S', { isSkipped: true }],
    ['3 1 XS', { isSkipped: true }],
    ['3 4294967295 ', { isSkipped: true }],
    ['0 4 S', { far: 0, near: 4, isSkipped: false }],
  ])('%s', (line, pair) => {
    expect(pairsOf(line)).toMatchObject([pair]);
  });

  it('says where messages were thrown out', () => {
    expect(readStateText(`${header}MaxExpiredFarUid 4\n\n`).hasExpired).toBe(true);
    expect(readStateText(`${header}\n3 0 ~S\n`).hasExpired).toBe(true);
  });

  it.each([['3 1 Q'], ['3'], ['3 x S'], ['-3 1 S']])(
    'believes nothing where a line is %s',
    (line) => {
      expect(() => pairsOf(line)).toThrow(DataError);
    },
  );

  it.each([['1:2 3:4:5'], ['FarUidValidity 1\n\n'], ['']])('is no state: %j', (text) => {
    expect(() => readStateText(text)).toThrow(DataError);
  });

  it('reads what it writes', () => {
    const pair = fc.record({
      far: fc.integer({ min: 1, max: 0xffff_fffe }),
      near: fc.integer({ min: 1, max: 0xffff_fffe }),
      flags: fc.subarray([...allFlags]),
      isPlaceholder: fc.boolean(),
    });
    const folder = fc.record({
      farUidValidity: fc.nat().map(String),
      maxPulledUid: fc.nat(),
      near: fc.record({ validity: fc.nat().map(String), lastUid: fc.nat() }),
      pairs: fc.array(pair),
    });
    fc.assert(
      fc.property(folder, (each) => {
        const { pairs, farUidValidity, maxPulledUid } = readStateText(stateText(each));
        expect({ farUidValidity, maxPulledUid }).toEqual({
          farUidValidity: each.farUidValidity,
          maxPulledUid: each.maxPulledUid,
        });
        expect(pairs).toEqual(each.pairs.map((written) => ({ ...written, isSkipped: false })));
      }),
    );
  });
});
