/** What each folder of an account is for: by configuration, by SPECIAL-USE (RFC 6154), by its name. */

import type { FolderRole } from '../account/account.ts';

/** What of a folder decides its role. */
export interface RoleCandidate {
  /** The server's name, decoded. */
  readonly path: string;
  /** `path` split at the hierarchy delimiter. */
  readonly segments: readonly string[];
  /** In lower case with their backslash. */
  readonly attributes: readonly string[];
  readonly selectable: boolean;
}

type NamedRole = Exclude<FolderRole, 'inbox'>;

const namedRoles: readonly NamedRole[] = ['sent', 'drafts', 'trash', 'spam', 'archive'];

/** RFC 6154, section 2. */
const attributeOf: Readonly<Record<NamedRole, string>> = {
  sent: '\\sent',
  drafts: '\\drafts',
  trash: '\\trash',
  spam: '\\junk',
  archive: '\\archive',
};

/**
 * Names that servers and mail programs give these folders, the likelier first; compared without case and accents. No word that
 * people also give to folders of their own, such as Werbung or Basura: spam and trash are not guarded against deletion.
 */
const namesOf: Readonly<Record<NamedRole, readonly string[]>> = {
  sent: [
    ...['sent', 'sent items', 'sent messages', 'sent mail', 'sent-mail', 'outgoing'],
    ...['gesendet', 'gesendete elemente', 'gesendete objekte', 'gesendete nachrichten'],
    ...['gesendete e-mails', 'gesendete mails', 'postausgang gesendet', 'versendet'],
    ...['envoyés', 'messages envoyés', 'éléments envoyés', 'courrier envoyé', 'mails envoyés'],
    ...['enviados', 'elementos enviados', 'mensajes enviados', 'correo enviado'],
    ...['posta inviata', 'inviata', 'inviati', 'posta inviati', 'messaggi inviati'],
    ...['elementi inviati', 'verzonden', 'verzonden items', 'verzonden berichten', 'verstuurd'],
    ...['verzonden e-mail', 'verstuurde berichten', 'wysłane', 'elementy wysłane', 'wyslane'],
    ...['wiadomości wysłane', 'wysłane wiadomości', 'poczta wysłana', 'elementy wyslane'],
    ...['itens enviados', 'mensagens enviadas', 'enviadas', 'enviado', 'correio enviado'],
    ...['e-mails enviados', 'skickat', 'skickade', 'skickade objekt', 'sendt', 'sendt post'],
    ...['sendte elementer', 'sendte meldinger', 'lähetetyt', 'lähetetyt viestit', 'odeslané'],
    ...['odeslaná pošta', 'odoslané', 'elküldött', 'elküldött elemek', 'trimise'],
    ...['gönderilmiş', 'gönderilenler', 'отправленные', 'надіслані', '送信済み'],
    ...['送信済みメール', '已发送', '已傳送', '寄件備份'],
    // Some webmail files what was sent there; elsewhere it is what waits, and one of the names above is found first.
    ...['outbox'],
  ],
  drafts: [
    ...['drafts', 'draft', 'entwürfe', 'entwuerfe', 'entwurf', 'brouillons', 'brouillon'],
    ...['borradores', 'borrador', 'bozze', 'bozza', 'concepten', 'concept', 'rascunhos'],
    ...['rascunho', 'wersje robocze', 'kopie robocze', 'robocze', 'szkice', 'utkast', 'kladder'],
    ...['wiadomości robocze', 'kladde', 'luonnokset', 'koncepty', 'rozepsané', 'piszkozatok'],
    ...['ciorne', 'taslaklar', 'черновики', 'чернетки', '下書き', '草稿', '草稿箱', '草稿匣'],
  ],
  trash: [
    ...['trash', 'deleted items', 'deleted messages', 'deleted', 'bin', 'wastebasket'],
    ...['papierkorb', 'gelöschte elemente', 'gelöschte objekte', 'gelöschte nachrichten'],
    ...['gelöscht', 'gelöschte e-mails', 'geloescht', 'geloeschte elemente'],
    ...['corbeille', 'éléments supprimés', 'messages supprimés', 'papelera'],
    ...['papelera de reciclaje', 'elementos eliminados', 'mensajes eliminados', 'eliminados'],
    ...['cestino', 'posta eliminata', 'eliminata', 'eliminati', 'elementi eliminati'],
    ...['messaggi eliminati', 'prullenbak', 'prullenmand', 'verwijderde items', 'verwijderd'],
    ...['verwijderde berichten', 'kosz', 'elementy usunięte', 'usunięte', 'wiadomości usunięte'],
    ...['lixo', 'lixeira', 'itens excluídos', 'itens eliminados', 'mensagens excluídas'],
    ...['mensagens eliminadas', 'excluídos', 'papperskorgen', 'papperskorg', 'borttagna objekt'],
    ...['papirkurv', 'slettet post', 'slettede elementer', 'roskakori', 'poistetut', 'koš'],
    ...['odstraněná pošta', 'kôš', 'kuka', 'törölt elemek', 'gunoi', 'coș de gunoi', 'çöp'],
    ...['çöp kutusu', 'silinmiş öğeler', 'корзина', 'удаленные', 'кошик', 'ごみ箱', 'ゴミ箱'],
    ...['削除済みアイテム', '已删除', '垃圾桶', '刪除的郵件'],
  ],
  spam: [
    ...['spam', 'junk', 'junk e-mail', 'junk email', 'junk mail', 'bulk mail', 'bulk'],
    ...['spamverdacht', 'spam-verdacht', 'spamordner', 'spam-ordner', 'junk-e-mail'],
    ...['junk-mail', 'unerwünscht', 'unerwünschte werbung', 'unerwünschte e-mails'],
    ...['indésirables', 'courrier indésirable', 'courriers indésirables', 'pourriel', 'pourriels'],
    ...['messages indésirables', 'spams', 'quarantaine', 'correo no deseado', 'no deseado'],
    ...['correo basura', 'posta indesiderata', 'indesiderata', 'ongewenste e-mail', 'ongewenst'],
    ...['ongewenste mail', 'ongewenste post', 'ongewenste reclame', 'ongewenste berichten'],
    ...['wiadomości-śmieci', 'wiadomości śmieci', 'niechciane', 'niechciana poczta'],
    ...['lixo eletrônico', 'lixo eletrónico', 'lixo electrónico', 'e-mail de lixo', 'quarentena'],
    ...['skräppost', 'uønsket e-mail', 'uønsket post', 'søppelpost', 'roskaposti'],
    ...['nevyžádaná pošta', 'levélszemét', 'önemsiz', 'istenmeyen', 'спам', '迷惑メール'],
    ...['垃圾邮件', '垃圾郵件'],
  ],
  archive: [
    ...['archive', 'archives', 'archived', 'archiv', 'archivio', 'archivi', 'archivo'],
    ...['archivos', 'archivados', 'archief', 'archieven', 'archiwum', 'archiwa', 'arquivo'],
    ...['arquivos', 'arquivo morto', 'arquivados', 'arkiv', 'arkisto', 'archív', 'arşiv'],
    ...['архив', 'архів', 'アーカイブ', '归档', '封存'],
  ],
};

