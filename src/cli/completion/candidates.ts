/** What can be typed at a place of the command line: by the commands themselves, and by what their placeholders are called. */

import type { Command, Option } from 'commander';
import type { Place } from './place.ts';

export interface Candidate {
  readonly text: string;
  /** One line for people; empty where there is nothing to say. */
  readonly said: string;
}

/** Asked only for what the place wants; each ends soon, and gives nothing where it fails. */
export interface Sources {
  readonly accounts: () => Promise<readonly Candidate[]>;
  readonly tags: () => Promise<readonly Candidate[]>;
  /** Of these accounts; of all where none is named. */
  readonly folders: (names: readonly string[]) => Promise<readonly Candidate[]>;
  readonly keys: () => Promise<readonly Candidate[]>;
  readonly messages: () => Promise<readonly Candidate[]>;
}

export interface Offer {
  readonly candidates: readonly Candidate[];
  /** The shell completes these better itself. */
  readonly paths: 'none' | 'files' | 'dirs';
  /** What stands before the candidate in the same word: `--in-auth=`. */
  readonly prefix: string;
}

export async function offerAt(place: Place, sources: Sources): Promise<Offer> {
  const { wanted, typed } = place;
  const found = await findAt(place, sources);
  const fitting = found.candidates.filter(({ text }) => text.startsWith(typed));
  const prefix = wanted.kind === 'value' ? wanted.prefix : '';
  return { ...found, candidates: fitting, prefix };
}

type Found = Pick<Offer, 'candidates' | 'paths'>;

async function findAt(place: Place, sources: Sources): Promise<Found> {
  const { command, wanted, given } = place;
  switch (wanted.kind) {
    case 'option':
      return only(optionsOf(command));
    case 'value':
      if (wanted.option.argChoices !== undefined) return only(wanted.option.argChoices.map(word));
      return byPlaceholder(optionPlaceholder(wanted.option), place, sources);
    case 'word': {
      const { argument } = wanted;
      const subcommands = wanted.subcommands ? subcommandsOf(command) : [];
      if (argument === null) return only(subcommands);
      if (argument.argChoices !== undefined)
        return only([...subcommands, ...argument.argChoices.map(word)]);
      const placeholder = argumentPlaceholder(argument.name(), command);
      const found = await byPlaceholder(placeholder, place, sources);
      const fresh = found.candidates.filter(({ text }) => !given.includes(text));
      return { ...found, candidates: [...subcommands, ...fresh] };
    }
  }
}

function only(candidates: readonly Candidate[]): Found {
  return { candidates, paths: 'none' };
}

function word(text: string): Candidate {
  return { text, said: '' };
}

/** `--file <path>`: `path`. */
function optionPlaceholder({ flags }: Option): string {
  return /[<[]([\w-]+)/.exec(flags)?.[1] ?? '';
}

/** A name that is about to be given to something is nobody's yet. */
function argumentPlaceholder(name: string, command: Command): string {
  const owner = command.parent?.name() ?? '';
  if (command.name() === 'add' || name === 'new') return 'new';
  if (command.name() === 'create' && name === 'folder') return 'new';
  if (name === 'old') return owner === 'folders' ? 'folder' : 'account';
  if (name === 'names') return 'accounts';
  return name === 'name' ? 'account' : name;
}

const roles = ['inbox', 'sent', 'drafts', 'trash', 'spam', 'archive'];

/** The one table of what a placeholder in `<…>` or `[…]` means; other words are left to the person. */
async function byPlaceholder(name: string, place: Place, sources: Sources): Promise<Found> {
  switch (name) {
    case 'file':
      return { candidates: [], paths: 'files' };
    case 'dir':
      return { candidates: [], paths: 'dirs' };
    case 'account':
      return only(await sources.accounts());
    case 'accounts': {
      const tags = (await sources.tags()).map(({ text, said }) => ({ text: `@${text}`, said }));
      return only([...(await sources.accounts()), ...tags]);
    }
    case 'tag':
      return only(await sources.tags());
    case 'folder':
      return only(await sources.folders(place.given));
    case 'key':
      return only(await sources.keys());
    case 'role':
      return only(roles.map(word));
    case 'id':
    case 'ids':
      return place.command.parent?.name() === 'outbox' ? only(await sources.messages()) : only([]);
    default:
      return only([]);
  }
}

function subcommandsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible
    .filter((each) => each.name() !== 'help')
    .map((each) => ({ text: each.name(), said: each.description() }));
}

/** Those that its help shows, and those that every command takes. */
function optionsOf(command: Command): Candidate[] {
  let program = command;
  while (program.parent !== null) program = program.parent;
  const own = command.createHelp().visibleOptions(command);
  const everywhere = program.createHelp().visibleOptions(program);
  const taken = new Set(own.map(({ long }) => long));
  const taking = new Set(command.options.map(({ long }) => long));
  const others = everywhere.filter(({ long }) => taking.has(long) && !taken.has(long));
  return [...own, ...others].map(({ long, short, description }) => ({
    text: long ?? short ?? '',
    said: description,
  }));
}
