/** Providers of Germany, Austria and Switzerland. */

import { provider, starttls, type Provider } from './provider.ts';

export const germanProviders: readonly Provider[] = [
  provider({
    id: 'gmx',
    name: 'GMX',
    domains:
      'gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.biz gmx.org gmx.info mein.gmx mail.gmx email.gmx',
    imap: 'imap.gmx.net',
    pop3: 'pop.gmx.net',
    smtp: 'mail.gmx.net',
    notes: ['enable-imap-first', 'enable-pop3-first'],
    help: 'https://hilfe.gmx.net/pop-imap/einschalten.html',
  }),
  provider({
    id: 'web.de',
    name: 'WEB.DE',
    domains:
      'web.de email.de action.ms clever.ms cool.ms deutschland.ms flirt.ms fussball.ms genial.ms hallo.ms ich.ms joker.ms ' +
      'kanzler.ms kuss.ms love.ms magic.ms okay.ms online.ms party.ms planet.ms pop.ms power.ms singles.ms smart.ms stars.ms ' +
      'techno.ms wichtig.ms',
    imap: 'imap.web.de',
    pop3: 'pop3.web.de',
    smtp: 'smtp.web.de',
    username: 'local',
    notes: ['enable-imap-first', 'enable-pop3-first'],
    help: 'https://hilfe.web.de/pop-imap/einschalten.html',
  }),
  provider({
    id: 't-online',
    name: 'T-Online',
    domains: 't-online.de magenta.de',
    imap: 'secureimap.t-online.de',
    pop3: 'securepop.t-online.de',
    smtp: 'securesmtp.t-online.de',
    notes: ['mail-password'],
    help: 'https://www.telekom.de/hilfe/apps-dienste/e-mail/programme/passwort-verwalten',
  }),
  provider({
    id: 'freenet',
    name: 'freenet Mail',
    domains: 'freenet.de',
    imap: 'mx.freenet.de',
    pop3: 'mx.freenet.de',
    smtp: 'mx.freenet.de',
    notes: ['enable-imap-first', 'enable-pop3-first'],
  }),
  provider({
    id: 'ionos',
    name: 'IONOS',
    domains:
      'online.de onlinehome.de sofortstart.de sofort-start.de sofortsurf.de sofort-surf.de go4more.de',
    mx: 'kundenserver.de ionos.de schlund.de',
    imap: 'imap.ionos.de',
    pop3: 'pop.ionos.de',
    smtp: 'smtp.ionos.de',
  }),
  provider({
    id: 'strato',
    name: 'Strato',
    domains: 'strato.de',
    mx: 'rzone.de',
    imap: 'imap.strato.de',
    pop3: 'pop3.strato.de',
    smtp: 'smtp.strato.de',
  }),
  provider({
    id: 'hetzner',
    name: 'Hetzner',
    mx: 'your-server.de',
    imap: 'mail.your-server.de',
    smtp: 'mail.your-server.de',
  }),
  provider({
    id: 'domainfactory',
    name: 'domainFACTORY',
    mx: 'ispgateway.de',
    imap: 'sslin.df.eu',
    pop3: 'sslin.df.eu',
    smtp: 'sslout.df.eu',
  }),
  provider({
    id: 'mail.de',
    name: 'mail.de',
    domains: 'mail.de',
    imap: 'imap.mail.de',
    smtp: 'smtp.mail.de',
  }),
  provider({
    id: 'posteo',
    name: 'Posteo',
    domains:
      'posteo.de posteo.at posteo.be posteo.ca posteo.ch posteo.cl posteo.co posteo.co.uk posteo.com posteo.com.br ' +
      'posteo.cr posteo.cz posteo.dk posteo.ee posteo.es posteo.eu posteo.fi posteo.gl posteo.gr posteo.hn posteo.hr ' +
      'posteo.hu posteo.ie posteo.in posteo.is posteo.it posteo.jp posteo.la posteo.li posteo.lt posteo.lu posteo.me ' +
      'posteo.mx posteo.my posteo.net posteo.nl posteo.no posteo.nz posteo.org posteo.pe posteo.pl posteo.pm posteo.pt ' +
      'posteo.ro posteo.se posteo.sg posteo.si posteo.tn posteo.uk posteo.us',
    imap: 'posteo.de',
    pop3: 'posteo.de',
    smtp: 'posteo.de',
  }),
  provider({
    id: 'mailbox.org',
    name: 'mailbox.org',
    domains: 'mailbox.org secure.mailbox.org',
    mx: 'mailbox.org',
    imap: 'imap.mailbox.org',
    pop3: 'pop3.mailbox.org',
    smtp: 'smtp.mailbox.org',
  }),
  provider({
    id: 'vodafone.de',
    name: 'Vodafone',
    domains: 'vodafonemail.de vodafone.de arcor.de kabelmail.de',
    imap: 'imap.vodafonemail.de',
    pop3: 'pop3.vodafonemail.de',
    smtp: 'smtp.vodafonemail.de',
  }),
  provider({
    id: 'systemli',
    name: 'systemli.org',
    domains: 'systemli.org',
    imap: 'mail.systemli.org',
    smtp: 'mail.systemli.org',
  }),
  provider({
    id: 'a1',
    name: 'A1',
    domains: 'a1.net aon.at',
    imap: 'securemail.a1.net',
    smtp: starttls('securemail.a1.net', 587),
  }),
  provider({
    id: 'magenta.at',
    name: 'Magenta (UPC Austria)',
    domains: 'chello.at',
    imap: 'mail.mymagenta.at',
    smtp: 'mail.mymagenta.at',
  }),
  provider({
    id: 'ipax',
    name: 'IPAX',
    mx: 'ipax.at',
    imap: 'mail.ipax.at',
    smtp: 'mail.ipax.at',
  }),
  provider({
    id: 'bluewin',
    name: 'Swisscom (Bluewin)',
    domains: 'bluewin.ch bluemail.ch',
    imap: 'imaps.bluewin.ch',
    pop3: 'pop3s.bluewin.ch',
    smtp: 'smtpauths.bluewin.ch',
  }),
  provider({
    id: 'hostpoint',
    name: 'Hostpoint',
    mx: 'mail.hostpoint.ch',
    imap: 'imap.mail.hostpoint.ch',
    pop3: 'pop.mail.hostpoint.ch',
    smtp: 'asmtp.mail.hostpoint.ch',
  }),
  provider({
    id: 'infomaniak',
    name: 'Infomaniak',
    domains: 'ik.me ikmail.com etik.com',
    mx: 'infomaniak.ch',
    imap: 'mail.infomaniak.com',
    smtp: 'mail.infomaniak.com',
  }),
  provider({
    id: 'proton',
    name: 'Proton Mail, by its Bridge',
    domains: 'proton.me protonmail.com protonmail.ch pm.me',
    mx: 'protonmail.ch',
    imap: starttls('127.0.0.1', 1143),
    smtp: starttls('127.0.0.1', 1025),
    notes: ['bridge', 'paid-only'],
    help: 'https://proton.me/mail/bridge',
  }),
];
