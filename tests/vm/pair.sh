# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the demo and by the tests of the tools: nodes a and b, which know each other,
# a daemon on each, and the one volume between them. Who sources it defines `fail`.
#
#   a: vda data, vdb metadata, source      b: the same, target

VOLUME=files
MOUNT=/srv/files

# --- nodes -------------------------------------------------------------------------

# node_prepare NODE DISKS: its disks are there before it boots, to be filled on the host.
node_prepare() {
	mkdir -p "$LAB_DIR/$1"
	echo "disk=$2" >"$LAB_DIR/$1/conf"
	lab_make_disks "$1"
}

# put_files IMAGE FOLDER: an ext4 with a copy of this machine's folder.
put_files() {
	mke2fs -q -t ext4 -L files -E lazy_itable_init=0 -d "$2" "$1"
	(cd "$2" && find . -type f | sort) >"$LAB_DIR/files.list"
}

# The key of the pair is made on a and entered on b.
exchange_keys() {
	node_run a "mirrorctl --json node trust --card '$(json b 'node show' .card)'" |
		jq -r .token | node_run b 'mirrorctl node trust --token-file -' >/dev/null
}

start_daemon() {
	run_daemon "$1" mirror-netd
}

# run_daemon NODE COMMAND: returns when it listens.
run_daemon() {
	node_run "$1" "$2 >>/var/log/mirror-netd.log 2>&1 </dev/null & echo \$! >/run/mirror-netd.pid"
	node_until 30 "$1" 'ss -ltn | grep -q :9999' || fail "mirror-netd does not listen on $1:
$(daemon_log "$1")"
}

kill_daemon() {
	node_run "$1" 'kill -9 $(cat /run/mirror-netd.pid)'
}

daemon_log() {
	node_run "$1" 'cat /var/log/mirror-netd.log'
}

# pair_boot [KEY=VALUE...]: both nodes run their daemons and trust each other.
pair_boot() {
	node_start a "$@"
	node_start b "$@"
	node_wait a
	node_wait b
	node_run b 'mirrorctl node init b' >/dev/null
	node_run a 'mirrorctl node init a' >/dev/null
	exchange_keys
	start_daemon a
	start_daemon b
}

# --- the volume ----------------------------------------------------------------------

# create [WORD...]: of the volume, as most tests want it.
create() {
	node_run -t 2400 a "mirrorctl create $VOLUME /dev/vda b:/dev/vda --meta /dev/vdb --peer-meta /dev/vdb --yes $*"
}

random_disks() {
	node_prepare a 64M,8M
	node_prepare b 64M,8M
	dd if=/dev/urandom of="$(node_disk a 0)" bs=1M count=16 conv=notrunc status=none
}

# random_mirror [WORD...]: a volume of random bytes, mirroring. A lost link is noticed in 6 s.
random_mirror() {
	random_disks
	pair_boot
	create --set ping-interval=1000 --set max-ping-misses=6 "$@"
}

# json NODE VERB FILTER: status has exit statuses of its own.
json() {
	node_run "$1" "mirrorctl --json $2 || test \$? -ge 20" </dev/null | jq -r "$3"
}

# mirror NODE FILTER: of the one mirror of the volume.
mirror() {
	json "$1" "status $VOLUME" ".volumes[0].mirrors[0]$2"
}

# await NODE SECONDS FILTER: until the filter says true of the mirror.
await() {
	local end=$(($(date +%s) + $2 * LAB_PATIENCE))
	until [ "$(mirror "$1" " | $3" 2>/dev/null)" = true ]; do
		[ "$(date +%s)" -lt "$end" ] || fail "node $1: not within $(($2 * LAB_PATIENCE)) s: $3; it says:
$(node_run "$1" 'mirrorctl status' </dev/null 2>&1)"
		sleep 0.5
	done
}

await_mirroring() {
	await "$1" 60 '.state == "mirroring" and .dirty_blocks == 0'
}

await_open() {
	local end=$(($(date +%s) + 30 * LAB_PATIENCE))
	until [ "$(json "$1" "status $VOLUME" '.volumes[0].locked')" = false ]; do
		[ "$(date +%s)" -lt "$end" ] || fail "the volume on $1 stays locked:
$(node_run "$1" 'mirrorctl status' </dev/null 2>&1)"
		sleep 0.5
	done
}

# --- the copies -------------------------------------------------------------------------

# equal_files: every byte that a's file system uses is on b's disk, and says how many. Not
# while the volume is in use.
equal_files() {
	"$here/tools/compare-used" "$(node_disk a 0)" "$(node_disk b 0)" 2>&1
}
