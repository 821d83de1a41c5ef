/** The octets of a message on their way from a server to the disk. */

/**
 * Octets exactly as on the wire (CRLF), not one more, not one less.
 *
 * whole: they are all here, in pieces. stream: they come while they are read; the stream ends after the last octet of a
 * message that is whole, and throws where it is cut: an error that reaches `message` where the session goes on, one that
 * reaches further where it is broken. A stream is read before the next batch is asked for, or `return()` is called on it.
 */
export type MessageBody =
  | { readonly kind: 'whole'; readonly octets: readonly Buffer[] }
  | { readonly kind: 'stream'; readonly chunks: AsyncIterable<Buffer> };
