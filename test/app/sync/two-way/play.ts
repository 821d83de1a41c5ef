/** Plays a history on both sides of an account, and keeps count of what has to be there in the end. */

import { infoSuffix, parseFileName, type Flag } from '../../../../src/core/sync/flags.ts';
import type { ServedMessage } from '../../../fakes/served-mail.ts';
import { root, type World } from '../../world.ts';
import {
  at,
  movable,
  named,
  names,
  textOf,
  toggled,
  type FileHere,
  type MessageThere,
} from './picking.ts';
import { Fates, type Fate } from './fates.ts';
import { foldersHere, foldersThere, subjectOf } from './sides.ts';
import type { Naming, Step, Syncing } from './steps.ts';

export class Play {
  readonly world: World;
  readonly fates: Fates;
  #written = 0;

  constructor(world: World) {
    this.world = world;
    this.fates = new Fates(world);
  }

  async play(step: Step): Promise<void> {
    const { server } = this.world;
    switch (step.kind) {
      case 'deliver':
        this.#deliver(step.to, { flags: step.flags });
        return;
      case 'deliver-nameless':
        this.#deliver(step.to, { id: null });
        return;
      case 'deliver-same-id': {
        const like = this.#there(step.at)?.message.text;
        const id = /^Message-ID: (.*)\r$/m.exec(like ?? '')?.[1];
        this.#deliver(step.to, id === undefined ? {} : { id });
        return;
      }
      case 'flag-there':
        this.#changeThere(step.at, ({ flags }) => ({ flags: toggled(flags, step.flag) }));
        return;
      case 'keyword-there':
        this.#changeThere(step.at, ({ keywords = [] }) => ({
          keywords: toggled(keywords, step.keyword),
        }));
        return;
      case 'move-there':
        this.#copyThere(step.at, step.to, true);
        return;
      case 'copy-there':
        this.#copyThere(step.at, step.to, false);
        return;
      case 'expunge-there':
        this.#expunge(this.#there(step.at));
        return;
      case 'make-folder-there': {
        const name = names[step.to % names.length] ?? 'Work';
        if (!foldersThere(this.world).includes(name)) server.create(name);
        return;
      }
      case 'delete-folder-there':
        this.#deleteFolderThere(step.to);
        return;
      case 'rename-folder-there': {
        const folder = movable(foldersThere(this.world), step.from);
        const name = names[step.to % names.length] ?? 'Work';
        if (folder === undefined || foldersThere(this.world).includes(name)) return;
        for (const { text } of server.folder(folder).messages) this.#touch(text, 'there');
        server.folder(folder).path = name;
        return;
      }
      case 'renumber':
        this.#renumber(step.to);
        return;
      case 'restore':
        this.#restore(step.to, step.keep);
        return;
      default:
        await this.#playHere(step);
    }
  }

  async #playHere(step: Step): Promise<void> {
    switch (step.kind) {
      case 'flag-here':
        this.#rename(step.at, (base, flags) => base + infoSuffix(toggled(flags, step.flag)));
        return;
      case 'see-here': {
        const found = this.#here(step.at);
        if (found?.file.startsWith('new/') !== true) return;
        found.folder.rename(found.file, found.folder, `cur/${found.file.slice(4)}:2,`);
        return;
      }
      case 'move-here':
        this.#moveHere(step.at, step.to, step.as, true);
        return;
      case 'copy-here':
        this.#moveHere(step.at, step.to, step.as, false);
        return;
      case 'rename-here':
        this.#rename(step.at, (base, flags) => this.#named(base, step.as) + infoSuffix(flags));
        return;
      case 'delete-here':
        this.#deleteHere(this.#here(step.at));
        return;
      case 'write-here':
        this.#writeHere(step.to, step.hasId);
        return;
      case 'make-folder-here':
        if (this.#isBegun)
          this.world.disk.makeFolder(root, names[step.to % names.length] ?? 'Work');
        return;
      case 'remove-folder-here':
        this.#removeFolderHere(step.to);
        return;
      case 'rename-folder-here':
        this.#renameFolderHere(step.from, step.to);
        return;
      default:
        await this.#sync(step as Syncing);
    }
  }

  async #sync(step: Syncing): Promise<void> {
    const { faults } = this.world.server;
    const done = ['append', 'move', 'copy', 'store', 'expunge', 'mark', 'create'];
    if (step.kind === 'sync-and-die') await this.world.sync({ crash: step });
    else if (step.kind === 'sync-and-lose') await this.world.sync({ loseAt: step.at });
    else {
      if (step.kind === 'sync-and-break') faults.breaksAfter = done[step.at % done.length] ?? null;
      await this.world.sync();
      faults.breaksAfter = null;
    }
    await this.fates.noteAgreed();
    await this.fates.expectNothingLost();
  }

  #deliver(to: number, { flags = [], id }: { flags?: readonly Flag[]; id?: string | null }): void {
    const path = at(foldersThere(this.world), to) ?? 'INBOX';
    const text = this.#text(id);
    this.world.server.deliver(text, { path, flags });
  }

  /** `id`: Message-ID; null: none. */
  #text(id?: string | null): string {
    this.#written += 1;
    const subject = String(this.#written);
    const fate = {
      subject,
      count: 1,
      isDeleted: false,
      touched: new Set<'here'>(),
      isAgreed: false,
      isUnsettled: false,
      isRenumbered: false,
      isHereAlone: false,
      conflicts: 0,
    };
    this.fates.set(subject, fate);
    const header = id === null ? '' : `Message-ID: ${id ?? `<${subject}@example.org>`}\r\n`;
    return `${header}Subject: ${subject}\r\n\r\n${'x'.repeat(this.#written)}\r\n`;
  }

  #there(at: number): MessageThere | undefined {
    const all = this.world.server.folders.flatMap((folder) =>
      folder.messages.map((message) => ({ folder, message })),
    );
    const alive = all.filter(({ message }) => !message.flags.includes('T'));
    return alive[at % Math.max(alive.length, 1)];
  }

  #changeThere(at: number, change: (message: ServedMessage) => Partial<ServedMessage>): void {
    const found = this.#there(at);
    if (found === undefined) return;
    this.#touch(found.message.text, 'there');
    found.folder.change(({ id }) => id === found.message.id, change);
  }

  #copyThere(which: number, to: number, isMove: boolean): void {
    const found = this.#there(which);
    const path = at(foldersThere(this.world), to);
    if (found === undefined || path === undefined || path === found.folder.path) return;
    const fate = this.#touch(found.message.text, 'there');
    fate.isAgreed = false;
    const { id, modSeq: _modSeq, ...message } = found.message;
    this.world.server.folder(path).add(message);
    // Without a Message-ID nothing proves that it is the same one: it may be deleted here, and fetched.
    if (!message.text.startsWith('Message-ID')) fate.conflicts += 1;
    if (isMove) found.folder.remove((each) => each.id === id);
    else fate.count += 1;
  }

  #expunge(found: MessageThere | undefined): void {
    if (found === undefined) return;
    const fate = this.#touch(found.message.text, 'there');
    if (!fate.isAgreed) fate.conflicts += 1;
    fate.isAgreed = false;
    const { onRemoteDelete } = this.world.account.sync;
    if (onRemoteDelete === 'delete' || found.folder.path === 'Trash') fate.count -= 1;
    fate.isDeleted = true;
    found.folder.remove(({ id }) => id === found.message.id);
  }

  #deleteFolderThere(to: number): void {
    const path = movable(foldersThere(this.world), to);
    if (path === undefined) return;
    const { server } = this.world;
    const folder = server.folder(path);
    for (const message of folder.messages) this.#expunge({ folder, message });
    server.folders.splice(server.folders.indexOf(folder), 1);
  }

  #renumber(to: number): void {
    const path = at(foldersThere(this.world), to);
    if (path === undefined) return;
    const { server } = this.world;
    const folder = server.folder(path);
    const { messages } = folder;
    for (const fate of this.fates.values())
      if (!fate.isAgreed || fate.touched.size > 0) this.#loseTrack(fate);
    for (const { text } of messages) this.#touch(text, 'there').isRenumbered = true;
    const fresh = server.create(path);
    server.folders.splice(server.folders.indexOf(folder), 1);
    for (const { id: _id, modSeq: _modSeq, ...message } of messages) fresh.add(message);
  }

  /** What was changed while its folder was numbered anew: nothing is deleted for that (design rule 6). */
  #loseTrack(fate: Fate): void {
    fate.isHereAlone = true;
    fate.conflicts += 1;
  }

  /** Back to its first messages, under the same UIDVALIDITY. */
  #restore(to: number, keep: number): void {
    const path = at(foldersThere(this.world), to);
    if (path === undefined) return;
    const folder = this.world.server.folder(path);
    for (const message of folder.messages.slice(keep)) {
      const fate = this.#touch(message.text, 'there');
      fate.isDeleted = true;
      fate.isHereAlone = true;
      fate.conflicts += 1;
    }
    folder.messages = folder.messages.slice(0, keep);
    folder.uidNext = Number(folder.messages.at(-1)?.id ?? 0) + 1;
    folder.highestModSeq = Math.max(1, ...folder.messages.map(({ modSeq = 1 }) => modSeq));
    folder.vanished.length = 0;
    for (const { text } of folder.messages) this.#touch(text, 'there');
  }

  get #isBegun(): boolean {
    return this.world.disk.root(root).owner !== null;
  }

  #here(which: number): FileHere | undefined {
    const all = [...this.world.disk.root(root).folders].flatMap(([path, folder]) =>
      folder.mail().map((file) => ({ path, folder, file })),
    );
    return all[which % Math.max(all.length, 1)];
  }

  #rename(which: number, name: (base: string, flags: readonly Flag[]) => string): void {
    const found = this.#here(which);
    if (found === undefined) return;
    const { folder, file } = found;
    const { base, flags } = parseFileName(file.slice(4));
    this.#touch(textOf(folder, file), 'here');
    folder.rename(file, folder, `cur/${name(base, flags)}`);
  }

  #named(base: string, naming: Naming): string {
    this.#written += 1;
    return named(base, naming, this.#written);
  }

  #moveHere(which: number, to: number, as: Naming, isMove: boolean): void {
    const found = this.#here(which);
    const path = at(foldersHere(this.world), to);
    if (found === undefined || path === undefined || path === found.path) return;
    const { folder, file } = found;
    const target = this.world.disk.makeFolder(root, path);
    const { base, flags } = parseFileName(file.slice(4));
    const name = this.#named(base, as);
    if (target.pathOf(name) !== undefined) return;
    const fate = this.#touch(textOf(folder, file), 'here');
    fate.isAgreed = false;
    const octets = folder.get(file) ?? Buffer.alloc(0);
    if (isMove) {
      folder.rename(file, target, `cur/${name}${infoSuffix(flags)}`);
      return;
    }
    fate.count += 1;
    target.set(`cur/${name}${infoSuffix(flags)}`, Buffer.from(octets));
  }

  #deleteHere(found: FileHere | undefined): void {
    if (found === undefined) return;
    const { path, folder, file } = found;
    const fate = this.#touch(textOf(folder, file), 'here');
    if (!fate.isAgreed) fate.conflicts += 1;
    fate.isAgreed = false;
    const { onLocalDelete } = this.world.account.sync;
    if (onLocalDelete === 'expunge' || path === 'Trash') fate.count -= 1;
    fate.isDeleted = true;
    folder.delete(file);
  }

  #writeHere(to: number, hasId: boolean): void {
    const path = at(foldersHere(this.world), to);
    if (path === undefined) return;
    const text = this.#text(hasId ? undefined : null);
    const octets = Buffer.from(text.replaceAll('\r\n', '\n'));
    this.world.disk.makeFolder(root, path).set(`cur/written-${subjectOf(text)}:2,S`, octets);
  }

  #removeFolderHere(to: number): void {
    const path = movable(foldersHere(this.world), to);
    if (path === undefined) return;
    const folder = this.world.disk.makeFolder(root, path);
    for (const file of folder.mail()) this.#deleteHere({ path, folder, file });
    this.world.disk.root(root).folders.delete(path);
  }

  #renameFolderHere(from: number, to: number): void {
    const path = movable(foldersHere(this.world), from);
    const name = names[to % names.length] ?? 'Work';
    if (path === undefined || foldersHere(this.world).includes(name)) return;
    const { folders } = this.world.disk.root(root);
    const folder = this.world.disk.makeFolder(root, path);
    for (const file of folder.mail()) this.#touch(textOf(folder, file), 'here');
    folders.delete(path);
    folders.set(name, folder);
  }

  #touch(text: string, side: 'here' | 'there'): Fate {
    const fate = this.fates.get(subjectOf(text));
    if (fate === undefined) throw new Error(`nobody wrote ${text}`);
    fate.touched.add(side);
    if (fate.touched.size > 1 || fate.isUnsettled) fate.conflicts += 1;
    if (fate.isRenumbered) this.#loseTrack(fate);
    return fate;
  }
}
