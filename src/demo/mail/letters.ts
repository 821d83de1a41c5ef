/** Everyday mail of the demo: friends, neighbours, newsletters, invoices, in the encodings that are met. */

import { base64, compose, crlf, latinWord, multipart, quotedPrintable, word } from './text.ts';
import type { Fields } from './text.ts';
import type { DemoMessage } from './demo-message.ts';

const mara = 'Mara Lindner <mara@brunnen.example>';
const utf8: Fields = {
  'MIME-Version': '1.0',
  'Content-Type': 'text/plain; charset=utf-8',
  'Content-Transfer-Encoding': '8bit',
};

export function letterMessages(): DemoMessage[] {
  return [...inbox(), ...sent(), ...archive(), ...projects(), ...others()];
}

interface Letter {
  folder: string;
  flags?: string[];
  /** ISO 8601, UTC. */
  date: string;
  from: string;
  to?: string;
  subject: string;
  fields?: Fields;
  body: string | Buffer;
}

function letter(parts: Letter): DemoMessage {
  const internalDate = new Date(parts.date);
  const fields = {
    From: parts.from,
    To: parts.to ?? mara,
    Subject: parts.subject,
    Date: internalDate.toUTCString().replace('GMT', '+0000'),
    'Message-ID': `<${parts.date.replaceAll(/\D/g, '')}.letter@brunnen.example>`,
    ...(parts.fields ?? utf8),
  };
  const raw = compose(fields, parts.body);
  return { folder: parts.folder, flags: parts.flags ?? [], internalDate, raw };
}

function inbox(): DemoMessage[] {
  return [
    letter({
      folder: 'INBOX',
      flags: ['\\Seen', '\\Answered'],
      date: '2024-03-01T07:12:00Z',
      from: 'Jonas Weber <jonas@brunnen.example>',
      subject: 'Breakfast on Sunday?',
      body: "Good morning Mara,\n\nthe bakery on the corner is open again. Ten o'clock, I bring the rolls?\n\nJonas\n",
    }),
    letter({
      folder: 'INBOX',
      flags: ['\\Seen'],
      date: '2024-03-02T09:30:00Z',
      from: `${word('Stadtbücherei Grünau')} <service@buecherei.example>`,
      subject: word('Ihre Vormerkung liegt bereit'),
      body: 'Guten Tag,\n\n„Die Vermessung der Welt“ liegt für Sie bis zum 16. März an der Theke bereit.\nÖffnungszeiten: Di–Fr 10–18 Uhr, Sa 10–14 Uhr.\n\nFreundliche Grüße\nIhre Stadtbücherei\n',
    }),
    letter({
      folder: 'INBOX',
      flags: ['\\Seen', '\\Flagged'],
      date: '2024-03-04T11:05:00Z',
      from: `${latinWord('Käthe Möller')} <kaethe@garten.example>`,
      subject: latinWord('Äpfel für die Nachbarn'),
      fields: { ...utf8, 'Content-Type': 'text/plain; charset=iso-8859-1' },
      body: crlf(
        'Liebe Mara,\n\nim Keller stehen noch zwei Kisten Äpfel, schöne große. Hol sie dir, bevor sie mürbe\nwerden! Die Tür ist offen.\n\nGrüße über den Zaun\nKäthe\n',
        'latin1',
      ),
    }),
    letter({
      folder: 'INBOX',
      flags: ['\\Seen'],
      date: '2024-03-05T06:00:00Z',
      from: 'The Slow Gardener <letters@slowgardener.example>',
      subject: 'March: what to sow, what to leave alone',
      fields: {
        'List-Unsubscribe': '<https://slowgardener.example/off/17>',
        'MIME-Version': '1.0',
        'Content-Type': 'multipart/alternative; boundary="sow-and-wait"',
      },
      body: newsletter(),
    }),
    letter({
      folder: 'INBOX',
      date: '2024-03-07T15:45:00Z',
      from: 'Fahrrad Lenz <rechnung@fahrrad-lenz.example>',
      subject: 'Rechnung 2024-0317',
      fields: { ...utf8, 'Content-Transfer-Encoding': 'quoted-printable' },
      body: quotedPrintable(
        'Sehr geehrte Frau Lindner,\n\nfür die Wartung Ihres Fahrrads (Kette, Bremsbeläge, Schlauch) berechnen wir 74,50 €. Bitte überweisen Sie den Betrag innerhalb von 14 Tagen.\n\nMit freundlichen Grüßen\nFahrrad Lenz\n',
      ),
    }),
    letter({
      folder: 'INBOX',
      date: '2024-03-08T18:20:00Z',
      from: `${word('Zoë Ångström')} <zoe@klang.example>`,
      subject: `${word('Konzert ♫ am ')} ${word('Freitagabend')}`,
      fields: { ...utf8, 'Content-Transfer-Encoding': 'base64' },
      body: `${base64('Hej Mara!\r\n\r\nWir spielen am Freitag um acht im Hof hinter der Bäckerei 🎻.\r\nEintritt frei, warme Jacke empfohlen.\r\n\r\nZoë\r\n')}\n`,
    }),
    letter({
      folder: 'INBOX',
      date: '2024-03-11T05:55:00Z',
      from: 'Bahn am Morgen <info@bahn-am-morgen.example>',
      subject: 'Your ticket to Leipzig',
      body: 'Hello Mara,\n\n  06:48  Brunnen, platform 2\n  08:31  Leipzig Hbf, platform 11\n\nCarriage 4, seat 62, window. Have a good trip.\n',
    }),
    letter({
      folder: 'INBOX',
      date: '2024-03-12T20:10:00Z',
      from: 'Jonas Weber <jonas@brunnen.example>',
      subject: 'Re: Breakfast on Sunday?',
      fields: { ...utf8, 'In-Reply-To': '<20240301091500.letter@brunnen.example>' },
      body: '> Ten is fine, I make the coffee.\n\nThen I bring the good jam, too.\n\n-- \nJonas\n',
    }),
  ];
}

