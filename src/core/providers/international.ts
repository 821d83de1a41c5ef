/** Providers that people use everywhere. */

import { provider, starttls, type Provider } from './provider.ts';

/** Outlook.com sells the same names under many a country's ending. */
const outlookDomains =
  'outlook.com hotmail.com live.com msn.com windowslive.com outlook.at outlook.be outlook.cl outlook.cz outlook.de ' +
  'outlook.dk outlook.es outlook.fr outlook.hu outlook.ie outlook.in outlook.it outlook.jp outlook.kr outlook.lv ' +
  'outlook.my outlook.ph outlook.pt outlook.sa outlook.sg outlook.sk outlook.co.id outlook.co.il outlook.co.th ' +
  'outlook.com.ar outlook.com.au outlook.com.br outlook.com.gr outlook.com.tr outlook.com.vn hotmail.be hotmail.ca ' +
  'hotmail.cl hotmail.cz hotmail.de hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.hu hotmail.it ' +
  'hotmail.lt hotmail.lv hotmail.my hotmail.nl hotmail.no hotmail.ph hotmail.rs hotmail.se hotmail.sg hotmail.sk ' +
  'hotmail.co.id hotmail.co.il hotmail.co.in hotmail.co.jp hotmail.co.kr hotmail.co.th hotmail.co.uk hotmail.co.za ' +
  'hotmail.com.ar hotmail.com.au hotmail.com.br hotmail.com.hk hotmail.com.tr hotmail.com.tw hotmail.com.vn live.at ' +
  'live.be live.ca live.cl live.cn live.de live.dk live.fi live.fr live.hk live.ie live.in live.it live.jp live.nl ' +
  'live.no live.ru live.se live.co.jp live.co.kr live.co.uk live.co.za live.com.ar live.com.au live.com.mx live.com.my ' +
  'live.com.ph live.com.pt live.com.sg livemail.tw';

