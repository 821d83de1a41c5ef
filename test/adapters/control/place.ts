/** A control socket of a test's own, and strangers who speak to it. */

import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createControl } from '../../../src/adapters/control/control.ts';
import type { ControlPlaces } from '../../../src/adapters/control/socket-path.ts';
import type { Control, ControlRequest, ControlServer, Json } from '../../../src/ports/control.ts';

export const status = { command: 'status' } as const;

export function echo(request: ControlRequest): Promise<Json> {
  return Promise.resolve({ asked: request.command });
}

export class Place {
  readonly folder: string;
  places: ControlPlaces;
  #server: ControlServer | null = null;

  private constructor(folder: string) {
    this.folder = folder;
    this.places = { stateDir: join(folder, 'state'), runtimeDir: join(folder, 'run', 'posthorn') };
  }

  static async make(): Promise<Place> {
    return new Place(await mkdtemp(join(tmpdir(), 'ph-control-')));
  }

  get control(): Control {
    return createControl(this.places);
  }

  async serve(
    answer: Parameters<Control['serve']>[0] = echo,
    control = this.control,
  ): Promise<void> {
    this.#server = await control.serve(answer);
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.#server = null;
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async socketFile(): Promise<string> {
    const text = await readFile(join(this.places.stateDir, 'daemon.json'), 'utf8');
    return (JSON.parse(text) as { socket: string }).socket;
  }

  async connected(): Promise<Socket> {
    const socket = connect(await this.socketFile());
    await once(socket, 'connect');
    return socket;
  }
}

/** All that it said until it hung up, cleanly or not. */
export async function saidBy(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += String(chunk)));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}
