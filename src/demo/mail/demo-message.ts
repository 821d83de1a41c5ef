/** A message of the demo, and where it lies. */

export interface DemoMessage {
  folder: string;
  /** As IMAP writes them, e.g. `\Seen`. */
  flags: string[];
  internalDate: Date;
  /** CRLF as it stands on the wire, except where a message is odd on purpose. */
  raw: Buffer;
}
