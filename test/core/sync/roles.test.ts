import { describe, expect, test } from 'vitest';
import type { FolderRole } from '../../../src/core/account/account.ts';
import { assignRoles, type RoleCandidate } from '../../../src/core/sync/roles.ts';

function folder(path: string, ...attributes: string[]): RoleCandidate {
  const segments = path.split('/');
  return { path, segments, attributes, selectable: !attributes.includes('\\noselect') };
}

/** What servers and programs call their folders, by language. */
const providers: readonly ({ title: string } & Partial<Record<FolderRole, string>>)[] = [
  {
    title: 'Outlook, English',
    sent: 'Sent Items',
    trash: 'Deleted Items',
    spam: 'Junk Email',
    archive: 'Archive',
  },
  {
    title: 'Outlook, German',
    sent: 'Gesendete Elemente',
    drafts: 'Entwürfe',
    trash: 'Gelöschte Elemente',
    spam: 'Junk-E-Mail',
    archive: 'Archiv',
  },
  {
    title: 'Outlook, French',
    sent: 'Éléments envoyés',
    drafts: 'Brouillons',
    trash: 'Éléments supprimés',
    spam: 'Courrier indésirable',
  },
  {
    title: 'Outlook, Spanish',
    sent: 'Elementos enviados',
    drafts: 'Borradores',
    trash: 'Elementos eliminados',
    spam: 'Correo no deseado',
    archive: 'Archivo',
  },
  {
    title: 'Outlook, Italian',
    sent: 'Posta inviata',
    drafts: 'Bozze',
    trash: 'Posta eliminata',
    spam: 'Posta indesiderata',
    archive: 'Archivio',
  },
  {
    title: 'Outlook, Dutch',
    sent: 'Verzonden items',
    drafts: 'Concepten',
    trash: 'Verwijderde items',
    spam: 'Ongewenste e-mail',
    archive: 'Archief',
  },
  {
    title: 'Outlook, Polish',
    sent: 'Elementy wysłane',
    drafts: 'Wersje robocze',
    trash: 'Elementy usunięte',
    spam: 'Wiadomości-śmieci',
    archive: 'Archiwum',
  },
  {
    title: 'Outlook, Brazil',
    sent: 'Itens Enviados',
    drafts: 'Rascunhos',
    trash: 'Itens Excluídos',
    spam: 'Lixo Eletrônico',
    archive: 'Arquivo Morto',
  },
  {
    title: 'Outlook, Portugal',
    sent: 'Itens Enviados',
    drafts: 'Rascunhos',
    trash: 'Itens Eliminados',
    spam: 'Lixo Eletrónico',
    archive: 'Arquivo',
  },
  {
    title: 'Apple Mail',
    sent: 'Sent Messages',
    drafts: 'Drafts',
    trash: 'Deleted Messages',
    spam: 'Junk',
    archive: 'Archive',
  },
  { title: 'KMail', sent: 'sent-mail', drafts: 'drafts', trash: 'trash' },
  {
    title: 'Thunderbird, French',
    sent: 'Envoyés',
    drafts: 'Brouillons',
    trash: 'Corbeille',
    spam: 'Indésirables',
    archive: 'Archives',
  },
  {
    title: 'Thunderbird, Dutch',
    sent: 'Verzonden',
    drafts: 'Concepten',
    trash: 'Prullenbak',
    spam: 'Ongewenst',
    archive: 'Archieven',
  },
  {
    title: 'Thunderbird, Polish',
    sent: 'Wysłane',
    drafts: 'Szkice',
    trash: 'Kosz',
    spam: 'Niechciane',
  },
  {
    title: 'GMX and WEB.DE',
    sent: 'Gesendet',
    drafts: 'Entwürfe',
    trash: 'Papierkorb',
    spam: 'Spamverdacht',
  },
  {
    title: 'IONOS',
    sent: 'Gesendete Objekte',
    drafts: 'Entwürfe',
    trash: 'Papierkorb',
    spam: 'Spam',
  },
  {
    title: 'French webmail in capitals',
    sent: 'OUTBOX',
    drafts: 'DRAFT',
    trash: 'TRASH',
    spam: 'QUARANTAINE',
  },
  {
    title: 'Polish webmail',
    sent: 'Wysłane',
    drafts: 'Kopie robocze',
    trash: 'Kosz',
    spam: 'SPAM',
  },
  {
    title: 'Brazilian webmail',
    sent: 'Enviadas',
    drafts: 'Rascunhos',
    trash: 'Lixeira',
    spam: 'Quarentena',
  },
  {
    title: 'without accents',
    sent: 'Elements envoyes',
    drafts: 'Entwurfe',
    trash: 'Geloscht',
    spam: 'Lixo eletronico',
    archive: 'ARCHIV',
  },
];

