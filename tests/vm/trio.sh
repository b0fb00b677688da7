# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced after pair.sh by tests of the tools with three nodes, each of which knows both others.

# exchange_keys_of NODE NODE: the key of the pair is made on the first and entered on the second.
exchange_keys_of() {
	node_run "$1" "mirrorctl --json node trust --card '$(json "$2" 'node show' .card)'" |
		jq -r .token | node_run "$2" 'mirrorctl node trust --token-file -' >/dev/null
}

# The configuration outlives the machine on a disk of its own (vdc).
mount_configuration() {
	node_run "$1" 'mkdir -p /etc/mirror-net && mount /dev/vdc /etc/mirror-net'
}

# boot_again NODE: after a power cut.
boot_again() {
	node_start "$1"
	node_wait "$1"
	mount_configuration "$1"
	start_daemon "$1"
	node_run "$1" "mirrorctl up $VOLUME" >/dev/null
}

# trio_boot [KEY=VALUE...]: nodes a, b and c run their daemons; a knows both others, and they it.
trio_boot() {
	local node
	for node in a b c; do
		node_prepare $node 64M,8M,16M
		mke2fs -q -t ext4 "$(node_disk $node 2)"
		node_start $node "$@"
	done
	for node in a b c; do
		node_wait $node
		mount_configuration $node
		node_run $node "mirrorctl node init $node" >/dev/null
	done
	exchange_keys_of a b
	exchange_keys_of a c
	for node in a b c; do
		start_daemon $node
	done
}

# add_target [WORD...]: node c gets a copy of the volume, too.
add_target() {
	node_run -t 600 a "mirrorctl target add $VOLUME c:/dev/vda --peer-meta /dev/vdb --yes --set ping-interval=1000 --set max-ping-misses=6 $*"
}

# of_pair NODE PEER FILTER: of the mirror of the volume on the node with the peer.
of_pair() {
	json "$1" "status $VOLUME" ".volumes[0].mirrors[] | select(.node == \"$2\") | $3"
}

# await_pair NODE PEER FILTER: until it says true.
await_pair() {
	local end=$(($(date +%s) + 60 * LAB_PATIENCE))
	until [ "$(of_pair "$1" "$2" "$3" 2>/dev/null)" = true ]; do
		[ "$(date +%s)" -lt "$end" ] || fail "$1 with $2: never: $3; it says:
$(node_run "$1" 'mirrorctl status' </dev/null 2>&1)"
		sleep 0.5
	done
}

await_in_sync() {
	await_pair "$1" "$2" '.state == "mirroring" and .dirty_blocks == 0'
}

# write_some NODE SEEK: 2 MiB of random bytes at that MiB.
write_some() {
	node_run "$1" "dd if=/dev/urandom of=/dev/mirror/$VOLUME bs=1M count=2 seek=$2 oflag=direct conv=notrunc 2>/dev/null && sync"
}

# assert_equal_on NODE PEER: both data disks, nothing being written.
assert_equal_on() {
	local where
	where=$(cmp "$(node_disk "$1" 0)" "$(node_disk "$2" 0)" 2>&1) || atf_fail "the disks of $1 and $2 differ: $where"
}
