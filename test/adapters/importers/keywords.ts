/** Every keyword that the manual pages of mbsync and offlineimap document, as a line that somebody may have. */
import { at, list, print, type Keywords } from './keyword-lines.ts';

const mbsyncrc = `@general

IMAPAccount a
Host imap.example.org
User anna@example.org
Pass secret
@account

IMAPStore far
Account a
@far

MaildirStore near
Path ~/Mail/a/
@near

Channel c
Far :far:
Near :near:
@channel

Group g
Channel c
@group
`;

const stores = list(`
  Path Mail/
  MaxSize 2m
  MapInbox INBOX
  Flatten .
  TrashNewOnly yes
  TrashRemoteNew yes`);

const offlineimaprc = `[general]
accounts = a
@general
[Account a]
localrepository = l
remoterepository = r
@account
[Repository l]
type = Maildir
localfolders = ~/Mail/a
@local
[Repository r]
type = IMAP
remotehost = imap.example.org
remoteuser = anna@example.org
remotepass = secret
@remote
`;

export const keywords: readonly Keywords[] = [
  {
    kind: 'mbsyncrc',
    file: at(mbsyncrc, 'account'),
    lines: list(`
      Port 1993
      Timeout 20
      UserCmd "echo anna"
      PassCmd "+pass show x"
      UseKeychain yes
      Tunnel "ssh host imapd"
      AuthMechs LOGIN
      AuthMech LOGIN
      SSLType IMAPS
      TLSType IMAPS
      SSLVersions TLSv1.2
      SSLVersion TLSv1.2
      TLSVersions -1.3
      SystemCertificates no
      CertificateFile ~/ca.pem
      ClientCertificate ~/c.pem
      ClientKey ~/k.pem
      CipherString DEFAULT
      PipelineDepth 1
      DisableExtension MOVE
      DisableExtensions MOVE
      UseIMAPS yes
      RequireSSL yes
      RequireCRAM yes
      UseTLSv1 yes`),
    anyway: [],
  },
  {
    kind: 'mbsyncrc',
    file: at(mbsyncrc, 'far'),
    lines: [
      ...stores,
      ...list(`
        Trash Bin
        UseNamespace no
        PathDelimiter .
        SubscribedOnly yes`),
    ],
    anyway: [],
  },
  {
    kind: 'mbsyncrc',
    file: at(mbsyncrc, 'near'),
    lines: [
      ...stores.slice(1),
      ...list(`
        Trash Bin
        AltMap yes
        Inbox ~/Maildir
        Inbox ~/Mail/a/INBOX
        InfoDelimiter ;
        SubFolders Verbatim
        SubFolders Maildir++
        SubFolders Legacy`),
    ],
    anyway: ['SubFolders Verbatim', 'Inbox ~/Mail/a/INBOX'],
  },
  {
    kind: 'mbsyncrc',
    file: at(mbsyncrc, 'channel'),
    lines: list(`
      Pattern *
      Patterns * !Spam
      MaxSize 2m
      MaxMessages 100
      ExpireUnread yes
      ExpireSide Near
      Sync All
      Create Both
      Remove None
      Expunge Both
      ExpungeSolo Near
      CopyArrivalDate yes
      SyncState *`),
    anyway: ['Pattern *', 'Sync All'],
  },
  {
    kind: 'mbsyncrc',
    file: at(mbsyncrc, 'general'),
    lines: list(`
      Sync Pull
      Create Near
      Remove None
      Expunge Near
      MaxMessages 10
      CopyArrivalDate yes
      SyncState ~/.mbsync/
      FSync no
      FieldDelimiter ;
      BufferLimit 10M`),
    anyway: [],
  },
  {
    kind: 'mbsyncrc',
    file: at(mbsyncrc, 'group'),
    lines: list(`
      Channel other
      Channels other:INBOX`),
    anyway: [],
  },
  {
    kind: 'offlineimaprc',
    file: at(offlineimaprc, 'general'),
    lines: list(`
      metadata = ~/.offlineimap
      maxsyncaccounts = 2
      ui = basic
      pythonfile = ~/.offlineimap.py
      socktimeout = 60
      fsync = true
      ignore-readonly = no`),
    anyway: [],
  },
  {
    kind: 'offlineimaprc',
    file: at(offlineimaprc, 'account'),
    lines: list(`
      autorefresh = 5
      quick = 10
      presynchook = imapfilter
      postsynchook = notmuch new
      maxsize = 2000000
      maxage = 3
      synclabels = no
      labelsheader = X-Keywords
      ignorelabels = Inbox
      filterheaders = X-Some
      proxy = SOCKS5:IP:9999
      authproxy = SOCKS5:IP:9999
      utf8foldernames = no
      status_backend = sqlite
      skipsleep = yes`),
    anyway: [],
  },
  {
    kind: 'offlineimaprc',
    file: at(offlineimaprc, 'local'),
    lines: list(`
      sep = .
      startdate = 2015-04-01
      sync_deletes = yes
      restoreatime = no
      utime_from_header = no
      filename_use_mail_timestamp = no
      customflag_a = word
      nametrans = lambda f: f
      folderfilter = lambda f: True`),
    anyway: ['sync_deletes = yes'],
  },
  {
    kind: 'offlineimaprc',
    file: at(offlineimaprc, 'remote'),
    lines: list(`
      ipv6 = True
      remotehosteval = get("host")
      remoteporteval = get("port")
      remoteusereval = get("user")
      starttls = yes
      ssl = no
      sslclientcert = ~/c.pem
      sslclientkey = ~/k.pem
      sslcacertfile = ~/ca.pem
      cert_fingerprint = ${print}
      cert_fingerprint = ${print.slice(0, 40)}
      ssl_version = tls1_2
      tls_level = tls_secure
      remoteport = 1993
      remoteport = here
      remote_identity = other
      auth_mechanisms = PLAIN
      auth_mechanisms = GSSAPI, PLAIN
      oauth2_client_id = id
      oauth2_client_secret = s
      oauth2_client_id_eval = get()
      oauth2_client_secret_eval = get()
      oauth2_access_token = t
      oauth2_request_url = https://example.org/token
      oauth2_refresh_token = t
      oauth2_access_token_eval = get()
      oauth2_refresh_token_eval = get()
      preauthtunnel = ssh host imapd
      transporttunnel = openssl s_client
      reference = Mail
      decodefoldernames = no
      idlefolders = ['INBOX']
      usecompression = yes
      maxconnections = 2
      singlethreadperfolder = no
      holdconnectionopen = no
      keepalive = 60
      expunge = no
      subscribedonly = no
      nametrans = lambda f: f
      dynamic_folderfilter = False
      folderfilter = lambda f: True
      folderincludes = ['x']
      createfolders = True
      sync_deletes = yes
      foldersort = lambda x, y: 0
      readonly = False
      newmail_hook = lambda: 0
      retrycount = 2
      copy_ignore_eval = lambda f: {}
      trashfolder = Trash
      spamfolder = Spam`),
    anyway: ['starttls = yes', 'subscribedonly = no', 'sync_deletes = yes', 'readonly = False'],
  },
];
