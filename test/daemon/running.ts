/** A daemon that runs in memory, and the control socket that a test speaks through. */

import { runDaemon } from '../../src/daemon/daemon.ts';
import type { AccountReport } from '../../src/app/sync/report.ts';
import type { Account } from '../../src/core/account/account.ts';
import type { Settings } from '../../src/core/account/settings.ts';
import type { Control, ControlRequest, Json } from '../../src/ports/control.ts';
import { settings as usual, type DaemonWorld } from './world.ts';

export interface RunningDaemon {
  ask(request: ControlRequest): Promise<Json>;
  readonly ended: Promise<void>;
  readonly signal: AbortSignal;
  /** As SIGTERM does; resolves once it has ended. */
  stop(): Promise<void>;
  readonly log: readonly string[];
  readonly reports: AccountReport[];
}

export interface RunningOptions {
  readonly settings?: Settings;
  readonly onLog?: (text: string) => void;
  readonly onReport?: (report: AccountReport) => void;
}

/** Resolves once it is ready. */
export async function startDaemon(
  world: DaemonWorld,
  accounts: readonly Account[],
  { settings = usual, onLog, onReport }: RunningOptions = {},
): Promise<RunningDaemon> {
  const stop = new AbortController();
  const control = memoryControl();
  const log: string[] = [];
  const reports: AccountReport[] = [];
  let ready = (): void => undefined;
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const ended = runDaemon({
    ...{ accounts, settings, neighbours: world.neighbours(), control, version: '0', process: 1 },
    log: (level, text) => {
      log.push(`${level} ${text}`);
      onLog?.(text);
    },
    onReport: onReport ?? ((report) => void reports.push(report)),
    onReady: ready,
    signal: stop.signal,
  });
  await Promise.race([isReady, ended]);
  const end = async (): Promise<void> => {
    stop.abort(new Error('ended by SIGTERM'));
    await ended;
  };
  return { ask: control.ask, ended, signal: stop.signal, stop: end, log, reports };
}

interface MemoryControl extends Control {
  ask(request: ControlRequest): Promise<Json>;
}

function memoryControl(): MemoryControl {
  let answer: Parameters<Control['serve']>[0] | null = null;
  const ask = async (request: ControlRequest): Promise<Json> =>
    answer === null ? null : answer(request, new AbortController().signal, () => undefined);
  return {
    ask,
    call: ask,
    daemonProcess: () => Promise.resolve(null),
    serve: async (given) => {
      await Promise.resolve();
      answer = given;
      return {
        close: async () => {
          await Promise.resolve();
          answer = null;
        },
      };
    },
  };
}
