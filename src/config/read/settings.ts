/** The options of the file with their defaults, in the units of the program. */
import { resolve } from 'node:path';
import { parseDuration } from '../../core/account/duration.ts';
import { defaultIspdb } from '../../core/discovery/mail-config.ts';
import type { Settings } from '../../core/account/settings.ts';
import type { OptionsEntry } from '../schema/schema.ts';

/** Where paths of the file start. */
export interface PathContext {
  /** Folder of the configuration file; absolute. */
  readonly folder: string;
  readonly home: string;
}

export function expandPath(path: string, context: PathContext): string {
  if (path === '~') return context.home;
  if (path.startsWith('~/')) return resolve(context.home, path.slice(2));
  return resolve(context.folder, path);
}

const day = 86_400_000;

export function resolveSettings(options: OptionsEntry, context: PathContext): Settings {
  return {
    mailRoot: expandPath(options.mailRoot ?? '~/Mail', context),
    layout: options.layout ?? 'fs',
    maxFailures: options.maxFailures ?? 10,
    suspendAfterMs: options.suspendAfter === 0 ? 0 : milliseconds(options.suspendAfter, day),
    maxLoginFailures: options.maxLoginFailures ?? 3,
    sendImmediately: options.sendImmediately ?? true,
    saveSent: options.saveSent ?? true,
    trashRetentionMs:
      options.trashRetention === undefined ? null : milliseconds(options.trashRetention, day),
    ispdb: options.discovery?.ispdb === false ? null : (options.discovery?.ispdb ?? defaultIspdb),
  };
}

/** The schema has checked the text already; `otherwise` is for the key that is not there. */
export function milliseconds(text: string | undefined, otherwise: number): number {
  return (text === undefined ? undefined : parseDuration(text)) ?? otherwise;
}
