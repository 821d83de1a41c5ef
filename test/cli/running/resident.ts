/** A posthorn that stays, for tables of hundreds of runs in one home; each is told apart as if it were a process of its own. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Home, Result, RunOptions } from './posthorn.ts';

export class Resident {
  readonly #home: Home;
  readonly #child: ChildProcess;

  private constructor(home: Home, child: ChildProcess) {
    this.#home = home;
    this.#child = child;
  }

  static async start(home: Home): Promise<Resident> {
    const program = pathToFileURL(resolve(import.meta.dirname, '../../../dist/main.cjs')).href;
    const child = fork(join(import.meta.dirname, 'resident.mjs'), [program], {
      cwd: home.folder,
      env: { HOME: home.folder, PATH: process.env['PATH'] },
      execArgv: [],
    });
    await once(child, 'message');
    return new Resident(home, child);
  }

  /** One after another, as the caller awaits them. */
  async run(args: readonly string[], { input }: Pick<RunOptions, 'input'> = {}): Promise<Result> {
    const answer = once(this.#child, 'message');
    this.#child.send({ args, ...(input === undefined ? {} : { input: input.toString() }) });
    const [result] = (await answer) as [Result];
    this.#home.told.push(result.stdout, result.stderr);
    return result;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
