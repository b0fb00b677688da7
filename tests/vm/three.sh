# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced after mirror.sh by tests of one volume on nodes a, b and c, a slot on each for each other.
# Ports are of pairs: 9ab, so that links of one node do not meet.

# others NODE: the two that are not it.
others() {
	case $1 in
	a) echo b c ;;
	b) echo a c ;;
	*) echo a b ;;
	esac
}

number() {
	case $1 in
	a) echo 1 ;;
	b) echo 2 ;;
	*) echo 3 ;;
	esac
}

# at NODE PEER KEY: a line of kctl's answer about the node's mirror with the peer.
at() {
	node_run "$1" "kctl get vol node$2 $3"
}

# until_at NODE PEER KEY=VALUE [SECONDS]
until_at() {
	node_until "${4:-60}" "$1" "kctl get vol node$2 $3"
}

# set_at NODE WORD...: options of all mirrors of a node; a restart forgets them.
set_at() {
	local node=$1 peer
	shift
	for peer in $(others "$node"); do
		node_run "$node" "kctl set vol node$peer ping=1000 misses=10 stall=20000 $*"
	done
}

# three_new [WORD...]: a is the open source, b and c are new targets, no link yet. Options in words.
three_new() {
	local node
	need_module
	for node in a b c; do
		node_start $node disk=$SIZE,8M
	done
	for node in a b c; do
		node_wait $node
		volume_new $node
	done
	node_run a 'kctl role vol source && kctl add vol nodeb && kctl add vol nodec && kctl unlock vol'
	node_run b 'kctl role vol target && kctl add vol nodea blank && kctl add vol nodec'
	node_run c 'kctl role vol target && kctl add vol nodea blank && kctl add vol nodeb'
	for node in a b c; do
		set_at $node "$@"
	done
}

# join NODE PEER: a new connection between their kernels.
join() {
	local port=9$(number "$1")$(number "$2")
	until_at "$1" "$2" link=0 30
	until_at "$2" "$1" link=0 30
	node_run "$2" "kctl listen vol node$1 $port" &
	node_run "$1" "kctl connect vol node$2 10.77.0.$(number "$2") $port"
	wait $!
}

# part NODE PEER: without their link, on both sides.
part() {
	node_run "$1" "kctl detach vol node$2"
	until_at "$1" "$2" link=0 30
	until_at "$2" "$1" link=0 30
}

# in_sync NODE PEER: it is the source, and the peer has everything.
in_sync() {
	until_at "$1" "$2" state=1 120
	until_at "$1" "$2" queue=0 120
}

# assert_equal_on NODE PEER: both disks, nothing being written.
assert_equal_on() {
	local where
	node_run "$1" sync
	where=$(cmp "$(node_disk "$1" 0)" "$(node_disk "$2" 0)" 2>&1) || atf_fail "the disks of $1 and $2 differ: $where"
}

# three_up [WORD...]: both targets in sync.
three_up() {
	three_new "$@"
	join a b
	join a c
	in_sync a b
	in_sync a c
	# each target knows of the other (docs/targets.md)
	until_at b c full=0
	until_at c b full=0
}

# on NODE COUNT FIRST: so many random blocks of 64 KiB through its volume, from that block on.
on() {
	node_run "$1" "dd if=/dev/urandom of=$V bs=64k count=$2 seek=$3 oflag=direct conv=notrunc 2>/dev/null"
}

either() {
	shift $((RANDOM % 2))
	echo "$1"
}
