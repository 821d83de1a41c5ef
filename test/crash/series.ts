/** One mailbox, fetched by a sync that is killed over and over again, looked at after each kill. */

import { join } from 'node:path';
import { expect } from 'vitest';
import { killAt, type Moment } from './kill.ts';
import { allHashes, mailIn, namesIn } from './mail-on-disk.ts';
import type { Home } from './run.ts';

/** Where one kill fell. */
export interface Kill {
  /** Counts the HOMEs of the series from 1. */
  readonly mailbox: number;
  /** Milliseconds after the start of the process. */
  readonly afterMs: number;
  /** Whole messages on disk when it was dead. */
  readonly onDisk: number;
}

export interface Series {
  /** Hashes of what the server held at the beginning, as they have to stand on disk. */
  readonly truth: readonly string[];
  readonly kills: number;
  /** A fresh HOME, at the beginning and whenever a mailbox is complete before the last kill. */
  home(): Promise<Home>;
  moment(home: Home): Moment;
  /** Called after each kill, with the hashes that are durable now. */
  check?(onDisk: ReadonlySet<string>): Promise<void>;
  /** Called once a mailbox is complete. */
  complete?(): Promise<void>;
}

/** Kills so often, lets the last sync end, and compares. Whatever was missing, doubled or half shows as a failed expectation. */
export async function killSeries(series: Series): Promise<Kill[]> {
  const kills: Kill[] = [];
  for (let mailbox = 1; kills.length < series.kills; mailbox += 1) {
    const home = await series.home();
    try {
      await killUntilComplete(series, home, kills, mailbox);
      await expectWhole(home, series.truth);
      await series.complete?.();
    } finally {
      await home.remove();
    }
  }
  return kills;
}

async function killUntilComplete(
  series: Series,
  home: Home,
  kills: Kill[],
  mailbox: number,
): Promise<void> {
  const read = new Map<string, string>();
  while (kills.length < series.kills) {
    const started = performance.now();
    const { killed, status, stderr } = await killAt(home.start(), series.moment(home));
    const afterMs = Math.round(performance.now() - started);
    const hashes = [...(await mailIn(home.inbox, read)).values()];
    expectPart(hashes, series.truth);
    if (!killed) {
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return;
    }
    kills.push({ mailbox, afterMs, onDisk: hashes.length });
    await series.check?.(new Set(hashes));
  }
  await home.sync();
}

/** Nothing that the server does not hold (so nothing half), and nothing twice. */
function expectPart(hashes: readonly string[], truth: readonly string[]): void {
  const left = new Set(truth);
  expect(hashes.filter((hash) => !left.delete(hash))).toEqual([]);
}

export async function expectWhole(home: Home, truth: readonly string[]): Promise<void> {
  const hashes = await allHashes(home.inbox);
  expect(hashes.length).toBe(truth.length);
  expect(hashes).toEqual([...truth].sort());
  expect(await namesIn(join(home.inbox, 'tmp'))).toEqual([]);
}
