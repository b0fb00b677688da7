# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by logwrites_test: what one node writes to its disks is recorded, crash states are made of
# that on the host and laid onto the disks of the running node.
#
#   vda data, vdb metadata; while recorded: /dev/mapper/d over vda, its log on vdc,
#   /dev/mapper/m over vdb, its log on vdd, and the kernel's trace of both.
#
# rec/ is what tools/replay-log reads. File systems are made and used on node a.

DISKS='/dev/vda /dev/vdb'
RECORDED='/dev/mapper/d /dev/mapper/m'
tools=$(readlink -f "$(atf_get_srcdir)")/tools
marker=/sys/kernel/tracing/trace_marker

# Of both nodes, for nodes_boot.
recorded_disks() {
	echo "disk=$SIZE,8M,1G,96M"
}

replay() {
	"$LAB_BUILD/replay-log" "$@"
}

# volume_on NODE DEVICES: activates it there.
volume_on() {
	node_run "$1" "dmsetup create v --table '0 $(sectors "$1") mirror-net $2'"
}

# volume_new_on NODE DEVICES [WORD...]
volume_new_on() {
	local node=$1 where=$2
	shift 2
	node_run "$node" "kctl format vol node$node v $where $*"
	volume_on "$node" "$where"
}

# The two get to know each other, node a as source.
introduce() {
	node_run b 'kctl role vol target && kctl add vol nodea blank'
	node_run a 'kctl role vol source && kctl add vol nodeb && kctl unlock vol'
	options ping=2000 misses=10 stall=20000
	link_up
	wait_state a 1
}

# --- recording -----------------------------------------------------------------------

