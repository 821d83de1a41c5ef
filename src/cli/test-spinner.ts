/** One live line on standard error while one account is tested: which layer each server is at. */

import ora, { type Ora } from 'ora';
import type { Direction } from '../app/server-test.ts';
import type { TestObserver } from '../app/test-account.ts';
import type { Account } from '../core/account.ts';
import { stageAfter, stageLabel, type Stage } from './test-layers.ts';
import type { Run } from './world.ts';

export interface TestSpinner {
  readonly observe: TestObserver;
  /** Says this instead of the layers. */
  readonly say: (text: string) => void;
  readonly stop: () => void;
}

/** For a terminal that can rewrite a line; this module is loaded only then, since most runs show nothing. */
export function startSpinner(run: Run, account: Account): TestSpinner {
  const { world, output } = run;
  const layers = new Layers(account);
  const spinner = ora({
    stream: world.stderr,
    text: shortened(run, layers.text()),
    color: output.coloursAllowed ? 'cyan' : false,
    spinner: output.isUtf8 ? 'dots' : 'line',
    // It would read the terminal's input, and swallow Ctrl-C for a moment.
    discardStdin: false,
  }).start();
  return watching(run, spinner, layers);
}

function watching(run: Run, spinner: Ora, layers: Layers): TestSpinner {
  return {
    observe: (direction, step) => {
      layers.done(direction, step.layer);
      spinner.text = shortened(run, layers.text());
    },
    say: (text) => {
      spinner.text = shortened(run, text);
    },
    stop: () => spinner.stop(),
  };
}

function shortened({ world }: Run, text: string): string {
  return text.slice(0, Math.max(10, world.stderr.columns - 4));
}

/** How far each server has come. */
class Layers {
  readonly #account: Account;
  readonly #done: Readonly<Record<Direction, Set<Stage>>> = { receive: new Set(), send: new Set() };

  constructor(account: Account) {
    this.#account = account;
  }

  done(direction: Direction, stage: Stage): void {
    this.#done[direction].add(stage);
  }

  text(): string {
    const { name, type, incoming, outgoing, receive, send } = this.#account;
    const parts = [
      ...(receive && incoming !== undefined
        ? [this.#part('receive', incoming.security, type)]
        : []),
      ...(send && outgoing !== undefined ? [this.#part('send', outgoing.security, 'smtp')] : []),
    ];
    return `${name}: ${parts.join(', ')}`;
  }

  #part(
    direction: Direction,
    security: Parameters<typeof stageAfter>[1],
    service: Parameters<typeof stageLabel>[1],
  ): string {
    const stage = stageAfter(this.#done[direction], security);
    return `${direction} – ${stage === null ? 'done' : stageLabel(stage, service)}`;
  }
}
