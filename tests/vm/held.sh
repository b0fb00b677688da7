# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced after mirror.sh by tests in which the target applies nothing for a while.

# Node b's data disk can be held: writes to it go on when it is released, and nothing fails.
pair_with_held_target() {
	nodes_boot
	volume_new a
	node_run b "dmsetup create d --table '0 $(sectors b) linear /dev/vda 0'"
	volume_new b /dev/mapper/d
	node_run b 'kctl role vol target && kctl add vol nodea blank'
	node_run a 'kctl role vol source && kctl add vol nodeb && kctl unlock vol'
	options ping=2000 misses=30 stall=600000 "$@"
	link_up
	wait_state a 1
}

hold() {
	node_run b 'dmsetup suspend --nolockfs d'
}

release() {
	node_run b 'dmsetup resume d'
}

# writes COUNT [WORD...]: so many direct writes, on a.
writes() {
	local count=$1
	shift
	node_run a "fio --name=w --filename=$V --rw=randwrite --bs=4k --iodepth=16 --ioengine=libaio \
		--direct=1 --number_ios=$count --size=32M --output-format=terse $*" >fio.out ||
		atf_fail "a write failed: $(cat fio.out)"
}

# start_writes COUNT [WORD...]: the same behind our back; FILE done on a says that it is over.
start_writes() {
	local count=$1
	shift
	node_run a "rm -f /tmp/done; { fio --name=w --filename=$V --rw=randwrite --bs=4k --iodepth=16 \
		--ioengine=libaio --direct=1 --number_ios=$count --size=32M $* >/tmp/fio.out 2>&1;
		echo \$? >/tmp/done; } </dev/null &"
}

await_writes() {
	node_until 60 a 'test -e /tmp/done'
	assert_equal "$(node_run a 'cat /tmp/done')" 0 "status of the writer"
}

still_writing() {
	sleep 2
	assert_fails node_run a 'test -e /tmp/done'
}

# queue_at_least COUNT: what the target has not applied.
queue_at_least() {
	node_until 30 a "test \$(kctl get vol nodeb queue) -ge $1"
}

queue_empty() {
	node_until 60 a 'kctl get vol nodeb queue=0'
}