# record NODE: all that is written to its disks from now on, which nobody uses yet.
record() {
	local disk
	rm -rf rec
	mkdir rec
	for disk in 0:data 1:meta; do
		cp --sparse=always "$(node_disk "$1" "${disk%:*}")" "rec/${disk#*:}.base"
		ln -s "$(node_disk "$1" $((${disk%:*} + 2)))" "rec/${disk#*:}.log"
	done
	node_run "$1" '
		number() { dmsetup info -c --noheadings --separator , -o major,minor $1; }
		bits() { echo $((${1%,*} << 20 | ${1#*,})); }
		modprobe dm-log-writes || exit
		dmsetup create d --table "0 $(blockdev --getsz /dev/vda) log-writes /dev/vda /dev/vdc" &&
		dmsetup create m --table "0 $(blockdev --getsz /dev/vdb) log-writes /dev/vdb /dev/vdd" || exit
		cd /sys/kernel/tracing || exit
		echo 0 >tracing_on
		echo >trace
		echo 32768 >buffer_size_kb
		for event in queue complete; do
			echo "(dev == $(bits $(number d)) || dev == $(bits $(number m))) && !(rwbs ~ \"R*\")" \
				>events/block/block_bio_$event/filter || exit
			echo 1 >events/block/block_bio_$event/enable
		done
		echo 1 >tracing_on
		echo $(number d) $(number m)' >rec/devices
}

record_mark() {
	node_run "$1" "echo $2 >$marker"
}

# cut NODE: nothing leaves or reaches it any more; then the mark. The loss is noticed in 2 s.
cut() {
	wait_state a 1
	options ping=500 misses=4
	node_run "$1" "ip link set eth0 down; echo cut >$marker"
}

uncut() {
	node_run "$1" 'ip link set eth0 up'
}

# From now on nothing is recorded; the volume on it does not notice.
record_end() {
	assert_fails node_run "$1" 'dmsetup status | grep log-writes.*disabled'
	node_run "$1" '
		dmsetup suspend --noflush --nolockfs d
		dmsetup suspend --noflush --nolockfs m
		echo 0 >/sys/kernel/tracing/tracing_on
		dmsetup load d --table "0 $(blockdev --getsz /dev/vda) linear /dev/vda 0" &&
		dmsetup load m --table "0 $(blockdev --getsz /dev/vdb) linear /dev/vdb 0" &&
		dmsetup resume d && dmsetup resume m'
	node_run "$1" 'cat /sys/kernel/tracing/trace' >rec/trace
	assert node_run "$1" 'grep -q "^overrun: 0$" /sys/kernel/tracing/per_cpu/cpu0/stats'
}

# --- load ----------------------------------------------------------------------------

# mirror_files KIND: a file system on the volume of node a, mounted; marked on both nodes.
mirror_files() {
	kind=$1
	case $kind in
	ext4) node_run a "mke2fs -q -t ext4 -b 4096 -E lazy_itable_init=0,lazy_journal_init=0 $V" ;;
	xfs) node_run a "mkfs.xfs -q $V" ;;
	esac
	node_run a "mount $V /mnt && printf %08d 0 >/mnt/count && sync"
	record_mark a mounted
	record_mark b mounted
}

# busy SECONDS, busy_end: random writes with fsync now and then, random writes without, files that come and go,
# and a counter: "synced N" in the trace of node a says that it is durable.
busy() {
	busily "$1" &
	working=$!
}

busily() {
	node_run -t $(($1 + 60)) a "
		cd /mnt
		fio --name=synced --size=8M --nrfiles=4 --rw=randwrite --bsrange=4k-64k --ioengine=psync \
			--fsync=8 --thinktime=100ms --thinktime_blocks=8 --time_based --runtime=$1 \
			--name=direct --size=12M --rw=randwrite --bsrange=4k-16k --ioengine=libaio --direct=1 \
			--iodepth=16 --time_based --runtime=$1 --randrepeat=0 >/dev/null &
		fio=\$!
		echo \$fio >/run/busy.pid
		n=0
		while kill -0 \$fio 2>/dev/null; do
			n=\$((n + 1))
			cp /etc/mke2fs.conf f\$n
			[ ! -e f\$((n - 5)) ] || rm f\$((n - 5))
			printf %08d \$n | dd of=count conv=notrunc,fsync 2>/dev/null
			echo synced \$n 2>/dev/null >$marker || true
			sleep 0.2
		done"
}

# until_more KEY N: until a number of the volume or of its mirror on node a has grown by so much.
until_more() {
	local want
	want=$(($(get a "$1") + $2))
	node_until 120 a "test \$(kctl get vol nodeb $1) -ge $want"
}

# What waits for the link ends later.
busy_end() {
	node_run a 'kill -INT $(cat /run/busy.pid)'
}

# --- crash states ----------------------------------------------------------------------

# whole_on_the_host POINTS: 0: all FLUSHes and FUA writes of the data. XFS only mends itself when it is mounted.
whole_on_the_host() {
	[ "$kind" != ext4 ] || assert replay each rec "$1" from=mounted -- "$tools/check-crashed-ext4" rec
}

# save NODE, restore NODE: the disks of a node whose volume was stopped.
save() {
	cp --sparse=always "$(node_disk "$1" 0)" "saved.data"
	cp --sparse=always "$(node_disk "$1" 1)" "saved.meta"
}

restore() {
	cp --sparse=always "saved.data" "$(node_disk "$1" 0)"
	cp --sparse=always "saved.meta" "$(node_disk "$1" 1)"
}

# Both volumes on what their disks hold: a partial resync makes them equal, the file system is whole.
come_back() {
	volume_on a "$DISKS"
	volume_on b "$DISKS"
	link_up
	node_until 30 a 'kctl get vol - locked=0'
	wait_state a 1
	echo "blocks sent: $(get a resync_sent)"
	assert_equal_disks
	[ "$kind" != xfs ] || node_run a "mount $V /mnt && umount /mnt && xfs_repair -n $V 2>&1"
	node_run a 'dmsetup remove v'
	node_run b 'dmsetup remove v'
	[ "$kind" != ext4 ] || check_stopped
}

check_stopped() {
	local node
	mkdir -p stopped
	for node in a b; do
		cp --sparse=always "$(node_disk $node 0)" stopped/crash.data
		assert "$tools/check-crashed-ext4" stopped
	done
}
