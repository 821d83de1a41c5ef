/** A copy of the built program that every user may read: the checkout itself may lie in a folder of its owner's own. */
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Packages that the bundle leaves outside, with what they load. */
const outside = ['@photostructure', '@napi-rs', 'node-gyp-build', 'node-addon-api'];

/** Path of its folder, for the caller to remove. */
export async function installedCopy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-installed-'));
  await chmod(folder, 0o755);
  const checkout = join(import.meta.dirname, '../../..');
  const parts = ['bin', 'dist', 'package.json', ...outside.map((name) => `node_modules/${name}`)];
  for (const part of parts) await cp(join(checkout, part), join(folder, part), { recursive: true });
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  return folder;
}
