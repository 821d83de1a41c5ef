/** Asks the daemon how it is, and looks for what a dead one has left. */

import { asPosthornError } from '../../errors.ts';
import { daemonFindings, programOf, type DaemonFacts, type UnitFacts } from './daemon.ts';
import type { Finding } from './finding.ts';
import { below, quietLook, type View } from './view.ts';

const answerWithinMs = 3_000;

export async function examineDaemon(view: View): Promise<Finding[]> {
  const { control, version } = view;
  const [answer, announced, sockets, units] = await Promise.all([
    ask(view),
    control.daemonProcess(),
    socketsOf(view),
    unitsOf(view),
  ]);
  return daemonFindings({ answer, announced, sockets, units, version });
}

async function ask({ control }: View): Promise<DaemonFacts['answer']> {
  try {
    const signal = AbortSignal.timeout(answerWithinMs);
    return (await control.call({ command: 'status' }, signal)) as unknown as DaemonFacts['answer'];
  } catch (error) {
    const { message } = asPosthornError(error);
    return /aborted/.test(message) ? 'it took longer than 3 s' : message;
  }
}

async function socketsOf({ inspector, location }: View): Promise<string[]> {
  const { runtimeDir, stateDir } = location.places;
  const found = await Promise.all(
    [runtimeDir, stateDir].map(async (folder) => {
      const names = folder === undefined ? null : await inspector.names(folder).catch(() => null);
      const sockets = (names ?? []).filter((name) => /^control-\w+\.sock$/.test(name));
      return sockets.map((name) => below(folder ?? '', name));
    }),
  );
  return found.flat();
}

async function unitsOf({ inspector, location, env }: View): Promise<UnitFacts[]> {
  const { home } = location;
  const folders = [
    `${env['XDG_CONFIG_HOME'] ?? below(home, '.config')}/systemd/user`,
    '/etc/systemd/user',
    '/etc/systemd/system',
  ];
  const units = await Promise.all(
    folders.map(async (folder): Promise<UnitFacts[]> => {
      const path = below(folder, 'posthorn.service');
      const text = await inspector.text(path).catch(() => null);
      if (text === null) return [];
      const program = programOf(text, home);
      if (program === null) return [{ path, program, trouble: 'starts nothing (no ExecStart=)' }];
      if (!program.startsWith('/')) return [{ path, program, trouble: null }];
      const seen = await quietLook(inspector, program);
      if (seen === null)
        return [{ path, program, trouble: `starts ${program}, which is not there` }];
      const runs = seen.kind === 'file' && (seen.mode & 0o111) !== 0;
      return [{ path, program, trouble: runs ? null : `starts ${program}, which is no program` }];
    }),
  );
  return units.flat();
}
