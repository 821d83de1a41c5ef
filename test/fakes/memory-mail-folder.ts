/** One Maildir folder in memory, which a test may change as any other program could. */

import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { placeWith } from '../../src/adapters/maildir/changing/letters.ts';
import { infoSuffix, parseFileName, type Flag } from '../../src/core/sync/flags.ts';
import type { FlagChange, LocalFile, LocalIdentity } from '../../src/ports/receiving/mail-store.ts';
import { toCrlf } from '../../src/wire/crlf.ts';
import { hashOfMessageId, messageIdOf } from '../../src/wire/message-id.ts';

let changes = 0;

/** Path below the folder (`new/…`, `cur/…:2,S`) → octets. */
export class MemoryFolder extends Map<string, Buffer> {
  /** Told of each change. */
  readonly #onChange: () => void;
  /** Another one after each change, and in each folder, as inodes and times are. */
  stamp = (changes += 1);
  /** What stands in `dovecot-keywords`. */
  keywords: string | null = null;
  /** By octets, which a file keeps under every name; milliseconds since the epoch. */
  readonly times = new WeakMap<Buffer, number>();

  constructor(onChange: () => void) {
    super();
    this.#onChange = onChange;
  }

  override set(path: string, octets: Buffer): this {
    super.set(path, octets);
    this.#changed();
    return this;
  }

  override delete(path: string): boolean {
    const wasThere = super.delete(path);
    if (wasThere) this.#changed();
    return wasThere;
  }

  #changed(): void {
    this.stamp = changes += 1;
    this.#onChange();
  }

  /** What a reader takes for mail. */
  mail(): string[] {
    return [...this.keys()].filter((path) => !posix.basename(path).startsWith('.'));
  }

  pathOf(base: string): string | undefined {
    return this.mail().find((path) => baseOf(path) === base);
  }

  rename(path: string, to: MemoryFolder, newPath: string): void {
    const octets = this.get(path) ?? Buffer.alloc(0);
    to.times.set(octets, this.timeOf(octets));
    this.delete(path);
    to.set(newPath, octets);
  }

  /** Two files of one base name: the same content is one message, other content gets a name of its own. */
  settleDoubles(): void {
    const kept = new Map<string, string>();
    const newFirst = (path: string): string => (path.startsWith('new/') ? '0' : '1') + path;
    const paths = this.mail().sort((a, b) => (newFirst(a) < newFirst(b) ? -1 : 1));
    for (const path of paths) {
      const base = baseOf(path);
      const other = kept.get(base);
      kept.set(base, path);
      if (other === undefined) continue;
      if (this.get(other)?.equals(this.get(path) ?? Buffer.alloc(0)) === true) this.delete(other);
      else {
        kept.set(base, other);
        this.rename(path, this, withBase(path, this.free(base)));
      }
    }
  }

  /** The first name made of this one that no file has. */
  free(base: string): string {
    for (let count = 1; ; count += 1) {
      const name = count === 1 ? base : `${base}-${String(count)}`;
      if (this.pathOf(name) === undefined) return name;
    }
  }

  /** `seen`: where it was when the change was decided. Where whoever decided it believes it now; undefined where it is gone. */
  setFlags(change: FlagChange, seen: string | undefined): string | undefined {
    const path = this.pathOf(change.base);
    if (path === undefined) return undefined;
    const before = placeOf(seen ?? path);
    const newPath = pathAt(change.base, placeWith(placeOf(path), before, change));
    if (newPath !== path) this.rename(path, this, newPath);
    return pathAt(change.base, placeWith(before, before, change));
  }

  identify(base: string): LocalIdentity | null {
    const octets = this.get(this.pathOf(base) ?? '');
    if (octets === undefined) return null;
    const wire = toCrlf(octets);
    const id = messageIdOf(octets);
    return {
      base,
      wireSize: wire.length,
      wireSha256: createHash('sha256').update(wire).digest('hex'),
      messageIdHash: hashOfMessageId(id),
      messageId: id?.replaceAll('\r', '') ?? null,
      internalDate: this.timeOf(octets),
    };
  }

  timeOf(octets: Buffer): number {
    return this.times.get(octets) ?? 1_700_000_000_000;
  }
}

export function fileAt(path: string): LocalFile {
  const { base, flags, others } = parseFileName(posix.basename(path));
  return { base, directory: path.startsWith('new/') ? 'new' : 'cur', flags, otherLetters: others };
}

export function baseOf(path: string): string {
  return parseFileName(posix.basename(path)).base;
}

/** Directory and what follows the base name. */
function placeOf(path: string): string {
  return path.slice(0, 3) + path.slice(4 + baseOf(path).length);
}

export function withBase(path: string, base: string): string {
  return pathAt(base, placeOf(path));
}

function pathAt(base: string, place: string): string {
  return `${place.slice(0, 3)}/${base}${place.slice(3)}`;
}

export function visiblePath(name: string, flags: readonly Flag[]): string {
  return flags.length === 0 ? `new/${name}` : `cur/${name}${infoSuffix(flags)}`;
}
