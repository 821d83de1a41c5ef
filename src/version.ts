/** posthorn's version, as package.json has it. */
import { readFileSync } from 'node:fs';

/** Put in by scripts/build.mjs; not there where the sources run unbundled, as in the tests. */
declare const __POSTHORN_VERSION__: string | undefined;
declare const __POSTHORN_BUILD__: string | undefined;

function fromPackage(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export const version: string =
  typeof __POSTHORN_VERSION__ === 'string' ? __POSTHORN_VERSION__ : fromPackage();

/** Differs where the sources differ; undefined where they run unbundled. */
export const build: string | undefined =
  typeof __POSTHORN_BUILD__ === 'string' ? __POSTHORN_BUILD__ : undefined;
