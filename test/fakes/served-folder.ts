/** One folder of a server in memory: UIDs ascend, every change has its MODSEQ, and what vanished is remembered. IMAP alone has several. */

import type { ServedMail, ServedMessage } from './served-mail.ts';

type NewMessage = Omit<ServedMessage, 'id' | 'modSeq'> & { readonly id?: string };

export class ServedFolder {
  path: string;
  uidValidity: string;
  uidNext = 1;
  /** Tests may put in another list; then nobody is told what vanished, as with a server that was restored. */
  messages: ServedMessage[] = [];
  highestModSeq = 1;
  readonly vanished: { readonly uid: number; readonly modSeq: number }[] = [];
  isSubscribed = true;
  /** [READ-ONLY] when it is selected. */
  readOnly = false;
  /** Keywords that the server keeps; null: any. */
  permanentKeywords: readonly string[] | null = null;
  readonly #server: ServedMail;

  constructor(path: string, uidValidity: string, server: ServedMail) {
    this.path = path;
    this.uidValidity = uidValidity;
    this.#server = server;
  }

  /** Under the next UID, unless it has an id of its own. */
  add(message: NewMessage): ServedMessage {
    const usual = (this.#server.type === 'imap' ? '' : 'uidl-') + String(this.uidNext);
    this.uidNext += 1;
    const added = { ...message, id: message.id ?? usual, modSeq: this.#next() };
    this.messages.push(added);
    this.#server.history.push(added);
    this.#server.changed(this.path);
    return added;
  }

  /** The MODSEQ of those that it is true of, whether that changes anything or not. */
  change(
    isMeant: (message: ServedMessage) => boolean,
    change: (message: ServedMessage) => Partial<ServedMessage>,
  ): ServedMessage[] {
    if (!this.messages.some(isMeant)) return [];
    const modSeq = this.#next();
    this.messages = this.messages.map((message) =>
      isMeant(message) ? { ...message, ...change(message), modSeq } : message,
    );
    this.#server.changed(this.path);
    return this.messages.filter(isMeant);
  }

  remove(isMeant: (message: ServedMessage) => boolean): void {
    const gone = this.messages.filter(isMeant);
    if (gone.length === 0) return;
    const modSeq = this.#next();
    this.messages = this.messages.filter((message) => !isMeant(message));
    this.vanished.push(...gone.map(({ id }) => ({ uid: Number(id), modSeq })));
    this.#server.changed(this.path);
  }

  #next(): number {
    return (this.highestModSeq += 1);
  }
}
