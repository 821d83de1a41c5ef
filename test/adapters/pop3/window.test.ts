import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Window } from '../../../src/adapters/pop3/window.ts';

const kib = 1024;

/** Fills the window, then lets all of it arrive in so long. */
function round(window: Window, clock: { ms: number }, takes: number, dry = true): void {
  const sizes: number[] = [];
  while (!window.isFull) {
    window.ask(64 * kib);
    sizes.push(64 * kib);
  }
  if (dry) window.runDry();
  clock.ms += takes;
  for (const size of sizes) {
    window.arrive(size);
    window.answer();
  }
}

function begun() {
  const clock = { ms: 0 };
  return { clock, window: new Window(() => clock.ms) };
}

describe('the window', () => {
  it('is doubled while the pipe runs dry, up to 8 MiB', () => {
    const { window, clock } = begun();
    const limits = Array.from({ length: 8 }, () => {
      round(window, clock, 60);
      return window.limit / kib;
    });
    expect(limits).toEqual([512, 1024, 2048, 4096, 8192, 8192, 8192, 8192]);
  });

  it.each([
    ['the server is always ahead', 60, false],
    ['a window takes a second and more', 1000, true],
  ])('stays where %s', (_what, takes, dry) => {
    const { window, clock } = begun();
    for (let count = 0; count < 5; count += 1) round(window, clock, takes, dry);
    expect(window.limit).toBe(256 * kib);
  });

  it('counts small messages as 4 KiB, unknown ones as 16, and is asked anew at half', () => {
    const { window } = begun();
    for (let count = 0; count < 64; count += 1) window.ask(10);
    expect(window.isFull).toBe(true);
    for (let count = 0; count < 31; count += 1) window.answer();
    expect(window.isLow).toBe(false);
    window.answer();
    expect(window.isLow).toBe(true);
    for (let count = 0; count < 8; count += 1) window.ask(null);
    expect(window.isFull).toBe(true);
  });

  it('makes room while a large message arrives', () => {
    const { window } = begun();
    window.ask(10_000 * kib);
    expect(window.isFull).toBe(true);
    window.arrive(9_900 * kib);
    expect(window.isLow).toBe(true);
    window.ask(10_000 * kib);
    expect(window.isFull).toBe(true);
  });

  it('is empty once all is answered, whatever came', () => {
    const messages = fc.array(fc.tuple(fc.option(fc.nat(1e7)), fc.array(fc.nat(1e7))));
    fc.assert(
      fc.property(messages, (all) => {
        const { window } = begun();
        for (const [size] of all) window.ask(size);
        for (const [, pieces] of all) {
          for (const piece of pieces) window.arrive(piece);
          window.answer();
        }
        expect(window.isFull).toBe(false);
        for (let octets = 0; octets < window.limit; octets += 4 * kib) {
          expect(window.isFull).toBe(false);
          window.ask(4 * kib);
        }
        expect(window.isFull).toBe(true);
      }),
    );
  });
});
