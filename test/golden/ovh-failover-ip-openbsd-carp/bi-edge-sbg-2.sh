#!/bin/sh
# Makes this machine bi-edge-sbg-2. It may run again: then it changes only what differs.
set -eu
umask 077
LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/local/sbin
export LC_ALL PATH

work=$(mktemp -d /tmp/baton.XXXXXXXXXX)
trap 'rm -rf "$work"' EXIT
new=$work/new
# Files that were changed; a run that fails leaves the list to the next one.
pending=/var/db/baton.pending

# Network and mirrors may not answer at once after the boot.
retry() {
	tries=1
	until "$@"; do
		[ "$tries" -lt 10 ] || return 1
		tries=$((tries + 1))
		sleep 6
	done
}

# account NAME: for a daemon, with a group of its own.
account() {
	id "$1" >/dev/null 2>&1 ||
		useradd -g =uid -L daemon -d /var/empty -s /sbin/nologin "$1"
}

unpack() {
	openssl base64 -d | gunzip -c >"$new"
}

# place PATH USER GROUP MODE: puts $new there, by way of a temporary name beside it.
place() {
	if [ -d "$1" ]; then
		echo "$1 is a directory" >&2
		exit 1
	fi
	if [ -f "$1" ] && cmp -s "$new" "$1"; then
		chown "$2:$3" "$1"
		chmod "$4" "$1"
		return
	fi
	(umask 022 && mkdir -p "$(dirname "$1")")
	install -o "$2" -g "$3" -m "$4" "$new" "$1.baton"
	printf '%s\n' "$1" >>"$pending"
	mv -f "$1.baton" "$1"
}

# append PATH USER GROUP MODE: puts $new behind what is there, in the place of the last time.
append() {
	begin='# baton: begin'
	end='# baton: end'
	: >"$work/whole"
	if [ -f "$1" ]; then
		if grep -qxF "$begin" "$1" && ! grep -qxF "$end" "$1"; then
			echo "$1: the line \"$end\" is missing" >&2
			exit 1
		fi
		awk -v begin="$begin" -v end="$end" \
			'$0 == begin { ours = 1 } !ours { print } $0 == end { ours = 0 }' \
			"$1" >"$work/whole"
	fi
	{
		echo "$begin"
		cat "$new"
		echo "$end"
	} >>"$work/whole"
	mv -f "$work/whole" "$new"
	place "$@"
}

# changed FILE...: whether one of them was.
changed() {
	for path; do
		if [ -f "$pending" ] && grep -qxF -e "$path" "$pending"; then
			return 0
		fi
	done
	return 1
}

# serve NAME FILE...: runs at boot and from now on; again where one of the files was changed.
serve() {
	name=$1
	shift
	rcctl enable "$name"
	if ! rcctl check "$name" >/dev/null 2>&1; then
		rcctl start "$name"
	elif changed "$@"; then
		rcctl restart "$name"
	fi
}

# node: runs the agent
retry pkg_add -I node

# the agent's account; it may do nothing else
account _baton

# the agent
unpack <<'EOF'
H4sIAAAAAAAC/01Py07DMBC85yuGciCVQpITh1YgcexXICfeEqvWOvJuWiLEv7OOEOpxZ3Zejw/d
IrkbAnfEV3DyVHUd3nEOX7pkQmDoRJijGwnpvB3uk1ifBMPCPlKD2xTGCUFMrgaGqFhJW5wUF6K5
4HDeZxI5IGgJSBxXiFvFxE4NLHLHHqIGNpBkSUY4TEkUmdhTJo9bUEtSjI4xEIaUlHxbjYklRWop
55Tr3eA08fNW82A+Zl3coWRWf8Oarez/muNdx/J8oVl3+2MlpCdWylcX63qP1zd8/zR46T/6vjf6
F3nPs+g/AQAA
EOF
place /usr/local/bin/baton-agent root wheel 0755

# CARP passes; only root and the agent may read user-data again
cat >"$new" <<'EOF'
pass on vio2 proto carp
pass out quick inet proto tcp to 169.254.169.254 port 80 user { root _baton }
block return out quick inet proto tcp to 169.254.169.254 port 80
EOF
append /etc/pf.conf root wheel 0600

# the failover address beside the interface's own
cat >"$new" <<'EOF'
inet alias 146.59.143.231 255.255.255.255
EOF
append /etc/hostname.vio0 root wheel 0640

# whether a better node takes the address back
cat >"$new" <<'EOF'
net.inet.carp.preempt=1
EOF
append /etc/sysctl.conf root wheel 0644

# the interface on network internal
cat >"$new" <<'EOF'
inet 10.24.0.12 255.255.0.0
up
EOF
place /etc/hostname.vio1 root wheel 0640

# the interface on network carp
cat >"$new" <<'EOF'
up
EOF
place /etc/hostname.vio2 root wheel 0640

# the election: the kernel's CARP decides
cat >"$new" <<'EOF'
inet 10.25.0.10 255.255.0.0 10.25.255.255 vhid 1 carpdev vio2 pass pass-env advskew 50
up
EOF
place /etc/hostname.carp0 root wheel 0640

