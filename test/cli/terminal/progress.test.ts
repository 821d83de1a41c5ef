/** The line that moves while a sync runs: what it says, and that it fits every terminal. */

import { describe, expect, it } from 'vitest';
import { emptyFolderReport, type FolderReport } from '../../../src/app/sync/report.ts';
import { Pace } from '../../../src/cli/sync/pace.ts';
import { cells, progressText, type Standing } from '../../../src/cli/sync/progress-text.ts';
import { ProgressLine, watchSync } from '../../../src/cli/sync/progress.ts';
import { Output } from '../../../src/cli/terminal/output.ts';

const standing: Standing = {
  accounts: 1,
  account: 'work',
  folder: 'INBOX',
  inFolder: { done: 1200, expected: 25_000 },
  inAll: { done: 1400, expected: 30_000 },
  octets: 4_200_000,
  perSecond: 850,
};

describe('its text', () => {
  it.each<[string, Partial<Standing>, string]>([
    [
      'folder and total',
      {},
      'work, INBOX: 1200 of 25000, all: 1400 of 30000, 4.2 MB, 850/s, 34 s left',
    ],
    [
      'the folder is all there is',
      { inAll: null },
      'work, INBOX: 1200 of 25000, 4.2 MB, 850/s, 28 s left',
    ],
    [
      'several accounts',
      { accounts: 3, inAll: { done: 2, expected: 90_000_000 }, perSecond: 4.25 },
      '3 accounts, work, INBOX: 1200 of 25000, all: 2 of 90000000, 4.3/s, 5882 h 21 min left',
    ],
    [
      'too early for a rate, nothing transferred',
      { perSecond: null, octets: 0 },
      'work, INBOX: 1200 of 25000, all: 1400 of 30000',
    ],
    [
      'more came than the server had said',
      { inAll: null, inFolder: { done: 7, expected: 5 } },
      'work, INBOX: 7 of 7, 4.2 MB, 850/s',
    ],
    [
      'a hostile name',
      { inAll: null, octets: 0, folder: 'a\u001b[2J' },
      'work, a?[2J: 1200 of 25000, 850/s, 28 s left',
    ],
  ])('%s', (_, change, text) => {
    expect(progressText({ ...standing, ...change }, 90)).toBe(text);
  });

  const names = ['INBOX', 'Projekte/'.repeat(40), '書類'.repeat(60), 'a\u0301'.repeat(100), ''];
  const widths = [1, 10, 20, 39, 79, 119, 199];
  it.each(names.flatMap((folder) => widths.map((columns) => [folder, columns] as const)))(
    'of %j fits into %i cells',
    (folder, columns) => {
      const text = progressText({ ...standing, folder, accounts: 12 }, columns);
      expect(cells(text)).toBeLessThanOrEqual(columns);
      if (columns >= 39) expect(text).toContain('1400 of 30000');
    },
  );
});

describe('the pace', () => {
  it('is that of the last seconds', () => {
    const pace = new Pace();
    pace.add(0, 0);
    expect(pace.perSecond).toBeNull();
    for (let second = 1; second <= 60; second += 1) pace.add(1000 * second, 100 * second);
    expect(pace.perSecond).toBe(100);
    for (let second = 61; second <= 80; second += 1) pace.add(1000 * second, 6000);
    expect(pace.perSecond).toBe(0);
  });
});

function reportOf(path: string, change: (report: FolderReport) => void): FolderReport {
  const report = emptyFolderReport(path);
  change(report);
  return report;
}

it('rewrites one line, and takes it away at the end', () => {
  const written: string[] = [];
  let now = 0;
  const stream = { columns: 80, write: (text: string) => written.push(text) > 0 };
  const line = new ProgressLine(stream, () => now);
  const inbox = reportOf('INBOX', ({ ahead }) => (ahead.toFetch = 3000));
  const sent = reportOf('Sent', ({ ahead }) => (ahead.others = 40));
  line.show('work', inbox);
  line.show('work', sent);
  now = 2000;
  inbox.fetched = 1000;
  inbox.octets = 5_000_000;
  inbox.ahead.arriving = 200;
  line.show('work', inbox);
  now = 2050;
  line.show('work', inbox);
  line.end();
  expect(written).toEqual([
    '\r\u001b[Kwork, INBOX: 0 of 3000',
    '\r\u001b[Kwork, INBOX: 1200 of 3000, all: 1200 of 3040, 5.0 MB, 600/s, 3 s left',
    '\r\u001b[K',
  ]);
});

interface Seen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly env?: Record<string, string>;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly events?: boolean;
}

function shown({ isTTY = true, columns = 80, env = {}, events = false, ...given }: Seen): string[] {
  const [out, err]: string[][] = [[], []];
  const stream = (texts: string[] = []) => ({
    ...{ isTTY, columns },
    write: (text: string) => texts.push(text) > 0,
  });
  const streams = {
    stdout: stream(out),
    stderr: stream(err),
    env,
  } as unknown as ConstructorParameters<typeof Output>[0];
  const output = new Output(streams, { color: true, input: true, ...given });
  const watching = watchSync(output, streams, events);
  const report = reportOf('INBOX', (each) => {
    each.ahead.toFetch = 5;
    each.fetched = 2;
  });
  watching.show('work', report);
  watching.end();
  return [(out ?? []).join(''), (err ?? []).join('')];
}

describe('who sees it', () => {
  it.each<[string, Seen, boolean]>([
    ['a terminal', {}, true],
    ['one without colours', { env: { NO_COLOR: '1' } }, true],
    ['no terminal', { isTTY: false }, false],
    ['a terminal that cannot clear a line', { env: { TERM: 'dumb' } }, false],
    ['one that does not know its width', { columns: 0 }, false],
    ['--quiet', { quiet: true }, false],
    ['--json', { json: true }, false],
  ])('%s', (_, seen, isSeen) => {
    const [out, err] = shown(seen);
    expect(out).toBe('');
    expect(err).toBe(isSeen ? '\r\u001b[Kwork, INBOX: 2 of 5\r\u001b[K' : '');
  });

  it('a script: one event a line', () => {
    const [out = '', err] = shown({ json: true, events: true, quiet: true });
    expect(err).toBe('');
    expect(out.endsWith('}\n')).toBe(true);
    expect(JSON.parse(out)).toEqual({
      ...{ version: 1, event: 'progress', account: 'work', folder: 'INBOX' },
      ...{ expected: 5, done: 2, octets: 0, octetsUp: 0 },
    });
  });
});
