import { describe, expect, it } from 'vitest';
import { locations, placesFor } from '../../../src/config/read/paths.ts';

const cron = { env: { HOME: '/home/anna' }, homedir: '/root', cwd: '/somewhere' };

describe('locations', () => {
  it('with HOME alone, as under cron', () => {
    expect(locations(cron)).toEqual({
      home: '/home/anna',
      explicitFile: undefined,
      userFile: '/home/anna/.config/posthorn/config.yaml',
      base: {
        stateDir: '/home/anna/.local/state/posthorn',
        secretsDir: '/home/anna/.local/share/posthorn/secrets',
        runtimeDir: undefined,
      },
    });
  });

  it('without HOME: that of the password file', () => {
    expect(locations({ ...cron, env: {} }).userFile).toBe('/root/.config/posthorn/config.yaml');
  });

  it('with every variable', () => {
    const env = {
      HOME: '/h',
      XDG_CONFIG_HOME: '/c',
      XDG_STATE_HOME: '/s',
      XDG_DATA_HOME: '/d',
      XDG_RUNTIME_DIR: '/r',
    };
    expect(locations({ ...cron, env })).toMatchObject({
      userFile: '/c/posthorn/config.yaml',
      base: {
        stateDir: '/s/posthorn',
        secretsDir: '/d/posthorn/secrets',
        runtimeDir: '/r/posthorn',
      },
    });
  });

  it('ignores variables that are empty or relative', () => {
    const env = {
      HOME: '/home/anna',
      XDG_CONFIG_HOME: 'conf',
      XDG_STATE_HOME: '',
      XDG_RUNTIME_DIR: 'run',
    };
    expect(locations({ ...cron, env })).toEqual(locations(cron));
  });

  it.each([
    ['an absolute option', { configFile: '/x/c.yaml' }, {}, '/x/c.yaml'],
    ['a relative option', { configFile: 'c.yaml' }, {}, '/somewhere/c.yaml'],
    [
      'an option before the variable',
      { configFile: 'c.yaml' },
      { POSTHORN_CONFIG: '/y' },
      '/somewhere/c.yaml',
    ],
    ['the variable', {}, { POSTHORN_CONFIG: '~/c.yaml' }, '/home/anna/c.yaml'],
    ['an empty variable', {}, { POSTHORN_CONFIG: '' }, undefined],
  ])('%s', (_, option, env, expected) => {
    expect(locations({ ...cron, ...option, env: { ...cron.env, ...env } }).explicitFile).toBe(
      expected,
    );
  });
});

describe('placesFor', () => {
  const explicit = locations({
    ...cron,
    env: { ...cron.env, XDG_RUNTIME_DIR: '/r' },
    configFile: '/x/c.yaml',
  });

  it('gives a file that was named folders of its own', () => {
    const places = placesFor(explicit, '/x/c.yaml', '/home/anna/.config/posthorn/config.yaml');
    const folder =
      /^\/home\/anna\/\.local\/state\/posthorn\/([0-9a-f]{16})$/.exec(places.stateDir)?.[1] ?? '';
    expect(places.secretsDir).toBe(`/home/anna/.local/share/posthorn/secrets/${folder}`);
    expect(places.runtimeDir).toBe(`/r/posthorn/${folder}`);
    expect(placesFor(explicit, '/x/other.yaml', '/u').stateDir).not.toBe(places.stateDir);
  });

  it("knows the user's own file again when it is named", () => {
    expect(placesFor(explicit, '/u', '/u')).toEqual(explicit.base);
  });
});