/**
 * The role of each path that has one; a role goes to one folder and a folder has one role. `configured` are the
 * folders that were assigned by hand: they win even over SPECIAL-USE. Names alone count only where the folder stands at
 * the top or right below INBOX, so that `Clients/Sent` stays a plain folder.
 */
export function assignRoles(
  folders: readonly RoleCandidate[],
  configured: Readonly<Partial<Record<FolderRole, string | undefined>>> = {},
): Map<string, FolderRole> {
  const roles = new Map<string, FolderRole>();
  const taken = new Set<FolderRole>();
  const assign = (role: FolderRole, folder: RoleCandidate | undefined): void => {
    if (folder === undefined || taken.has(role)) return;
    roles.set(folder.path, role);
    taken.add(role);
  };
  const free = (): RoleCandidate[] =>
    folders.filter((folder) => folder.selectable && !roles.has(folder.path));

  assign('inbox', chosen(folders, configured.inbox));
  for (const role of namedRoles) assign(role, chosen(free(), configured[role]));
  // RFC 9051, section 5.1: INBOX is this user's inbox, in any case.
  assign('inbox', free().find(isInbox));
  for (const role of namedRoles) assign(role, byAttribute(free(), role));
  for (const role of namedRoles) if (!taken.has(role)) assign(role, byName(free(), role));
  return roles;
}

function chosen(
  folders: readonly RoleCandidate[],
  path: string | undefined,
): RoleCandidate | undefined {
  if (path === undefined) return undefined;
  const wanted = path.normalize('NFC');
  return (
    folders.find((folder) => folder.path === path) ??
    folders.find(
      (folder) =>
        folder.path.normalize('NFC') === wanted ||
        (isInbox(folder) && wanted.toLowerCase() === 'inbox'),
    )
  );
}

function isInbox(folder: RoleCandidate): boolean {
  return folder.path.toLowerCase() === 'inbox';
}

function byAttribute(
  folders: readonly RoleCandidate[],
  role: NamedRole,
): RoleCandidate | undefined {
  return folders.find(
    (folder) => folder.attributes.includes(attributeOf[role]) && !isInbox(folder),
  );
}

function byName(folders: readonly RoleCandidate[], role: NamedRole): RoleCandidate | undefined {
  const near = folders.filter((folder) => isNearTop(folder) && !hasSpecialUse(folder));
  for (const name of namesOf[role]) {
    const wanted = comparable(name);
    const found = near.find((folder) => comparable(folder.segments.at(-1)) === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNearTop(folder: RoleCandidate): boolean {
  if (isInbox(folder)) return false;
  const [first = ''] = folder.segments;
  return (
    folder.segments.length === 1 ||
    (folder.segments.length === 2 && first.toLowerCase() === 'inbox')
  );
}

/** A folder that the server says is for something else is not taken by its name. */
function hasSpecialUse(folder: RoleCandidate): boolean {
  const others = ['\\all', '\\flagged', '\\important', ...Object.values(attributeOf)];
  return folder.attributes.some((attribute) => others.includes(attribute));
}

/** People and old programs leave accents out. */
function comparable(name: string | undefined): string {
  return (name ?? '')
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .trim();
}
