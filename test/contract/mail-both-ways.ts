/** What every MailTree must do for sync in both directions: many changes at once, identities, folders, letters, watching. */

import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MailTree } from '../../src/ports/receiving/mail-store.ts';
import { deliver, sha256, type StoreWorld } from './mail-store.ts';

const inbox = 'INBOX';
const archive = 'Archive';

/** Enough for what is done on Node's thread. */
const many = Array.from({ length: 150 }, (_, index) => `1700000000.M${String(index)}P1.host`);

export function mailBothWaysContract(title: string, makeWorld: () => Promise<StoreWorld>): void {
  describe(`both ways: ${title}`, () => {
    let world: StoreWorld;
    let tree: MailTree;

    beforeEach(async () => {
      world = await makeWorld();
      tree = await world.store.create(world.root, 'mine');
      await tree.ensureFolder(inbox);
      await tree.ensureFolder(archive);
    });

    afterEach(async () => {
      await world.dispose();
    });

    const paths = async (folder: string): Promise<string[]> =>
      [...(await world.files(folder)).keys()].sort();

    const put = (path: string, content = `at ${path}`): Promise<void> =>
      world.put(inbox, path, content);

    describe.each([true, false])('many at once (scanned before: %s)', (isScanned) => {
      beforeEach(async () => {
        for (const base of many) await put(`cur/${base}:2,S`);
        await put('new/fresh');
        if (isScanned) await tree.scan(inbox);
      });

      it('stores flags of each', async () => {
        const changes = many.map((base, at) => ({
          base,
          flags: at % 2 === 0 ? (['S', 'F'] as const) : (['S'] as const),
        }));
        const gone = { base: 'gone', flags: ['S'] as const };
        const fresh = { base: 'fresh', flags: [] };
        expect(await tree.setFlags(inbox, [...changes, gone, fresh])).toEqual([
          ...many.map(() => true),
          ...[false, true],
        ]);
        const expected = many.map((base, at) => `cur/${base}:2,${at % 2 === 0 ? 'FS' : 'S'}`);
        expect(await paths(inbox)).toEqual([...expected, 'new/fresh'].sort());
        const { files } = await tree.scan(inbox);
        expect(files.get(many[0] ?? '')?.flags).toEqual(['F', 'S']);
      });

      it('moves each, under free names', async () => {
        const [taken = ''] = many;
        await world.put(archive, `cur/${taken}:2,F`, 'other');
        const moved = await tree.move(inbox, [...many, 'gone', 'fresh'], archive);
        expect(moved).toEqual([`${taken}-2`, ...many.slice(1), null, 'fresh']);
        expect(await paths(inbox)).toEqual([]);
        expect((await paths(archive)).length).toBe(many.length + 2);
        expect([...(await tree.scan(inbox)).files]).toEqual([]);
        expect((await tree.scan(archive)).files.get(`${taken}-2`)?.flags).toEqual(['S']);
      });

      it('removes each', async () => {
        expect(await tree.remove(inbox, [...many, 'gone'])).toEqual([
          ...many.map(() => true),
          false,
        ]);
        expect(await paths(inbox)).toEqual(['new/fresh']);
        expect(await tree.remove(inbox, many)).toEqual(many.map(() => false));
      });

      it('does nothing for none', async () => {
        expect(await tree.setFlags(inbox, [])).toEqual([]);
        expect(await tree.move(inbox, [], archive)).toEqual([]);
        expect(await tree.remove(inbox, [])).toEqual([]);
        expect(await tree.identify(inbox, [])).toEqual([]);
      });
    });

    describe('letters', () => {
      it('replaces keywords where they are given, and keeps what is no keyword', async () => {
        await put('cur/a:2,FSab9');
        await tree.setFlags(inbox, [{ base: 'a', flags: ['S'], letters: 'cb?Z' }]);
        expect(await paths(inbox)).toEqual(['cur/a:2,9Sbc']);
        await tree.setFlags(inbox, [{ base: 'a', flags: ['S'], letters: '' }]);
        expect(await paths(inbox)).toEqual(['cur/a:2,9S']);
      });

      it('keeps what a reader changed since the file was seen', async () => {
        await put('cur/a:2,Sx');
        await tree.scan(inbox);
        await world.move(inbox, 'cur/a:2,Sx', 'cur/a:2,FSy');
        await tree.setFlags(inbox, [{ base: 'a', flags: ['R'] }]);
        expect(await paths(inbox)).toEqual(['cur/a:2,FRy']);
      });

      it('keeps it also where somebody looked since, and where flags change again', async () => {
        await put('cur/a:2,S');
        await put('cur/b:2,');
        await tree.scan(inbox);
        await world.move(inbox, 'cur/a:2,S', 'cur/a:2,FS');
        await world.move(inbox, 'cur/b:2,', 'cur/b:2,F');
        for await (const octets of tree.read(inbox, 'b')) expect(octets.length).toBeGreaterThan(0);
        await tree.setFlags(inbox, [{ base: 'a', flags: ['R'] }]);
        await tree.setFlags(inbox, [{ base: 'a', flags: ['R', 'S'] }]);
        expect(await paths(inbox)).toEqual(['cur/a:2,FRS', 'cur/b:2,F']);
        await tree.scan(inbox);
        await tree.setFlags(inbox, [{ base: 'a', flags: [] }]);
        expect(await paths(inbox)).toEqual(['cur/a:2,', 'cur/b:2,F']);
      });

      it('reads what they mean', async () => {
        expect(await tree.keywordLetters(inbox)).toBeNull();
        const text = [
          ...['0 $Junk', '1 work', '', '2', 'x y', '3 two words', '25 Straße', '26 beyond'],
          ...['4 WORK', '5 bad{', '-1 x', '1 again', '6 \u0007bell', '007 x', '7 last'],
        ].join('\n');
        await put('dovecot-keywords', text);
        expect([...((await tree.keywordLetters(inbox)) ?? [])]).toEqual([
          ...[['a', '$Junk'] as const, ['b', 'work'] as const],
          ...[['z', 'Straße'] as const, ['h', 'last'] as const],
        ]);
      });
    });

    describe('what a file is', () => {
      it('is told of its form on the wire', async () => {
        const disk = 'Message-Id:\n <a@b>\nSubject: x\n\na\r\nb\rc\n\n';
        const wire = 'Message-Id:\r\n <a@b>\r\nSubject: x\r\n\r\na\r\nb\rc\r\n\r\n';
        await put('cur/a:2,S', disk);
        await put('new/b', 'no header at all');
        const [a, b, ...others] = await tree.identify(inbox, ['a', 'gone', 'b']);
        expect(others).toEqual([]);
        expect(a).toMatchObject({
          ...{ base: 'a', wireSize: wire.length, wireSha256: sha256(wire) },
          ...{ messageIdHash: sha256('<a@b>').slice(0, 16), messageId: '<a@b>' },
        });
        expect(b).toMatchObject({ base: 'b', messageIdHash: null, messageId: null });
        expect(Number.isInteger(a?.internalDate)).toBe(true);
        const chunks: Buffer[] = [];
        for await (const chunk of tree.readForWire(inbox, 'a')) chunks.push(chunk);
        expect(Buffer.concat(chunks).toString()).toBe(wire);
      });

      it('agrees with what was delivered, large or small', async () => {
        const line = `${'x'.repeat(997)}\r\n`;
        const messages = [0, 1, 261, 262, 263, 2_000].map((lines, at) => ({
          ...{
            key: String(at),
            text: `Message-ID: <${String(at)}@x>\r\n\r\n${line.repeat(lines)}`,
          },
          internalDate: 1_600_000_000_000 + at * 1_000,
        }));
        const delivered = await deliver(tree, inbox, messages);
        const names = delivered.map(({ name }) => name);
        expect(await tree.identify(inbox, names)).toEqual(
          messages.map(({ text, internalDate }, at) => ({
            base: names[at],
            ...{ wireSize: text.length, wireSha256: sha256(text), internalDate },
            messageId: `<${String(at)}@x>`,
            messageIdHash: sha256(`<${String(at)}@x>`).slice(0, 16),
          })),
        );
      });

      it('cannot be read for the wire where it is gone', async () => {
        const read = async (): Promise<void> => {
          for await (const chunk of tree.readForWire(inbox, 'gone')) expect(chunk).toBeUndefined();
        };
        await expect(read()).rejects.toMatchObject({ exitStatus: 74, reach: 'message' });
      });
    });

    describe('two files of one base name', () => {
      it('are one message where their content is the same', async () => {
        await put('new/a', 'same');
        await put('cur/a:2,S', 'same');
        const { files } = await tree.scan(inbox);
        expect([...files.keys()]).toEqual(['a']);
        expect(await paths(inbox)).toEqual(['cur/a:2,S']);
      });

      it('get each a name where it is not', async () => {
        await put('cur/a:2,', 'one');
        await put('cur/a:2,S', 'two');
        await put('new/a', 'three');
        const { files } = await tree.scan(inbox);
        expect([...files.keys()].sort()).toEqual(['a', 'a-2', 'a-3']);
        expect([...(await world.files(inbox)).values()].map(String).sort()).toEqual([
          ...['one', 'three', 'two'],
        ]);
        expect([...(await tree.scan(inbox)).files.keys()].sort()).toEqual(['a', 'a-2', 'a-3']);
      });
    });

    describe('folders', () => {
      it('are found, whoever made them', async () => {
        for (const path of ['Projekte/Straße/2020', 'B', '.Sent.2020', '.Trash'])
          await world.makeFolder(path);
        expect(await tree.folders('fs')).toEqual([archive, 'B', inbox, 'Projekte/Straße/2020']);
        expect(await tree.folders('maildir++')).toEqual(['.Sent.2020', '.Trash']);
        await world.makeFolder('');
        expect(await tree.folders('maildir++')).toEqual(['', '.Sent.2020', '.Trash']);
      });

      it('are told again by a survey, and anew where one was made', async () => {
        const stampNow = async () => (await tree.survey('fs', null)).stamp;
        await expect.poll(stampNow, { timeout: 5000 }).not.toBeNull();
        const first = await tree.survey('fs', null);
        expect(first.folders).toEqual([archive, inbox]);
        expect(await tree.survey('fs', first.stamp)).toEqual(first);
        await world.makeFolder('B');
        const second = await tree.survey('fs', first.stamp);
        expect(second.folders).toEqual([archive, 'B', inbox]);
        expect(second.stamp).not.toBe(first.stamp);
      });

      it('are renamed with all that is in them', async () => {
        await put('cur/a:2,Sab');
        await put('cur/b:2,');
        await world.makeFolder(`${inbox}/Sub`);
        await world.put(`${inbox}/Sub`, 'new/c', 'x');
        expect(await tree.renameFolder(inbox, archive)).toBe(false);
        expect(await tree.renameFolder('Nowhere', 'Somewhere')).toBe(false);
        expect(await tree.renameFolder(inbox, 'Alt/tief')).toBe(true);
        expect(await tree.folders('fs')).toEqual(['Alt/tief', 'Alt/tief/Sub', archive]);
        expect(await tree.count(inbox)).toBeNull();
        expect(await tree.count('Alt/tief/Sub')).toEqual({ unread: 1, total: 1 });
        const { files } = await tree.scan('Alt/tief');
        expect([...files.keys()].sort()).toEqual(['a', 'b']);
        expect(files.get('a')).toMatchObject({ flags: ['S'], otherLetters: 'ab' });
        await tree.ensureFolder(inbox);
        expect((await tree.scan(inbox)).files.size).toBe(0);
      });

      it('are removed where no mail is in them', async () => {
        await put('new/.hidden');
        await world.makeFolder(`${inbox}/Sub`);
        expect(await tree.removeFolder(archive)).toBe(true);
        expect(await tree.removeFolder('Nowhere')).toBe(true);
        expect(await tree.folders('fs')).toEqual([inbox, `${inbox}/Sub`]);
        expect(await tree.count(archive)).toBeNull();
        await tree.ensureFolder(archive);
        expect(await deliver(tree, archive, [{ key: 'k', text: 'x' }])).toHaveLength(1);
        expect(await tree.removeFolder(archive)).toBe(false);
        expect(await tree.folders('fs')).toEqual([archive, inbox, `${inbox}/Sub`]);
        expect(await tree.count(archive)).toEqual({ unread: 1, total: 1 });
      });

      it('with others in them leave those', async () => {
        await world.makeFolder(`${inbox}/Sub`);
        await world.put(`${inbox}/Sub`, 'cur/a:2,', 'x');
        expect(await tree.removeFolder(inbox)).toBe(true);
        expect(await tree.folders('fs')).toEqual([archive, `${inbox}/Sub`]);
        expect(await tree.count(`${inbox}/Sub`)).toEqual({ unread: 1, total: 1 });
      });

      it('that somebody is writing to stay', async () => {
        const delivery = { kind: 'whole', octets: [Buffer.from('x')] } as const;
        const [staging] = await tree.stage(archive, [
          { key: 'k', flags: [], internalDate: null, body: delivery },
        ]);
        expect(await tree.removeFolder(archive)).toBe(false);
        if (staging?.kind !== 'staged') throw new Error('not staged');
        expect(await tree.publish(archive, [staging.staged])).toHaveLength(1);
      });
    });

    describe('watching', () => {
      const watched = async (folders: string[], change: () => Promise<void>): Promise<string[]> => {
        const ending = new AbortController();
        const news = tree.watch(folders, ending.signal)[Symbol.asyncIterator]();
        let isSeen = false;
        const first = news.next().finally(() => {
          isSeen = true;
        });
        // Nobody is told when it begins: a change is made until one is seen.
        for (let count = 0; !isSeen && count < 100; count += 1) {
          await change();
          await Promise.race([wait(100), first]);
        }
        const { value } = await first;
        ending.abort();
        const seen = [String(value)];
        for (let next = await news.next(); next.done !== true; next = await news.next())
          seen.push(next.value);
        return seen;
      };

      it('tells which folder changed, and ends by its signal', { timeout: 20_000 }, async () => {
        let count = 0;
        const change = async (): Promise<void> => {
          count += 1;
          await put(`new/${String(count)}`);
        };
        expect(await watched([archive, inbox], change)).toEqual([inbox]);
      });

      it('ends at once where the signal has aborted', async () => {
        const seen: string[] = [];
        for await (const folder of tree.watch([inbox], AbortSignal.abort())) seen.push(folder);
        expect(seen).toEqual([]);
      });
    });
  });
}
