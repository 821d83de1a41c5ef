#!/usr/bin/env bash
# Installs the mail servers, the shells and the keyring that the tests start as children of their own. Does nothing where they are present;
# starts no service, removes no other mail server.
set -euo pipefail

# A program that has to be there, and the Debian package that brings it.
needed='
/usr/sbin/dovecot dovecot-core
/usr/lib/dovecot/imap dovecot-imapd
/usr/lib/dovecot/pop3 dovecot-pop3d
/usr/lib/dovecot/lmtp dovecot-lmtpd
/usr/sbin/postfix postfix
/usr/bin/openssl openssl
/usr/bin/python3 python3
/usr/bin/dbus-daemon dbus-daemon
/usr/bin/dbus-send dbus-bin
/usr/bin/gnome-keyring-daemon gnome-keyring
/usr/bin/zsh zsh
/usr/bin/fish fish
'

policy=/usr/sbin/policy-rc.d

say() { printf 'posthorn tests: %s\n' "$*" >&2; }

missing_packages() {
  local program package
  while read -r program package; do
    if [ -n "$program" ] && [ ! -x "$program" ]; then printf '%s ' "$package"; fi
  done <<<"$needed"
}

# Two lines, since more is not read.
give_up() {
  say "$1"
  say "$2"
  exit 1
}

# Package scripts ask this file whether they may start a service: 101 is no (invoke-rc.d).
forbid_services() {
  if [ -e "$policy" ]; then
    local answer=0
    "$policy" postfix start >/dev/null 2>&1 || answer=$?
    if [ "$answer" -ne 101 ]; then
      give_up "$policy of this machine allows services to start." \
        "Install $packages by hand, then run the tests again."
    fi
    return
  fi
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

apt() {
  DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 "$@" </dev/null
}

install() {
  # shellcheck disable=SC2086 # a list of packages
  apt "$@" install --no-remove --no-install-recommends $packages
}

# The lists of a fresh container are empty, those of an old one name packages that are gone.
install_or_update() {
  if install --simulate >/dev/null 2>&1 && install; then return; fi
  apt update
  install
}

# Installed for tests, not for service: nothing of it starts with the machine either.
keep_disabled() {
  if ! command -v systemctl >/dev/null; then return; fi
  case " $packages" in *' dovecot-core '*)
    systemctl --quiet disable dovecot.service dovecot.socket 2>/dev/null || true ;;
  esac
  case " $packages" in *' postfix '*)
    systemctl --quiet disable postfix.service 2>/dev/null || true ;;
  esac
}

packages=$(missing_packages)
packages=${packages% }
if [ -z "$packages" ]; then exit 0; fi

if ! command -v apt-get >/dev/null; then
  give_up 'Dovecot, Postfix, gnome-keyring, openssl, python3, zsh or fish are missing, and this is neither Debian nor Ubuntu.' \
    'Run the tests there, for instance in a container of debian:13 (its package nodejs is Node 20).'
fi
if [ "$(id -u)" -ne 0 ]; then
  give_up 'programs are missing that the tests run. Install them as root (nothing has to be started):' \
    "apt-get install --no-install-recommends $packages"
fi

say "installing $packages"
forbid_services
case " $packages" in *' postfix '*)
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections ;;
esac
if ! install_or_update >&2; then
  give_up "apt could not install $packages (see above); nothing was removed." \
    'Where another mail server is in the way, run the tests in a container of debian:13 (its package nodejs is Node 20).'
fi
keep_disabled
left=$(missing_packages)
if [ -n "$left" ]; then
  give_up "apt reported success, but programs of $left are not where they are expected." \
    "See the head of scripts/install-mail-servers.sh."
fi