function newsletter(): string {
  const text =
    'Sow: peas, broad beans, spinach.\nLeave alone: the leaves under the hedge. Somebody sleeps there.\n';
  const html =
    '<!doctype html>\n<html><body style="font-family: Georgia">\n<h1>March</h1>\n<p><b>Sow:</b> peas, broad beans, spinach.</p>\n<p><b>Leave alone:</b> the leaves under the hedge. <i>Somebody sleeps there.</i></p>\n</body></html>\n';
  return multipart('sow-and-wait', [
    [{ 'Content-Type': 'text/plain; charset=us-ascii' }, text],
    [{ 'Content-Type': 'text/html; charset=us-ascii' }, html],
  ]);
}

function sent(): DemoMessage[] {
  return [
    letter({
      folder: 'Sent',
      flags: ['\\Seen'],
      date: '2024-03-01T09:15:00Z',
      from: mara,
      to: 'Jonas Weber <jonas@brunnen.example>',
      subject: 'Re: Breakfast on Sunday?',
      body: "> Ten o'clock, I bring the rolls?\n\nTen is fine, I make the coffee.\n\nMara\n",
    }),
    letter({
      folder: 'Sent',
      flags: ['\\Seen'],
      date: '2024-03-04T17:40:00Z',
      from: mara,
      to: `${word('Käthe Möller')} <kaethe@garten.example>`,
      subject: `Re: ${word('Äpfel für die Nachbarn')}`,
      body: 'Liebe Käthe,\n\ntausend Dank, ich komme morgen früh mit dem Anhänger. Zwei Gläser Apfelmus für dich!\n\nMara\n',
    }),
    letter({
      folder: 'Sent',
      flags: ['\\Seen'],
      date: '2024-03-09T10:00:00Z',
      from: mara,
      to: 'rechnung@fahrrad-lenz.example',
      subject: 'Re: Rechnung 2024-0317',
      body: 'Guten Tag,\n\nder Betrag ist überwiesen. Die Bremsen sind wunderbar.\n\nMara Lindner\n',
    }),
  ];
}

function archive(): DemoMessage[] {
  const bills = ['January', 'February'].map((month, index) =>
    letter({
      folder: 'Archive',
      flags: ['\\Seen'],
      date: `2024-0${index + 1}-28T08:00:00Z`,
      from: 'Stadtwerke Brunnen <kunden@stadtwerke.example>',
      subject: `Your electricity in ${month}`,
      body: `Dear Ms Lindner,\n\nin ${month} you used ${141 - 12 * index} kWh. Nothing is to be paid, your balance is fine.\n`,
    }),
  );
  const holiday = letter({
    folder: 'Archive',
    flags: ['\\Seen', '\\Flagged'],
    date: '2023-09-17T21:00:00Z',
    from: 'Pension Seeblick <post@seeblick.example>',
    subject: word('Schön war’s mit Ihnen'),
    body: 'Liebe Familie Lindner,\n\nder Regenschirm, den Sie vergessen haben, wartet hier auf den nächsten Sommer.\n\nIhre Pension Seeblick\n',
  });
  return [holiday, ...bills];
}

function projects(): DemoMessage[] {
  return [
    letter({
      folder: 'Projekte/Straße',
      flags: ['\\Seen', '\\Answered'],
      date: '2024-02-12T13:00:00Z',
      from: `${word('Ortsbeirat Süd')} <beirat@brunnen.example>`,
      subject: word('Straßenfest: erste Runde'),
      body: 'Hallo zusammen,\n\nwir brauchen: Bänke (Jürgen), Strom (Stadtwerke?), eine Bühne (Zoë), Wetter (alle).\n',
    }),
    letter({
      folder: 'Projekte/Straße',
      flags: ['\\Seen'],
      date: '2024-02-19T13:00:00Z',
      from: `${word('Jürgen Groß')} <juergen@tischlerei.example>`,
      subject: `Re: ${word('Straßenfest: erste Runde')}`,
      body: 'Zwölf Bänke kann ich bringen, dreizehn, wenn jemand schleift.\n\nJürgen\n',
    }),
    letter({
      folder: 'Projekte',
      flags: ['\\Seen'],
      date: '2024-01-08T10:00:00Z',
      from: 'Mara Lindner <mara@brunnen.example>',
      subject: 'Plan for the year',
      body: '1. street party\n2. the roof of the shed\n3. learn to solder\n',
    }),
  ];
}

function others(): DemoMessage[] {
  return [
    letter({
      folder: 'Drafts',
      flags: ['\\Seen', '\\Draft'],
      date: '2024-03-10T22:30:00Z',
      from: mara,
      to: 'zoe@klang.example',
      subject: 'Re: Konzert',
      body: 'Liebe Zoë,\n\nich bringe',
    }),
    letter({
      folder: 'Spam',
      date: '2024-03-06T03:03:00Z',
      from: '"Prince of Nowhere" <prince@nowhere.example>',
      subject: 'YOU HAVE BEEN CHOSEN',
      body: 'Dear friend,\n\nby inheriting 17 castles I find myself in need of a person with a letterbox.\n',
    }),
  ];
}
