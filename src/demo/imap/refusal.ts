/** A tagged NO or BAD, thrown by a command and answered by the session. */

export class ImapRefusal extends Error {
  readonly status: 'NO' | 'BAD';

  /** `text` may start with a response code in brackets. */
  constructor(status: 'NO' | 'BAD', text: string) {
    super(text);
    this.status = status;
  }
}
