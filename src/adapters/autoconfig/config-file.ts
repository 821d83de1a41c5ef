/** Reads a file of mail servers in Thunderbird's format (XML). It comes from strangers: whatever is odd about it is left out. */

import { XMLParser } from 'fast-xml-parser';
import type { Security } from '../../core/account/account.ts';
import type { Service } from '../../core/discovery/discovery.ts';
import type { ConfigServer, MailConfig } from '../../core/discovery/mail-config.ts';
import { printable } from '../../wire/printable.ts';

/** The format nests four deep. */
const deepest = 16;
/** More of either kind earns no reading: the best ones come first. */
const mostServers = 16;
const longestName = 100;
const longestUsername = 256;
const longestUrl = 300;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  alwaysCreateTextNode: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: deepest,
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
});

/** Null where it is no such file, or names no server that could be understood. */
export function readConfigFile(text: string): MailConfig | null {
  const provider = childrenOf(rootOf(text), 'emailProvider')[0];
  if (provider === undefined) return null;
  const servers = serversOf(provider);
  return servers.length === 0
    ? null
    : {
        name: line(provider, 'displayName', longestName),
        servers,
        mustBeEnabled: childrenOf(provider, 'enable').length > 0,
        help: helpOf(provider),
      };
}

type Node = Readonly<Record<string, unknown>>;

/** No such file has a DOCTYPE: it begins web pages, and entities that grow without end. */
function rootOf(text: string): Node {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return {};
  try {
    return childrenOf(parser.parse(text, true), 'clientConfig')[0] ?? {};
  } catch {
    // Not well-formed, nested too deep, or named to do harm.
    return {};
  }
}

/** Elements of this name; attributes begin with an at sign. */
function childrenOf(node: unknown, name: string): Node[] {
  if (!isNode(node) || !Object.hasOwn(node, name)) return [];
  const children = node[name];
  return Array.isArray(children) ? children.filter((each) => isNode(each)) : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(node: Node | undefined, key = '#text'): string | null {
  const value = node !== undefined && Object.hasOwn(node, key) ? node[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The text of the first such element, made fit to be shown. */
function line(node: Node, name: string, limit: number): string | null {
  const text = textOf(childrenOf(node, name)[0]);
  return text === null ? null : printable(text, limit);
}

function serversOf(provider: Node): ConfigServer[] {
  const kinds = [
    ['incomingServer', ['imap', 'pop3']],
    ['outgoingServer', ['smtp']],
  ] as const;
  return kinds.flatMap(([element, services]) =>
    childrenOf(provider, element)
      .slice(0, mostServers)
      .flatMap((each) => serverOf(each, services) ?? []),
  );
}

const securities: Readonly<Record<string, Security>> = {
  SSL: 'tls',
  TLS: 'tls',
  STARTTLS: 'starttls',
  plain: 'none',
};

function serverOf(node: Node, services: readonly Service[]): ConfigServer | null {
  const service = services.find((each) => each === textOf(node, '@type'));
  const host = textOf(childrenOf(node, 'hostname')[0]);
  const port = portOf(textOf(childrenOf(node, 'port')[0]));
  const socketType = textOf(childrenOf(node, 'socketType')[0]) ?? '';
  const security = Object.hasOwn(securities, socketType) ? securities[socketType] : undefined;
  if (service === undefined || host === null || port === null || security === undefined)
    return null;
  return {
    service,
    host,
    port,
    security,
    username: usernameOf(node),
    authentication: loginsOf(node),
  };
}

function portOf(text: string | null): number | null {
  if (text === null || !/^[1-9][0-9]{0,4}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65_535 ? port : null;
}

/** A name that could not be typed is none. */
function usernameOf(node: Node): string | null {
  const text = textOf(childrenOf(node, 'username')[0]);
  return text === null || text.length > longestUsername || printable(text, longestUsername) !== text
    ? null
    : text;
}

function loginsOf(node: Node): string[] {
  const words = childrenOf(node, 'authentication').map((each) => textOf(each) ?? '');
  return words.filter((each) => /^[\w-]{1,40}$/.test(each)).map((each) => each.toLowerCase());
}

/** Where access is allowed comes before everything else that there is to read. */
function helpOf(provider: Node): string | null {
  const urls = [
    ...childrenOf(provider, 'enable').map((each) => textOf(each, '@visiturl')),
    ...childrenOf(provider, 'documentation').map((each) => textOf(each, '@url')),
  ];
  return urls.find((each) => each !== null && isShowable(each)) ?? null;
}

function isShowable(url: string): boolean {
  return url.length <= longestUrl && /^https:\/\/[!-~]+$/.test(url) && URL.canParse(url);
}
