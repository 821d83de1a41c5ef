/** How a command module and the program meet: the program binds actions, the module registers them. */

import type { Command } from 'commander';
import type { Run } from './world.ts';

/** Adds the command's options, subcommands and actions. Each lies in a module that is loaded when it is called. */
export type Register = (command: Command, act: Act) => void;

/** Binds an action: `command.action(act(async (run, name, options) => 0))`. */
export type Act = <A extends readonly unknown[]>(
  action: (run: Run, ...args: A) => Promise<number>,
) => (...args: unknown[]) => Promise<void>;
