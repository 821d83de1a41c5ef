/** Files of mail servers for tests, in Thunderbird's format. */

export interface WrittenServer {
  readonly type: 'imap' | 'pop3' | 'smtp';
  readonly host: string;
  readonly port: number | string;
  readonly socketType?: string;
  readonly username?: string;
  readonly authentication?: readonly string[];
}

/** `more`: elements beside the servers. */
export function configFile(servers: readonly WrittenServer[], more = ''): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<clientConfig version="1.1"><emailProvider id="example.org">',
    '<domain>example.org</domain><displayName>Example &amp; Sons</displayName>',
    ...servers.map((each) => serverElement(each)),
    `${more}</emailProvider></clientConfig>`,
  ].join('\n');
}

function serverElement({
  type,
  host,
  port,
  socketType = 'SSL',
  username = '%EMAILADDRESS%',
  authentication = ['password-cleartext'],
}: WrittenServer): string {
  const name = type === 'smtp' ? 'outgoingServer' : 'incomingServer';
  const logins = authentication.map((each) => `<authentication>${each}</authentication>`);
  return [
    `<${name} type="${type}"><hostname>${host}</hostname><port>${String(port)}</port>`,
    `<socketType>${socketType}</socketType><username>${username}</username>${logins.join('')}`,
    `</${name}>`,
  ].join('\n');
}