const cases: {
  title: string;
  folders: RoleCandidate[];
  configured?: Partial<Record<FolderRole, string>>;
  roles: Record<string, FolderRole>;
}[] = [
  { title: 'none at all', folders: [], roles: {} },
  { title: 'INBOX in any case', folders: [folder('Inbox')], roles: { Inbox: 'inbox' } },
  {
    title: 'the attributes of RFC 6154',
    folders: ['\\sent', '\\drafts', '\\trash', '\\junk', '\\archive'].map((attribute, index) =>
      folder(`F${index}`, attribute),
    ),
    roles: { F0: 'sent', F1: 'drafts', F2: 'trash', F3: 'spam', F4: 'archive' },
  },
  {
    title: 'an attribute before a name',
    folders: [folder('Sent'), folder('Weg damit', '\\sent')],
    roles: { 'Weg damit': 'sent' },
  },
  {
    title: 'German names',
    folders: [
      ...['INBOX', 'Gesendet', 'Entwürfe', 'Papierkorb', 'Spamverdacht', 'Archiv'].map((name) =>
        folder(name),
      ),
      folder('Verträge'),
    ],
    roles: {
      INBOX: 'inbox',
      Gesendet: 'sent',
      Entwürfe: 'drafts',
      Papierkorb: 'trash',
      Spamverdacht: 'spam',
      Archiv: 'archive',
    },
  },
  {
    title: 'names in decomposed Unicode and other capitals',
    folders: [folder('ENTWU\u0308RFE')],
    roles: { 'ENTWU\u0308RFE': 'drafts' },
  },
  ...(
    [
      ['Messages envoyés', 'sent'],
      ['Elementos enviados', 'sent'],
      ['Posta inviata', 'sent'],
      ['Verzonden items', 'sent'],
      ['Wysłane', 'sent'],
      ['Itens Enviados', 'sent'],
      ['Skickat', 'sent'],
      ['Sendt post', 'sent'],
      ['Odeslaná pošta', 'sent'],
      ['Corbeille', 'trash'],
      ['Lixeira', 'trash'],
      ['Kosz', 'trash'],
      ['Skräppost', 'spam'],
      ['Correo no deseado', 'spam'],
      ['Bozze', 'drafts'],
      ['Concepten', 'drafts'],
      ['Arkiv', 'archive'],
    ] as const
  ).map(([name, role]) => ({ title: name, folders: [folder(name)], roles: { [name]: role } })),
  {
    title: 'what people call folders of their own is none',
    folders: ['Werbung', 'Basura', 'Publicidad', 'Ablage', 'Boîte d’envoi'].map((name) =>
      folder(name),
    ),
    roles: {},
  },
  {
    title: 'Exchange: an outbox is what waits',
    folders: [folder('Outbox'), folder('Sent Items')],
    roles: { 'Sent Items': 'sent' },
  },
  ...providers.map(({ title, ...roles }) => ({
    title,
    folders: Object.values(roles).map((name) => folder(name)),
    roles: Object.fromEntries(
      (Object.entries(roles) as [FolderRole, string][]).map(([role, name]) => [name, role]),
    ),
  })),
  {
    title: 'the very name that was configured before one that looks the same',
    folders: [folder('Mu\u0308ll'), folder('Müll')],
    configured: { trash: 'Müll' },
    roles: { Müll: 'trash' },
  },
  {
    title: 'a role once: the likelier name',
    folders: [folder('Sent Items'), folder('Gesendet'), folder('Sent')],
    roles: { Sent: 'sent' },
  },
  {
    title: 'a role once: the first of two with the attribute',
    folders: [folder('A', '\\trash'), folder('B', '\\trash')],
    roles: { A: 'trash' },
  },
  {
    title: 'names below INBOX',
    folders: [folder('INBOX'), folder('INBOX/Trash'), folder('INBOX/Sent')],
    roles: { INBOX: 'inbox', 'INBOX/Trash': 'trash', 'INBOX/Sent': 'sent' },
  },
  { title: 'no names deeper down', folders: [folder('Clients/Sent')], roles: {} },
  { title: 'attributes anywhere', folders: [folder('a/b', '\\sent')], roles: { 'a/b': 'sent' } },
  { title: 'nothing unselectable', folders: [folder('Sent', '\\noselect')], roles: {} },
  {
    title: 'no name where the server says something else',
    folders: [folder('Archive', '\\all'), folder('Bin', '\\junk')],
    roles: { Bin: 'spam' },
  },
  {
    title: 'the configuration before everything',
    folders: [folder('Sent', '\\sent'), folder('Gesendet'), folder('Trash')],
    configured: { sent: 'Gesendet', trash: 'Sent' },
    roles: { Gesendet: 'sent', Sent: 'trash' },
  },
  {
    title: 'a configured name that is not there: as without it',
    folders: [folder('Sent')],
    configured: { sent: 'Nowhere' },
    roles: { Sent: 'sent' },
  },
  {
    title: 'another inbox by configuration',
    folders: [folder('INBOX'), folder('Lists')],
    configured: { inbox: 'Lists' },
    roles: { Lists: 'inbox' },
  },
];

describe('roles', () => {
  test.each(cases)('$title', ({ folders, configured, roles }) => {
    expect(Object.fromEntries(assignRoles(folders, configured))).toEqual(roles);
  });
});
