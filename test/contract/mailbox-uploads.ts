/** What every MailboxSource must do with messages that come from here, run as a part of mailbox-writing. */

import { expect, test } from 'vitest';
import { StorageError, type PosthornError } from '../../src/errors.ts';
import type { Uploaded } from '../../src/ports/receiving/mailbox-source.ts';
import { errorOf, sample, samples } from './mailbox-source.ts';
import { uploadAll, uploadOf, type Stage } from './mailbox-stage.ts';

export function uploadTests({ enter, can }: Stage): void {
  test('keeps order, octets, flags, keywords and dates, small and large', async () => {
    const sizes = [0, 0, 3_000, 5_000, 300_000, 0, 3_000_000, 0];
    const messages = sizes.map((size, index) => sample(index + 1, size));
    await enter({ folders: ['Größe'] }, async (session, account) => {
      const uploads = messages.map((message, index) =>
        uploadOf(message, index === 1 ? { flags: ['S', 'P'], keywords: ['work'] } : {}),
      );
      const told = await uploadAll(session, 'Größe', uploads);
      const stored = await account.messages('Größe');
      expect(stored.map(({ octets }) => octets.length)).toEqual(uploads.map(({ size }) => size));
      messages.forEach(({ octets, internalDate }, index) => {
        expect(stored[index]?.octets.equals(octets)).toBe(true);
        expect(stored[index]?.internalDate).toBe(internalDate);
      });
      expect(stored[1]?.flags).toEqual(['$Forwarded', '\\Seen', 'work']);
      expect(stored[0]?.flags).toEqual([]);
      const { uidValidity } = await session.status('Größe');
      expect(told).toEqual(
        messages.map((_, index) =>
          can().uidPlus
            ? { kind: 'uploaded', uid: index + 1, uidValidity }
            : { kind: 'uploaded', uid: null, uidValidity: null },
        ),
      );
    });
  });

  test('of many', async () => {
    await enter({ folders: ['Many'] }, async (session, account) => {
      const messages = samples(120);
      const told = await uploadAll(
        session,
        'Many',
        messages.map((each) => uploadOf(each)),
      );
      expect(told.map(({ kind }) => kind)).toEqual(messages.map(() => 'uploaded'));
      const stored = await account.messages('Many');
      expect(stored.map(({ octets }) => octets)).toEqual(messages.map(({ octets }) => octets));
    });
  });

  test('passes over a file that is gone, or not as large any more', async () => {
    await enter({ folders: ['Some'] }, async (session, account) => {
      const gone = new StorageError('it is gone', { reach: 'message' });
      const broken = async function* (): AsyncGenerator<Buffer> {
        throw gone;
      };
      const told = await uploadAll(session, 'Some', [
        uploadOf(sample(1)),
        uploadOf(sample(2), { octets: broken }),
        uploadOf(sample(3), { octets: broken, size: 9_000_000 }),
        uploadOf(sample(4), { size: 10 }),
        uploadOf(sample(5), { size: 1_000 }),
        uploadOf(sample(6)),
      ]);
      const kinds = ['uploaded', 'unsent', 'unsent', 'unsent', 'unsent', 'uploaded'];
      expect(told.map(({ kind }) => kind)).toEqual(kinds);
      expect(told[1]).toEqual({ kind: 'unsent', error: gone });
      expect(told[4]).toMatchObject({ error: { code: 'storage', reach: 'message' } });
      const stored = await account.messages('Some');
      expect(stored.map(({ octets }) => octets)).toEqual([1, 6].map((each) => sample(each).octets));
    });
  });

  test.each([
    ['shorter', -1_000],
    ['longer', 1_000],
  ])('is given up with the connection where a file is %s than it was', async (_title, more) => {
    await enter({ folders: ['Cut'] }, async (session, account) => {
      const large = sample(2, 900_000);
      const size = large.octets.length - more;
      const told: Uploaded[] = [];
      const uploads = [uploadOf(sample(1)), uploadOf(large, { size }), uploadOf(sample(3))];
      const all = async (): Promise<void> => {
        for await (const each of session.upload('Cut', uploads)) told.push(each);
      };
      expect(await errorOf(all())).toMatchObject({
        exitStatus: 75,
      } satisfies Partial<PosthornError>);
      expect(told.map(({ kind }) => kind)).toEqual(['uploaded']);
      expect(session.spent).toBe(true);
      const stored = await account.messages('Cut');
      expect(stored.map(({ octets }) => octets)).toEqual([sample(1).octets]);
    });
  });

  test('into a folder that is not there fails by its name', async () => {
    await enter({}, async (session) => {
      const error = await errorOf(uploadAll(session, 'Nowhere', [uploadOf(sample(1))]));
      expect(error).toMatchObject({ code: 'no-such-folder', reach: 'folder' });
      expect((await session.select('INBOX')).status.exists).toBe(0);
    });
  });

  test('may be left early, and the session goes on', async () => {
    await enter({ folders: ['Left'] }, async (session, account) => {
      for await (const each of session.upload(
        'Left',
        samples(20).map((one) => uploadOf(one)),
      )) {
        expect(each.kind).toBe('uploaded');
        break;
      }
      expect(session.spent).toBe(false);
      const folder = await session.select('Left');
      expect((await folder.uids(1)).uids.size).toBe((await account.messages('Left')).length);
    });
  });
}
