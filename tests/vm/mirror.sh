# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the tests of the module: one volume between nodes a and b, set up with
# kctl alone (tools/kctl.c), so that no fault of the tools hides one of the kernel.
#
#   a: vda data, vdb metadata, /dev/mapper/v, source      b: the same, target

V=/dev/mapper/v
SIZE=64M	# of the data disks, a multiple of 64 KiB

sectors() {
	node_run "$1" 'blockdev --getsz /dev/vda'
}

# volume_load NODE [DATA]: activates the volume on a node.
volume_load() {
	node_run "$1" "dmsetup create v --table '0 $(sectors "$1") mirror-net ${2:-/dev/vda} /dev/vdb'"
}

# volume_new NODE [DATA [WORD...]]: fresh metadata, then active.
volume_new() {
	local node=$1 data=${2:-/dev/vda}
	shift $(($# > 2 ? 2 : $#))
	node_run "$node" "kctl format vol node$node v $data /dev/vdb $*"
	volume_load "$node" "$data"
}

nodes_boot() {
	need_module
	node_start a disk=$SIZE,8M "$@"
	node_start b disk=$SIZE,8M "$@"
	node_wait a
	node_wait b
}

# pair_new [WORD...]: the volume on both nodes, roles and slots, the source open; no link yet.
pair_new() {
	volume_new a /dev/vda "$@"
	volume_new b /dev/vda "$@"
	node_run b 'kctl role vol target && kctl add vol nodea blank'
	node_run a 'kctl role vol source && kctl add vol nodeb && kctl unlock vol'
	options ping=2000 misses=10 stall=20000
}

# options WORD...: of the mirror, on both nodes.
options() {
	node_run a "kctl set vol nodeb $*"
	node_run b "kctl set vol nodea $*"
}

# link_up: a new connection between the kernels.
link_up() {
	node_until 30 a 'kctl get vol nodeb link=0'
	node_until 30 b 'kctl get vol nodea link=0'
	node_run b 'kctl listen vol nodea 9999' &
	node_run a 'kctl connect vol nodeb 10.77.0.2 9999'
	wait $!
}

# assert_no_link NODE PEER: the kernel takes no connection for this mirror now, since it is not wanted.
assert_no_link() {
	assert_status 1 node_run "$1" "kctl attach vol $2" 2>attach.err
	grep -q 'the mirror wants no link now' attach.err || atf_fail "a link is refused, but with: $(cat attach.err)"
}

# get NODE KEY: a line of kctl's answer about the volume and its mirror.
get() {
	local peer=b
	[ "$1" = a ] || peer=a
	node_run "$1" "kctl get vol node$peer $2"
}

# wait_state NODE STATE [SECONDS]: 1 mirroring, 2 resync, 4 paused.
wait_state() {
	local peer=b
	[ "$1" = a ] || peer=a
	node_until "${3:-60}" "$1" "kctl get vol node$peer state=$2"
}

mirror_up() {
	nodes_boot
	pair_new "$@"
	link_up
	wait_state a 1
}

# A write returns when both disks have it: the files behind the disks can be compared at once.
assert_equal_disks() {
	local where
	node_run a 'sync'
	where=$(cmp "$(node_disk a 0)" "$(node_disk b 0)" 2>&1) ||
		atf_fail "the disks differ: $where; differing 64 KiB blocks: $(cmp -l "$(node_disk a 0)" "$(node_disk b 0)" |
			awk '{print int(($1 - 1) / 65536)}' | uniq -c | head -5 | tr '\n' ';')"
}

# load_anyway SECONDS [WORD...]: load on a machine whose mains will be cut.
load_anyway() {
	node_run a "fio --name=load --filename=$V --rw=randwrite --bs=4k --iodepth=16 --ioengine=libaio \
		--direct=1 --time_based --runtime=$1 --norandommap --randrepeat=0 $2 $3" >/dev/null 2>&1 || true
}

# load SECONDS [WORD...]: random direct writes on the source; for longer on a debug kernel, where all that
# is done meanwhile takes longer.
load() {
	local seconds=$((($1 * LAB_PATIENCE + 3) / 4))
	shift
	node_run a "fio --name=load --filename=$V --rw=randwrite --bs=4k --iodepth=16 --ioengine=libaio \
		--direct=1 --time_based --runtime=$seconds --norandommap --randrepeat=0 --output-format=terse $*" >fio.out ||
		atf_fail "a write failed: $(cat fio.out)"
}