export const internationalProviders: readonly Provider[] = [
  provider({
    id: 'gmail',
    name: 'Gmail',
    domains: 'gmail.com googlemail.com google.com',
    mx: 'google.com googlemail.com',
    imap: 'imap.gmail.com',
    pop3: 'pop.gmail.com',
    smtp: 'smtp.gmail.com',
    notes: ['app-password', 'enable-pop3-first', 'files-sent-itself'],
    help: 'https://support.google.com/accounts/answer/185833',
  }),
  provider({
    id: 'outlook.com',
    name: 'Outlook.com',
    domains: outlookDomains,
    mx: 'olc.protection.outlook.com',
    imap: 'outlook.office365.com',
    pop3: 'outlook.office365.com',
    smtp: starttls('smtp-mail.outlook.com', 587),
    notes: ['oauth-only', 'enable-imap-first', 'enable-pop3-first', 'files-sent-itself'],
  }),
  provider({
    // Whether it files what was sent is a switch of each mailbox: a second copy can be seen, a missing one can't.
    id: 'microsoft365',
    name: 'Microsoft 365',
    domains: 'office365.com',
    mx: 'mail.protection.outlook.com mx.microsoft',
    imap: 'outlook.office365.com',
    pop3: 'outlook.office365.com',
    smtp: starttls('smtp.office365.com', 587),
    notes: ['oauth-only'],
  }),
  provider({
    id: 'yahoo',
    name: 'Yahoo Mail',
    domains:
      'yahoo.com yahoo.ca yahoo.de yahoo.it yahoo.fr yahoo.es yahoo.se yahoo.co.in yahoo.co.uk yahoo.co.nz yahoo.com.au ' +
      'yahoo.com.ar yahoo.com.br yahoo.com.mx ymail.com myyahoo.com rocketmail.com',
    mx: 'am0.yahoodns.net',
    imap: 'imap.mail.yahoo.com',
    pop3: 'pop.mail.yahoo.com',
    smtp: 'smtp.mail.yahoo.com',
    notes: ['app-password'],
    help: 'https://help.yahoo.com/kb/SLN15241.html',
  }),
  provider({
    id: 'aol',
    name: 'AOL Mail',
    domains:
      'aol.com aim.com netscape.net netscape.com compuserve.com cs.com wmconnect.com verizon.net aol.de aol.it aol.fr aol.es ' +
      'aol.se aol.co.uk aol.co.nz aol.com.au aol.com.ar aol.com.br aol.com.mx',
    mx: 'gm0.yahoodns.net',
    imap: 'imap.aol.com',
    pop3: 'pop.aol.com',
    smtp: 'smtp.aol.com',
    notes: ['app-password'],
    help: 'https://help.aol.com/articles/Create-and-manage-app-password',
  }),
  provider({
    id: 'icloud',
    name: 'iCloud Mail',
    domains: 'icloud.com me.com mac.com',
    mx: 'mail.icloud.com',
    imap: 'imap.mail.me.com',
    smtp: starttls('smtp.mail.me.com', 587),
    notes: ['app-password'],
    help: 'https://support.apple.com/102654',
  }),
  provider({
    id: 'gmx.com',
    name: 'GMX International',
    domains:
      'gmx.com gmx.tm gmx.us gmx.co.uk gmx.es gmx.fr gmx.ca gmx.cn gmx.co.in gmx.com.br gmx.com.my gmx.hk gmx.ie gmx.ph ' +
      'gmx.pt gmx.ru gmx.se gmx.sg gmx.tw gmx.com.tr gmx.it gmx.li',
    imap: 'imap.gmx.com',
    pop3: 'pop.gmx.com',
    smtp: 'mail.gmx.com',
    notes: ['enable-imap-first', 'enable-pop3-first'],
    help: 'https://support.gmx.com/pop-imap/toggle.html',
  }),
  provider({
    id: 'mail.com',
    name: 'mail.com',
    domains:
      'mail.com mail.org email.com post.com usa.com accountant.com consultant.com dr.com engineer.com cheerful.com techie.com ' +
      'linuxmail.org europe.com london.com',
    imap: 'imap.mail.com',
    pop3: 'pop.mail.com',
    smtp: 'smtp.mail.com',
    notes: ['enable-imap-first', 'enable-pop3-first'],
  }),
  provider({
    id: 'fastmail',
    name: 'Fastmail',
    domains:
      'fastmail.com fastmail.fm fastmail.de fastmail.net fastmail.org fastmail.co.uk fastmail.com.au fastmail.es fastmail.fr ' +
      'fastmail.im fastmail.in fastmail.jp fastmail.mx fastmail.cn sent.com eml.cc f-m.fm 123mail.org airpost.net mailbolt.com',
    mx: 'messagingengine.com',
    imap: 'imap.fastmail.com',
    pop3: 'pop.fastmail.com',
    smtp: 'smtp.fastmail.com',
    notes: ['app-password'],
    help: 'https://www.fastmail.help/hc/en-us/articles/360058752854',
  }),
  provider({
    id: 'pobox',
    name: 'Pobox',
    domains: 'pobox.com',
    imap: 'mail.pobox.com',
    pop3: 'mail.pobox.com',
    smtp: 'smtp.pobox.com',
  }),
  provider({
    id: 'zoho',
    name: 'Zoho Mail',
    domains: 'zohomail.com zoho.com',
    imap: 'imap.zoho.com',
    pop3: 'pop.zoho.com',
    smtp: 'smtp.zoho.com',
    notes: ['enable-imap-first', 'enable-pop3-first'],
    help: 'https://www.zoho.com/mail/help/imap-access.html',
  }),
  provider({
    id: 'zoho.eu',
    name: 'Zoho Mail (Europe)',
    domains: 'zohomail.eu zoho.eu',
    imap: 'imap.zoho.eu',
    pop3: 'pop.zoho.eu',
    smtp: 'smtp.zoho.eu',
    notes: ['enable-imap-first', 'enable-pop3-first'],
    help: 'https://www.zoho.com/mail/help/imap-access.html',
  }),
  provider({
    id: 'zoho.in',
    name: 'Zoho Mail (India)',
    domains: 'zohomail.in zoho.in',
    imap: 'imap.zoho.in',
    pop3: 'pop.zoho.in',
    smtp: 'smtp.zoho.in',
    notes: ['enable-imap-first', 'enable-pop3-first'],
    help: 'https://www.zoho.com/mail/help/imap-access.html',
  }),
  provider({
    id: 'zoho.com.au',
    name: 'Zoho Mail (Australia)',
    domains: 'zohomail.com.au zoho.com.au',
    imap: 'imap.zoho.com.au',
    pop3: 'pop.zoho.com.au',
    smtp: 'smtp.zoho.com.au',
    notes: ['enable-imap-first', 'enable-pop3-first'],
    help: 'https://www.zoho.com/mail/help/imap-access.html',
  }),
  provider({
    id: 'zoho.jp',
    name: 'Zoho Mail (Japan)',
    domains: 'zohomail.jp zoho.jp',
    imap: 'imap.zoho.jp',
    pop3: 'pop.zoho.jp',
    smtp: 'smtp.zoho.jp',
    notes: ['enable-imap-first', 'enable-pop3-first'],
    help: 'https://www.zoho.com/mail/help/imap-access.html',
  }),
  provider({
    id: 'zohocloud.ca',
    name: 'Zoho Mail (Canada)',
    domains: 'zohomailcloud.ca zohocloud.ca',
    imap: 'imap.zohocloud.ca',
    pop3: 'pop.zohocloud.ca',
    smtp: 'smtp.zohocloud.ca',
    notes: ['enable-imap-first', 'enable-pop3-first'],
    help: 'https://www.zoho.com/mail/help/imap-access.html',
  }),
  provider({
    id: 'yandex',
    name: 'Yandex Mail',
    domains: 'yandex.com yandex.ru yandex.net yandex.by yandex.kz yandex.ua ya.ru narod.ru',
    mx: 'mx.yandex.net mx.yandex.ru',
    imap: 'imap.yandex.com',
    pop3: 'pop.yandex.com',
    smtp: 'smtp.yandex.com',
    notes: ['app-password', 'enable-imap-first', 'enable-pop3-first'],
    help: 'https://id.yandex.com/security/app-passwords',
  }),
  provider({
    id: 'mail.ru',
    name: 'Mail.ru',
    domains: 'mail.ru inbox.ru list.ru bk.ru internet.ru',
    mx: 'emx.mail.ru',
    imap: 'imap.mail.ru',
    pop3: 'pop.mail.ru',
    smtp: 'smtp.mail.ru',
    notes: ['app-password'],
  }),
  provider({
    id: 'vivaldi',
    name: 'Vivaldi Mail',
    domains: 'vivaldi.net',
    imap: starttls('imap.vivaldi.net', 143),
    smtp: starttls('smtp.vivaldi.net', 587),
  }),
  provider({
    id: 'riseup',
    name: 'Riseup',
    domains: 'riseup.net',
    imap: 'mail.riseup.net',
    pop3: 'mail.riseup.net',
    smtp: 'mail.riseup.net',
  }),
  provider({
    id: 'disroot',
    name: 'Disroot',
    domains: 'disroot.org',
    imap: 'disroot.org',
    smtp: starttls('disroot.org', 587),
    username: 'local',
  }),
  provider({
    id: 'runbox',
    name: 'Runbox',
    domains: 'runbox.com',
    mx: 'runbox.com',
    imap: 'mail.runbox.com',
    pop3: 'mail.runbox.com',
    smtp: 'mail.runbox.com',
  }),
  provider({
    id: 'mailfence',
    name: 'Mailfence',
    domains: 'mailfence.com',
    mx: 'mailfence.com',
    imap: 'imap.mailfence.com',
    pop3: 'pop.mailfence.com',
    smtp: 'smtp.mailfence.com',
    notes: ['paid-only'],
  }),
  provider({
    id: 'startmail',
    name: 'StartMail',
    domains: 'startmail.com',
    imap: 'imap.startmail.com',
    smtp: 'smtp.startmail.com',
    notes: ['enable-imap-first', 'app-password'],
  }),
  provider({
    id: 'soverin',
    name: 'Soverin',
    domains: 'soverin.net',
    mx: 'mx.soverin.net',
    imap: 'imap.soverin.net',
    smtp: 'smtp.soverin.net',
  }),
  provider({
    id: 'kolabnow',
    name: 'Kolab Now',
    domains: 'kolabnow.com',
    imap: 'imap.kolabnow.com',
    smtp: 'smtp.kolabnow.com',
  }),
  provider({
    id: 'mailo',
    name: 'Mailo',
    domains: 'mailo.com',
    imap: 'imap.mailo.com',
    smtp: 'smtp.mailo.com',
  }),
];
