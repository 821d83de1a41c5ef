/** The merged configuration: what is filled in, where it comes from, and that it means the same when it is read again. */
import { describe, expect, it } from 'vitest';
import type { ConfigLocation } from '../../../src/config/read/config.ts';
import { configFrom, readingOf } from '../../../src/config/read/reading.ts';
import { mergedLines } from '../../../src/config/show/merged-text.ts';
import { mergedConfig } from '../../../src/config/show/merged.ts';

const location: ConfigLocation = {
  path: '/etc/x/config.yaml',
  exists: true,
  explicit: true,
  home: '/home/you',
  places: { stateDir: '/s', secretsDir: '/p', runtimeDir: undefined },
};

const text = `version: 1
defaultAccount: work
options: { maxFailures: 5, suspendAfter: 0 }
defaults:
  tags: [all, "true"]
  incoming: { host: imap.example.org, idle: false, tls: { ca: ca.pem }, password: { command: [pass, sesame] } }
  outgoing: { host: smtp.example.org, tls: { ca: ~/other.pem } }
accounts:
  work:
    label: "Work: all # of it"
    identity: { address: you@example.org, name: "null" }
  old:
    type: pop3
    identity: { address: old@example.org }
    incoming: { interval: never, leaveOnServer: 14d, password: { file: pw } }
    outgoing: { username: x }
  away:
    identity: { address: away@example.org }
    receive: false
    send: false
`;

const config = configFrom(text, location);
const names = [...config.accounts.keys()];
const merged = mergedConfig(text, config, names);
const lines = mergedLines(merged);

describe('the merged configuration', () => {
  it('marks what is inherited and what is built in', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        '  mailRoot: /home/you/Mail # default',
        '  maxFailures: 5',
        '    tags: [ all, "true" ] # from defaults',
        '      port: 993 # default',
        '      idle: false # from defaults',
        '      interval: never',
        '    label: "Work: all # of it"',
      ]),
    );
    const { origins } = merged.accounts.get('work') ?? {};
    expect(origins?.get('type')).toBe('built-in');
    expect(origins?.get('incoming.tls.ca')).toBe('defaults');
    expect(origins?.get('identity.address')).toBe('account');
    expect(merged.options.origins.get('maxFailures')).toBe('options');
  });

  it('shows no command line of a password, and paths from the root on', () => {
    expect(lines.join('\n')).not.toContain('sesame');
    expect(lines).toContain(
      '      password: { command: … } # from defaults; the command is not shown',
    );
    expect(lines).toContain('      password: { file: /etc/x/pw }');
    expect(lines).toContain('        ca: /etc/x/ca.pem # from defaults');
    expect(lines).toContain('        ca: /home/you/other.pem # from defaults');
  });

  it('means the same when it is read again, wherever it lies', () => {
    const elsewhere = { ...location, path: '/tmp/elsewhere.yaml' };
    const again = readingOf(lines.join('\n'), elsewhere);
    expect(again.problems).toEqual([]);
    expect(again.settings).toEqual(config.settings);
    expect(again.defaultAccount).toBe('work');
    const shown = [...config.accounts.values()].map((account) => withoutCommand(account));
    expect([...again.accounts.values()].map((account) => withoutCommand(account))).toEqual(shown);
  });

  it('has the accounts that are wanted alone', () => {
    const one = mergedConfig(text, config, ['old']);
    expect([...one.accounts.keys()]).toEqual(['old']);
    expect(one.defaultAccount).toBeUndefined();
    const none = configFrom('', location);
    expect(mergedLines(mergedConfig('', none, []))).not.toContain('accounts:');
  });
});

function withoutCommand(account: object): unknown {
  return JSON.parse(
    JSON.stringify(account, (_, value: { kind?: string } | null) =>
      value?.kind === 'command' ? 'command' : value,
    ),
  );
}
