/** The same of getmail, fetchmail and msmtp. */
import { at, list, print, type Keywords } from './keyword-lines.ts';

const fetchmailrc = `@general
poll pop.example.org proto pop3
@server
user anna@example.org pass "secret" ssl keep
@user
`;

const getmailrc = (more: string): string => `[retriever]
type = SimplePOP3SSLRetriever
server = pop.example.org
username = anna@example.org
password = secret
${more === 'retriever' ? '@' : ''}
[destination]
type = ${more === 'mda' ? 'MDA_external' : 'Maildir'}
path = ~/Mail/a/INBOX/
${more === 'destination' || more === 'mda' ? '@' : ''}
[options]
${more === 'options' ? '@' : ''}
${more === 'filter' ? '[filter-1]\ntype = Filter_external\n@' : ''}
`;

export const moreKeywords: readonly Keywords[] = [
  {
    kind: 'getmailrc',
    file: getmailrc('retriever'),
    lines: list(`
      port = 1995
      port = here
      password_command = ("pass", "x")
      mailboxes = ("INBOX",)
      use_peek = true
      move_on_delete = Old
      record_mailbox = true
      use_kerberos = true
      use_cram_md5 = true
      use_xoauth2 = true
      keyfile = ~/k.pem
      certfile = ~/c.pem
      ca_certs = ~/ca.pem
      ssl_ciphers = HIGH
      ssl_version = tlsv1_2
      ssl_fingerprints = ("${print}",)
      ssl_fingerprints = ("${print}", "${print}")
      ssl_cert_hostname = other.example.org
      use_apop = true
      timeout = 180
      delete_dup_msgids = true
      imap_search = UNSEEN
      imap_on_delete = Trash
      envelope_recipient = delivered-to:1`),
    anyway: ['password_command = ("pass", "x")'],
  },
  {
    kind: 'getmailrc',
    file: getmailrc('destination'),
    lines: ['user = anna', 'filemode = 0600'],
    anyway: [],
  },
  {
    kind: 'getmailrc',
    file: getmailrc('mda'),
    lines: list(`
      arguments = ("-f", "%(sender)")
      unixfrom = true
      user = anna
      group = mail
      allow_root_commands = true
      ignore_stderr = true
      pipe_stdout = true`),
    anyway: [],
  },
  {
    kind: 'getmailrc',
    file: getmailrc('options'),
    lines: list(`
      verbose = 1
      read_all = false
      use_netrc = true
      netrc_file = ~/.netrc
      delete = true
      delete_after = 14
      to_oldmail_on_each_mail = true
      skip_imap_fetch_size = true
      delete_bigger_than = 1000
      max_bytes_per_session = 1000
      max_message_size = 1000
      max_messages_per_session = 10
      delivered_to = false
      received = false
      message_log = ~/log
      message_log_syslog = true
      message_log_verbose = true`),
    anyway: [],
  },
  {
    kind: 'getmailrc',
    file: getmailrc('filter'),
    lines: ['path = /usr/bin/spamc', 'arguments = ("-x",)', 'exitcodes_drop = (1,)'],
    anyway: [],
  },
  {
    kind: 'fetchmailrc',
    file: at(fetchmailrc, 'general'),
    lines: list(`
      set daemon 300
      set postmaster anna
      set bouncemail
      set no bouncemail
      set spambounce
      set no spambounce
      set softbounce
      set no softbounce
      set logfile ~/fetchmail.log
      set pidfile ~/fetchmail.pid
      set idfile ~/.fetchids
      set syslog
      set no syslog
      set properties x
      set invisible
      set showdots`),
    anyway: [],
  },
  {
    kind: 'fetchmailrc',
    file: at(fetchmailrc, 'server'),
    lines: list(`
      via pop.example.net
      local example.org
      localdomains example.org example.net
      port 1995
      service pop3s
      auth cram-md5
      authenticate ntlm
      timeout 60
      envelope "X-Envelope-To"
      envelope 2 "Received"
      no envelope
      qvirtual "mbox-"
      aka example.net mail.example.net
      interface "ppp0/192.0.2.1"
      monitor ppp0
      plugin "openssl s_client"
      plugout "cat"
      dns
      no dns
      checkalias
      no checkalias
      uidl
      no uidl
      interval 2
      tracepolls
      principal anna
      esmtpname anna
      esmtppassword hush
      bad-header accept`),
    anyway: ['uidl', 'no dns', 'no envelope', 'no checkalias'],
  },
  {
    kind: 'fetchmailrc',
    file: at(fetchmailrc, 'user'),
    lines: list(`
      is anna here
      to anna bert here
      no ssl
      sslcert ~/c.pem
      sslcertck
      no sslcertck
      sslcertfile ~/ca.pem
      sslcertpath ~/certs
      sslfingerprint "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"
      sslkey ~/k.pem
      sslproto TLS1.1
      sslproto TLS1.2+
      sslcommonname pop.example.net
      folder INBOX Work
      smtphost localhost relay
      fetchdomains example.org
      smtpaddress example.org
      smtpname anna
      antispam 571 550
      mda "procmail -d %T"
      bsmtp out.bsmtp
      lmtp
      preconnect "ssh -f host"
      postconnect "date"
      flush
      limitflush
      fetchall
      rewrite
      stripcr
      forcecr
      pass8bits
      dropstatus
      dropdelivered
      mimedecode
      idle
      no keep
      nokeep
      no flush
      no fetchall
      no rewrite
      no stripcr
      no forcecr
      no pass8bits
      no dropstatus
      no dropdelivered
      no mimedecode
      no idle
      limit 10000
      warnings 3600
      batchlimit 10
      fetchlimit 10
      fetchsizelimit 10
      fastuidl
      expunge 10
      properties x`),
    anyway: list(`
      sslcertck
      sslproto TLS1.2+
      no flush
      no fetchall
      no rewrite
      no stripcr
      no forcecr
      no pass8bits
      no dropstatus
      no dropdelivered
      no mimedecode
      no idle`),
  },
  {
    kind: 'msmtprc',
    file: `account a\nhost smtp.example.org\ntls on\nauth on\nuser anna@example.org\npassword secret\n@\n`,
    lines: list(`
      eval echo host localhost
      port 587
      port here
      source_ip 192.0.2.1
      proxy_host 192.0.2.1
      proxy_port 1080
      socket /run/tunnel
      timeout 60
      protocol lmtp
      protocol smtp
      domain example.org
      auth off
      auth cram-md5
      auth ntlm
      passwordeval pass show x
      ntlmdomain EXAMPLE
      tls off
      tls_starttls off
      tls_trust_file ~/ca.pem
      tls_trust_file system
      tls_crl_file ~/crl.pem
      tls_fingerprint ${print}
      tls_fingerprint 00:11:22
      tls_key_file ~/k.pem
      tls_cert_file ~/c.pem
      tls_certcheck on
      tls_certcheck off
      tls_priorities NORMAL
      tls_host_override other.example.org
      tls_min_dh_prime_bits 512
      from other@example.org
      from *@example.org
      from %U@example.org
      from_full_name Anna
      allow_from_override off
      dsn_notify failure
      dsn_return full
      set_from_header on
      add_missing_from_header on
      set_date_header auto
      set_date_header off
      add_missing_date_header on
      set_msgid_header auto
      remove_bcc_headers on
      remove_bcc_headers off
      undisclosed_recipients on
      logfile ~/msmtp.log
      logfile_time_format %s
      syslog on
      aliases ~/aliases
      auto_from on
      maildomain example.org`),
    anyway: list(`
      protocol smtp
      tls_trust_file system
      tls_certcheck on
      set_date_header auto
      set_msgid_header auto
      remove_bcc_headers on`),
  },
];
