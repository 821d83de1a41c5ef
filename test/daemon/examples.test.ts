import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const examples = join(import.meta.dirname, '../../examples');

/** Sections of a unit file, systemd.syntax(7): a key may stand there more than once. */
async function unit(file: string): Promise<Map<string, Map<string, string[]>>> {
  const sections = new Map<string, Map<string, string[]>>();
  let section = new Map<string, string[]>();
  for (const line of await lines(file)) {
    const title = /^\[(\w+)\]$/.exec(line)?.[1];
    const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (title !== undefined) sections.set(title, (section = new Map()));
    else if (key === '') throw new Error(`neither a section nor a key: ${line}`);
    else section.set(key, [...(section.get(key) ?? []), value]);
  }
  return sections;
}

/** Without comments and empty lines. */
async function lines(file: string): Promise<string[]> {
  const text = await readFile(join(examples, file), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

it('the unit runs the daemon in the foreground, and leaves it the time to end', async () => {
  const sections = await unit('posthorn.service');
  expect([...sections.keys()]).toEqual(['Unit', 'Service', 'Install']);
  const service = sections.get('Service');
  expect(service?.get('ExecStart')).toEqual([
    expect.stringMatching(/^[%/]\S+\/posthorn daemon run$/),
  ]);
  expect(service?.get('Type')).toEqual(['exec']);
  expect(Number(service?.get('TimeoutStopSec')?.[0])).toBeGreaterThan(20);
  expect(service?.get('RestartPreventExitStatus')).toEqual(['64 78']);
  expect(service?.has('PIDFile')).toBe(false);
  expect(sections.get('Install')?.get('WantedBy')).toEqual(['default.target']);
});

it('the unit knows no key but those of systemd', async () => {
  const sections = await unit('posthorn.service');
  const keys = [...sections].flatMap(([name, section]) =>
    [...section.keys()].map((key) => `${name}.${key}`),
  );
  expect(keys).toEqual([
    'Unit.Description',
    'Unit.StartLimitIntervalSec',
    'Unit.StartLimitBurst',
    'Service.Type',
    'Service.ExecStart',
    'Service.Restart',
    'Service.RestartSec',
    'Service.RestartPreventExitStatus',
    'Service.KillMode',
    'Service.TimeoutStopSec',
    'Service.UMask',
    'Service.NoNewPrivileges',
    'Install.WantedBy',
  ]);
});

it('the crontab syncs every five minutes, by a PATH of its own, and prints nothing where all is well', async () => {
  const [path, ...jobs] = await lines('crontab');
  expect(path).toMatch(/^PATH=(\/[a-z/]+:?)+$/);
  expect(jobs).toEqual(['*/5 * * * * posthorn sync --quiet']);
});

it('what is commented out in the crontab is a line as well', async () => {
  const text = await readFile(join(examples, 'crontab'), 'utf8');
  const commented = [...text.matchAll(/^# ((?:[0-9*@]\S* )+posthorn .*)$/gm)].map(
    ([, line]) => line,
  );
  expect(commented).toHaveLength(2);
  for (const line of commented) expect(line).toMatch(/^(@reboot|(\S+ ){5}posthorn)/);
  // In a crontab a percent sign is a line break, crontab(5).
  expect(text).not.toContain('%');
});
