/** Where on the command line something is being typed: the words before it, followed through the commands of the program. */

import type { Argument, Command, Option } from 'commander';

export type Wanted =
  /** Nothing else than the value of this option. `prefix` is what stands before it in the same word: `--in-auth=`. */
  | { readonly kind: 'value'; readonly option: Option; readonly prefix: string }
  | { readonly kind: 'option' }
  /** A subcommand, where there are any, or the argument. */
  | { readonly kind: 'word'; readonly subcommands: boolean; readonly argument: Argument | null };

export interface Place {
  readonly command: Command;
  /** Arguments that stand there already. */
  readonly given: readonly string[];
  /** What `--config` says. */
  readonly config: string | undefined;
  readonly wanted: Wanted;
  /** What of the candidate is there already. */
  readonly typed: string;
}

/** `words` are those behind the program's name, the last one is being typed; without marks of quoting. */
export function placeOf(program: Command, words: readonly string[]): Place {
  const walk = new Walk(program);
  for (const word of words.slice(0, -1)) walk.pass(word);
  return walk.arrive(words.at(-1) ?? '');
}

class Walk {
  #command: Command;
  #given: string[] = [];
  #awaiting: Option | null = null;
  #optionsAreOver = false;
  #config: string | undefined;

  constructor(program: Command) {
    this.#command = program;
  }

  pass(word: string): void {
    const option = this.#awaiting;
    this.#awaiting = null;
    if (option !== null) this.#take(option, word);
    else if (!this.#optionsAreOver && word === '--') this.#optionsAreOver = true;
    else if (!this.#optionsAreOver && word.length > 1 && word.startsWith('-')) this.#open(word);
    else this.#word(word);
  }

  arrive(word: string): Place {
    const place = { command: this.#command, given: this.#given, config: this.#config };
    if (this.#awaiting !== null)
      return { ...place, wanted: valueOf(this.#awaiting, ''), typed: word };
    if (this.#optionsAreOver || !word.startsWith('-'))
      return { ...place, wanted: this.#nextWord(), typed: word };
    const [, name = '', value] = /^(--[^=]+)=([^]*)$/.exec(word) ?? [];
    const option = this.#option(name);
    if (option !== undefined && value !== undefined)
      return { ...place, wanted: valueOf(option, `${name}=`), typed: value };
    return { ...place, wanted: { kind: 'option' }, typed: word };
  }

  #take(option: Option, value: string): void {
    if (option.long === '--config') this.#config = value;
  }

  /** An option whose value follows in the next word, or stands in the same one: `--x=v`, `-xv`. */
  #open(word: string): void {
    const [, name = '', value] = /^(--[^=]+)(?:=([^]*))?$/.exec(word) ?? [];
    const option = this.#option(word.startsWith('--') ? name : word.slice(0, 2));
    if (option?.required !== true) return;
    if (value !== undefined) this.#take(option, value);
    else if (word.startsWith('--') || word.length === 2) this.#awaiting = option;
  }

  #option(name: string): Option | undefined {
    return this.#command.options.find(({ long, short }) => name === long || name === short);
  }

  #word(word: string): void {
    const next = this.#given.length === 0 ? subcommand(this.#command, word) : undefined;
    if (next === undefined) this.#given.push(word);
    else this.#command = next;
  }

  #nextWord(): Wanted {
    const subcommands = this.#given.length === 0 && this.#command.commands.length > 0;
    const taking = this.#command.commands.length > 0 ? defaultOf(this.#command) : this.#command;
    const { registeredArguments = [] } = taking ?? {};
    const last = registeredArguments.at(-1);
    const next = registeredArguments[this.#given.length];
    const argument = next ?? (last?.variadic === true ? last : null);
    return { kind: 'word', subcommands, argument };
  }
}

function valueOf(option: Option, prefix: string): Wanted {
  return { kind: 'value', option, prefix };
}

function subcommand(command: Command, word: string): Command | undefined {
  return command.commands.find((each) => each.name() === word || each.aliases().includes(word));
}

/** commander has no other way to ask for it. */
function defaultOf(command: Command): Command | undefined {
  const { _defaultCommandName: name } = command as unknown as {
    _defaultCommandName?: string | null;
  };
  return name == null ? undefined : subcommand(command, name);
}