# what the agent knows of bi-edge-sbg-2
cat >"$new" <<'EOF'
{
  "version": 1,
  "stack": "bi-edge",
  "node": "bi-edge-sbg-2",
  "cloud": {
    "provider": "ovh",
    "region": "SBG5",
    "project": "t18s"
  },
  "addresses": [
    {
      "name": "web",
      "ip": "146.59.143.231",
      "interface": "vio0",
      "ranks": {
        "bi-edge-sbg-1": 0,
        "bi-edge-sbg-2": 1
      }
    }
  ],
  "election": {
    "method": "carp",
    "interface": "carp0"
  },
  "health": [
    {
      "check": {
        "kind": "ping",
        "host": "8.8.8.8"
      },
      "intervalMs": 15000,
      "timeoutMs": 1000,
      "rise": 2,
      "fall": 3
    }
  ],
  "credentialsFile": "/etc/baton/credentials.json",
  "stateDirectory": "/var/db/baton"
}
EOF
place /etc/baton/agent.json root wheel 0644

# the agent's credentials
cat >"$new" <<'EOF'
{
  "cloud": {
    "application-key": "value-of-BATON_AGENT_APPLICATION_KEY",
    "application-secret": "value-of-BATON_AGENT_APPLICATION_SECRET",
    "consumer-key": "value-of-BATON_AGENT_CONSUMER_KEY"
  },
  "heartbeatKeys": []
}
EOF
place /etc/baton/credentials.json root _baton 0640

# runs the agent without privileges
cat >"$new" <<'EOF'
#!/bin/ksh

daemon=/usr/local/bin/baton-agent
daemon_flags='watch --config /etc/baton/agent.json'
daemon_user=_baton
daemon_logger="daemon.info"

. /etc/rc.d/rc.subr

# The program names node as its interpreter, so this is what the process list shows.
pexp="node ${daemon}${daemon_flags:+ ${daemon_flags}}"
rc_bg=YES

rc_pre() {
	install -d -o _baton -g _baton -m 0700 /var/db/baton /var/run/baton
}

rc_cmd $1
EOF
place /etc/rc.d/baton_agent root wheel 0755

# claims the address when CARP makes this node master
cat >"$new" <<'EOF'
external_if_up = 'vio0.link.up'
external_if_down = 'vio0.link.down'

internal_if_up = 'vio1.link.up'
internal_if_down = 'vio1.link.down'

carp_if_up = 'carp0.link.up'
carp_if_down = 'carp0.link.down'

ping_ok = '"ping -q -c 1 -w 1 8.8.8.8 >/dev/null 2>&1" every 15'

# the first state defined is the initial state
state promoted {
	# a problem occurred, try to remove our master status by being demoted
	if $external_if_down {
		set-state demoted
	}
	if $internal_if_down {
		set-state demoted
	}
	if ! $ping_ok {
		set-state demoted
	}
	if $carp_if_down {
		set-state demoted
	}

	# we are the master, claim the failover ip
	if $external_if_up && $internal_if_up && $ping_ok && $carp_if_up {
		run "logger -p daemon.info -sit ifstated '=> claim failover public ip'"
		run "/usr/local/bin/baton-agent claim -project t18s -ip 146.59.143.231 -instance bi-edge-sbg-2 2>&1 | logger -p daemon.info -sit ifstated"
	}
}

state demoted {
	init {
		# force the demotion, increase the counter
		run "logger -p daemon.info -sit ifstated '=> carpdemote'"
		run "ifconfig -g carp carpdemote"
	}

	# everything is fine, decrease the counter
	if $carp_if_down && $external_if_up && $internal_if_up && $ping_ok {
		run "logger -p daemon.info -sit ifstated '=> remove carpdemote'"
		run "ifconfig -g carp -carpdemote"
	}

	# this host just became master, so it is promoted
	if $carp_if_up && $external_if_up && $internal_if_up && $ping_ok {
		set-state promoted
	}
}

# print the status of all probes for every event
if $carp_if_up
	run "logger -p daemon.info -sit ifstated 'carp0 is master'"
if $carp_if_down
	run "logger -p daemon.info -sit ifstated 'carp0 is backup'"
if $external_if_up
	run "logger -p daemon.info -sit ifstated 'interface vio0 (external) is up'"
if $external_if_down
	run "logger -p daemon.info -sit ifstated 'interface vio0 (external) is down'"
if $internal_if_up
	run "logger -p daemon.info -sit ifstated 'interface vio1 (internal) is up'"
if $internal_if_down
	run "logger -p daemon.info -sit ifstated 'interface vio1 (internal) is down'"
if $ping_ok
	run "logger -p daemon.info -sit ifstated 'ping ok to external server'"
if ! $ping_ok
	run "logger -p daemon.info -sit ifstated 'could not ping external server'"
EOF
place /etc/ifstated.conf root wheel 0600

# rules that do not parse are never loaded
pfctl -nf /etc/pf.conf

# the rules are in force
pfctl -f /etc/pf.conf

# the address is there from now on
ifconfig vio0 inet alias 146.59.143.231 netmask 255.255.255.255

# whether a better node takes the address back, from now on
sysctl net.inet.carp.preempt=1

# vio1 is up now
if changed /etc/hostname.vio1; then
	sh /etc/netstart vio1
fi

# vio2 is up now
if changed /etc/hostname.vio2; then
	sh /etc/netstart vio2
fi

# carp0 is up now
if changed /etc/hostname.carp0; then
	sh /etc/netstart carp0
fi

# watchdog
serve baton_agent /usr/local/bin/baton-agent /etc/baton/agent.json /etc/baton/credentials.json /etc/rc.d/baton_agent

# follows carp0
serve ifstated /etc/ifstated.conf

# everything has followed from the changes
rm -f "$pending"
