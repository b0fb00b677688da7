# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the demo: telling what is done, and writing files meanwhile.

steps=0
results=()
succeeded=

step() {
	steps=$((steps + 1))
	printf '\n%d. %s\n' "$steps" "$1"
}

say() {
	printf '   %s\n' "$*"
}

result() {
	results+=("$1")
	say "=> $1"
}

fail() {
	printf '\nTHE DEMO FAILED in step %d: %s\n' "$steps" "$*" >&2
	exit 1
}

# hold A TEST B WHAT: what the demo says must be so.
hold() {
	test "$1" "$2" "$3" || fail "not so: $4 ($1 $2 $3)"
}

show_command() {
	say "$1# $2"
}

# at NODE COMMAND...: shown with all it prints.
at() {
	local node=$1
	shift
	show_command "$node" "$*"
	node_run -t 1200 "$node" "{ $*; } 2>&1" </dev/null | sed -u 's/^/      /' ||
		fail "on node $node, this failed: $*"
}

# The exit status of status is the level, 20 and more.
show_status() {
	show_command "$1" 'mirrorctl status --brief'
	node_run "$1" 'mirrorctl status --brief || test $? -ge 20' </dev/null | sed 's/^/      /'
}

# The stream went on: no resync since the first one.
no_resync() {
	hold "$(mirror a .resync.sent_blocks)" -eq "$first_sent" "nothing was resynced"
	result "$1: back to mirroring without a resync: what was queued went out in order"
}

# What the resync just ended has sent; it must have been a partial one.
partial_resync() {
	local sent bytes
	sent=$(mirror a .resync.sent_blocks)
	bytes=$(mirror a .resync.sent_bytes)
	hold "$sent" -gt 0 "the resync sent something"
	hold "$sent" -lt $((first_sent / 2)) "the resync was a partial one"
	result "$1: back to mirroring by a partial resync of $sent blocks, $((bytes / 1024)) KiB"
}

# --- nodes -------------------------------------------------------------------------

refuse_running_nodes() {
	local node
	mkdir -p "$LAB_DIR"
	for node in $(lab_nodes); do
		if node_is_up "$node"; then
			echo "node $node of the lab is running; \"tests/vm/lab end\" ends it" >&2
			exit 1
		fi
	done
	lab_kill_all
	rm -rf "$LAB_DIR"
	mkdir -p "$LAB_DIR"
}

used_mib() {
	LC_ALL=C dumpe2fs -h "$1" 2>/dev/null |
		awk -F: '/^Block count/ {n = $2} /^Free blocks/ {n -= $2} /^Block size/ {print int(n * $2 / 1048576)}'
}

# A node's root is in memory: its configuration lies on a disk, to outlast the power cut.
prepare_node() {
	node_prepare "$1" "$SIZE,8M,16M"
	mke2fs -q -t ext4 "$(node_disk "$1" 2)"
}

mount_configuration() {
	node_run "$1" 'mkdir -p /etc/mirror-net && mount /dev/vdc /etc/mirror-net && rmdir /etc/mirror-net/lost+found 2>/dev/null || true'
}

mount_volume() {
	node_run "$1" "mkdir -p $MOUNT"
	at "$1" mount /dev/mirror/files "$MOUNT"
}

# --- files written while things happen ------------------------------------------------

# Files of 64 KiB of random bytes, each synced and only then noted here with its sum.
start_writing() {
	node_run -t 600 "$1" "rm -f /tmp/stop; i=0; while [ ! -e /tmp/stop ]; do f=$MOUNT/$2.\$i
		head -c 65536 /dev/urandom >\$f && sync \$f && sha256sum \$f || exit; i=\$((i + 1)); done" \
		</dev/null >>"$LAB_DIR/written" 2>"$LAB_DIR/writer.err" &
	echo $! >"$LAB_DIR/writer.pid"
}

written() {
	cat "$LAB_DIR/written" 2>/dev/null | wc -l
}

# await_written N: until N more files are there.
await_written() {
	local wanted=$(($(written) + $1)) end=$(($(date +%s) + 60 * LAB_PATIENCE))
	until [ "$(written)" -ge "$wanted" ]; do
		[ "$(date +%s)" -lt "$end" ] || fail "writing hangs: $(written) files after $((60 * LAB_PATIENCE)) s
$(cat "$LAB_DIR/writer.err")"
		sleep 0.2
	done
}

# After a power cut the writer has ended with its node, which is no failed write.
stop_writing() {
	local cut=yes
	if node_is_up "$1"; then
		cut=
		node_run "$1" 'touch /tmp/stop'
	fi
	while kill -0 "$(cat "$LAB_DIR/writer.pid")" 2>/dev/null; do
		sleep 0.1
	done
	[ -n "$cut" ] || [ ! -s "$LAB_DIR/writer.err" ] || fail "a write failed: $(cat "$LAB_DIR/writer.err")"
}

# check_files NODE WHAT: only whole lines count; the last one may have been cut with the power.
check_files() {
	grep -aE "^[0-9a-f]{64}  $MOUNT/[a-z-]+\.[0-9]+$" "$LAB_DIR/written" >"$LAB_DIR/sums"
	node_run -t 300 "$1" 'cat >/tmp/sums && sha256sum --quiet -c /tmp/sums' <"$LAB_DIR/sums" >"$LAB_DIR/wrong" 2>&1 ||
		fail "files are lost or changed: $(head -n 5 "$LAB_DIR/wrong")"
	result "$2: $(wc -l <"$LAB_DIR/sums") files"
}

check_originals() {
	node_run -t 300 b "cd $MOUNT && find . -path ./lost+found -prune -o -type f -print" |
		sort | comm -23 "$LAB_DIR/files.list" - >"$LAB_DIR/missing"
	hold "$(wc -l <"$LAB_DIR/missing")" -eq 0 "all files of $FILES are on b's copy"
}

# --- the end ----------------------------------------------------------------------------

summary() {
	local line
	printf '\nSummary, after %d s\n' $(($(date +%s) - started))
	for line in "${results[@]}"; do
		printf '   * %s\n' "$line"
	done
}

finish() {
	local status=$?
	if [ -z "$succeeded" ]; then
		tail -n 5 "$LAB_DIR"/*/console.log >&2 || true
	fi
	if [ -n "${KEEP:-}" ]; then
		[ -n "$succeeded" ] || echo "The nodes go on as they are (tests/vm/lab shell a; tests/vm/lab end)." >&2
	else
		lab_kill_all
		[ -z "$succeeded" ] || rm -rf "$LAB_DIR"
	fi
	exit "$status"
}
