/** Configurations of five other programs, as people have them, for accounts on the test servers. */
import type { Dovecot, User } from '../../servers/dovecot.ts';
import type { Postfix } from '../../servers/postfix.ts';

/** Three accounts: by IMAPAccount, by an IMAPStore alone, with the words of old versions; and one that nobody can reach. */
export function mbsyncrc(dovecot: Dovecot, [one, two, three]: readonly [User, User, User]): string {
  const { host, ports, ca } = dovecot;
  return `# synchronised every five minutes by a timer
Create Both
Expunge Both
SyncState *
CopyArrivalDate yes

IMAPAccount one
Host ${host}
Port ${String(ports.imaps)}
User ${one.address}
# the + keeps the progress line whole
PassCmd "+printf '%s\\\\n' \\"${one.password}\\""
TLSType IMAPS
AuthMechs LOGIN
CertificateFile ${ca}
Timeout 60
PipelineDepth 50

IMAPStore one-remote
Account one

MaildirStore one-local
SubFolders Verbatim
Path ~/Mail/one/
Inbox ~/Mail/one/INBOX

Channel one-inbox
Far :one-remote:
Near :one-local:
Patterns INBOX

Channel one-rest
Far :one-remote:
Near :one-local:
Patterns * !INBOX !"[Gmail]/All Mail"
Create Near
Expunge None

Group all
Channel one-inbox
Channel one-rest
Channel two

Group one one-inbox one-rest

IMAPStore two
Host ${host}
Port ${String(ports.imap)}
User "${two.address}"
Pass "${two.password}"
SSLType STARTTLS
SSLVersions TLSv1.2
CertificateFile "${ca}"

MaildirStore two-local
Path ~/Mail/two/
Inbox ~/Mail/two/Inbox
Flatten .

Channel two
Master :two:
Slave :two-local:
Patterns %

IMAPAccount three
Host imaps:${host}
Port ${String(ports.imaps)}
User ${three.address}
PassCmd "cat ~/secret-three | tr -d 'x'"
UseIMAPS yes
CertificateFile ${ca}

IMAPAccount lab
Host lab.example.net
Tunnel "ssh -q lab.example.net /usr/sbin/imapd"
`;
}

export function offlineimaprc(
  dovecot: Dovecot,
  [one, two, three]: readonly [User, User, User],
): string {
  const { host, ports, ca } = dovecot;
  return `[DEFAULT]
mail = ~/Mail/offline
server = ${host}

[general]
ui = ttyui
accounts = Home, Work
pythonfile = ~/.offlineimap.py
fsync = False

[mbnames]
enabled = yes
filename = ~/.mutt/mailboxes

[Account Home]
localrepository = HomeLocal
remoterepository = HomeRemote
autorefresh = 2.5
quick = 10

[Repository HomeLocal]
type = Maildir
localfolders = %(mail)s/home
nametrans = lambda folder: re.sub('^INBOX', 'inbox', folder)

[Repository HomeRemote]
type = IMAP
remotehost = %(server)s
remoteport = ${String(ports.imaps)}
remoteuser = ${one.address}
remotepasseval = subprocess.check_output(["printf", "%%s", "${one.password}"]).decode().strip()
ssl = yes
sslcacertfile = ${ca}
folderfilter = lambda folder: folder not in [
    'Trash',
    'Spam']
realdelete = no

[Account Work]
localrepository = WorkLocal
remoterepository = WorkRemote

[Repository WorkLocal]
type: Maildir
localfolders: %(mail)s/work

[Repository WorkRemote]
type: IMAP
remotehost: %(server)s
remoteport: ${String(ports.imap)}
remoteuser: ${two.address}
remotepassfile: ~/secret-two
ssl: no
starttls: yes
sslcacertfile: ${ca}
auth_mechanisms: PLAIN

[Account Old]
localrepository = OldLocal
remoterepository = OldRemote

[Repository OldLocal]
type = Maildir
localfolders = %(mail)s/old

[Repository OldRemote]
type = IMAP
remotehost = %(server)s
remoteport = ${String(ports.imaps)}
remoteuser = ${three.address}
remotepass = ${three.password}
sslcacertfile = ${ca}
`;
}

export function getmailrc(dovecot: Dovecot, { address, password }: User): string {
  return `[retriever]
type = SimplePOP3SSLRetriever
server = ${dovecot.host}
port = ${String(dovecot.ports.pop3s)}
username = ${address}
password_command = ("printf", "%s\\n", "${password}")
ca_certs = ${dovecot.ca}
timeout = 180

[destination]
type = Maildir
path = ~/Mail/getmail/INBOX/

[options]
verbose = 0
read_all = false
delete = false
delete_after = 30
delivered_to = false
received = false
message_log = ~/.getmail/log
`;
}

export function getmailrcOfImap(dovecot: Dovecot, { address, password }: User): string {
  return `[retriever]
type = SimpleIMAPSSLRetriever
server = ${dovecot.host}
port = ${String(dovecot.ports.imaps)}
username = ${address}
password = ${password}
mailboxes = ("INBOX", "Sent")
ca_certs = ${dovecot.ca}

[destination]
type = MDA_external
path = /usr/bin/maildrop
arguments = ("-d", "anna")
unixfrom = True

[filter-1]
type = Filter_external
path = /usr/bin/spamc

[options]
delete = true
max_messages_per_session = 100
`;
}

export function fetchmailrc(
  dovecot: Dovecot,
  [one, two, three]: readonly [User, User, User],
): string {
  const { host, ports, ca } = dovecot;
  return `# Configuration created by fetchmailconf
set postmaster "anna"
set no bouncemail
set daemon 300
set logfile ~/fetchmail.log

defaults
  proto pop3
  sslcertck sslcertfile "${ca}"
  timeout 30
  and wants mda "/usr/bin/procmail -d %T"

poll pop.one.example via "${host}" port ${String(ports.pop3s)}
  user "${one.address}" there with password "${one.password}" is "anna" here options ssl keep
  user 'anna' here is '${two.address}' there has pass ${two.password} and wants ssl, keep, fetchall;

poll imap.example with proto IMAP service ${String(ports.imap)} via ${host} auth password
  username ${three.address} pass "${three.password}" to anna here
  keep
  folder INBOX Sent
  sslproto TLS1.2+

skip old.example protocol APOP: user dora there, password "a\\x20b"
`;
}

export function msmtprc(postfix: Postfix, [one, two]: readonly [User, User]): string {
  const { host, ports, ca } = postfix;
  return `# Set default values for all following accounts.
defaults
auth on
tls on
tls_trust_file ${ca}
logfile ~/.msmtp.log

# submission
account one
host ${host}
port ${String(ports.submission)}
from ${one.address}
user ${one.address}
passwordeval "printf '%s' '${one.password}'"
from_full_name Anna Ahorn

account smtps
host ${host}
port ${String(ports.smtps)}
tls_starttls off
from ${two.address}
user ${two.address}
password "${two.password}"
auto_from off

account alias : one
from alias@example.org
set_from_header on

account tor : smtps
proxy_host 127.0.0.1
proxy_port 9050

account default : smtps
`;
}
