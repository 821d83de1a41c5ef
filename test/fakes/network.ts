/** A network made of tables, for the port Discovery. */
import type { ServiceTarget } from '../../src/core/discovery/discovery.ts';
import type { MailConfig } from '../../src/core/discovery/mail-config.ts';
import { RefusedError, TemporaryError } from '../../src/errors.ts';
import type { Discovery } from '../../src/ports/accounts/discovery.ts';

export interface Net {
  readonly services?: Readonly<Record<string, readonly ServiceTarget[]>>;
  readonly exchangers?: readonly string[];
  /** By the beginning of their addresses; an error is thrown. */
  readonly files?: Readonly<Record<string, MailConfig | Error>>;
  /** `HOST:PORT` of servers that answer and whose certificate holds. */
  readonly up?: readonly string[];
  readonly dnsFails?: boolean;
}

export function network({
  services = {},
  exchangers = [],
  files = {},
  up = [],
  dnsFails = false,
}: Net): Discovery & { readonly calls: string[] } {
  const calls: string[] = [];
  const asked = <T>(what: string, answer: T): Promise<T> => {
    calls.push(what);
    return dnsFails
      ? Promise.reject(new TemporaryError(`${what} could not be looked up (DNS)`))
      : Promise.resolve(answer);
  };
  return {
    calls,
    services: (name) => asked(name, services[name] ?? []),
    exchangers: (domain) => asked(domain, exchangers),
    mailConfig: (url) => {
      calls.push(url);
      const file = Object.entries(files).find(([start]) => url.startsWith(start))?.[1] ?? null;
      return file instanceof Error ? Promise.reject(file) : Promise.resolve(file);
    },
    probe: (_, { host, port }) => {
      const place = `${host}:${String(port)}`;
      calls.push(place);
      if (up.includes(place)) return Promise.resolve();
      return Promise.reject(new RefusedError(`${place} has another's certificate`));
    },
  };
}

export function target(host: string, port: number): ServiceTarget {
  return { host, port, priority: 0, weight: 0 };
}

/** `HOST:PORT` of all that was tried. */
export function probed({ calls }: { readonly calls: readonly string[] }): string[] {
  return calls.filter((each) => /^[^/]+:\d+$/.test(each));
}

/** `IMAP-HOST SMTP-HOST`, by TLS. */
export function file(...hosts: readonly string[]): MailConfig {
  const servers = hosts.map((host) => ({
    ...({ service: host.startsWith('smtp') ? 'smtp' : 'imap', host, security: 'tls' } as const),
    ...{ port: host.startsWith('smtp') ? 465 : 993, username: '%EMAILADDRESS%' },
    authentication: ['password-cleartext'],
  }));
  return { name: 'Example Mail', servers, mustBeEnabled: false, help: null };
}

/** Never answers, until it is broken off. */
export function endless(until: AbortSignal, reasons: unknown[]): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => {
      reasons.push(until.reason);
      reject(until.reason as Error);
    };
    if (until.aborted) stop();
    else until.addEventListener('abort', stop);
  });
}
