/** How other posthorn processes of the same user speak to the daemon, and it to them. */

/** As the file has it now; an id tells it from another account that got its NAME meanwhile. */
export interface AskedAccount {
  readonly name: string;
  readonly id: string | null;
}

/** One request a connection. */
export type ControlRequest =
  | { readonly command: 'status' }
  | { readonly command: 'stop' }
  /** Something was put into the outbox. */
  | { readonly command: 'wake' }
  | {
      readonly command: 'sync';
      readonly accounts: readonly AskedAccount[];
      readonly send: boolean;
      readonly receive: boolean;
      readonly full: boolean;
      readonly acceptDeletions: boolean;
      /** Progress is told as news before the answer. */
      readonly progress?: boolean;
    };

/** Plain JSON: what the daemon answers is documented where the request is handled. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface ControlServer {
  /** Stops listening and drops who is connected; the socket's file is removed. */
  close(): Promise<void>;
}

export interface Control {
  /**
   * Listens on a socket that this user alone can open, and writes its path where `call` looks for it. The caller holds the
   * daemon's lock. `answer` must not throw; its signal is aborted when the other side goes away, and what it tells before it
   * answers goes there as news.
   */
  serve(
    answer: (
      request: ControlRequest,
      signal: AbortSignal,
      tell: (news: Json) => void,
    ) => Promise<Json>,
  ): Promise<ControlServer>;
  /** The daemon's answer, or null where no daemon listens. TemporaryError where it breaks off before it answered. */
  call(request: ControlRequest, signal?: AbortSignal, onNews?: (news: Json) => void): Promise<Json>;
  /** Process id of the daemon that last listened, for messages. */
  daemonProcess(): Promise<number | null>;
}
