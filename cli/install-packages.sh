#!/bin/sh
# Installs Debian packages as tools only: their services are neither started nor enabled, and
# cloud-init does not configure this machine at its next boot.
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 0755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
apt-get install --yes --quiet=2 --no-install-recommends "$@"
for package in "$@"; do
  case "$package" in
    haproxy | keepalived) systemctl disable --quiet "$package" ;;
    nginx-light) systemctl disable --quiet nginx ;;
    ifupdown) systemctl disable --quiet networking ;;
    systemd-container) systemctl disable --quiet machines.target ;;
    cloud-init) touch /etc/cloud/cloud-init.disabled ;;
  esac
done
