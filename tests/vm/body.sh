# SPDX-License-Identifier: GPL-2.0-or-later
# body.sh SRCDIR PROGRAM TEST: runs one test's body for test.sh; the first
# command that fails ends it and is named.
srcdir=$1 program=$2 name=$3

atf_get_srcdir() { echo "$srcdir"; }
atf_test_case() { :; }

atf_fail() {
	echo "$*" >verdict.fail
	exit 1
}

atf_skip() {
	echo "$*" >verdict.skip
	exit 1
}

# assert COMMAND...: the test fails unless the command succeeds.
assert() {
	"$@" || atf_fail "not so: $*"
}

# assert_fails COMMAND...: the test fails if the command succeeds, and if it does not answer: time was up
# (124), the node is down (125), there is no such program (126, 127), or a signal ended it.
assert_fails() {
	local got=0
	"$@" || got=$?
	[ "$got" != 0 ] || atf_fail "should have failed: $*"
	[ "$got" -lt 124 ] || atf_fail "should have been refused, but ended with status $got: $*"
}

# assert_status STATUS COMMAND...
assert_status() {
	local want=$1 got=0
	shift
	"$@" || got=$?
	[ "$got" = "$want" ] || atf_fail "exit status $got instead of $want: $*"
}

# assert_equal GOT WANTED [WHAT]
assert_equal() {
	[ "$1" = "$2" ] || atf_fail "${3:-value}: '$1' instead of '$2'"
}

# amount SHORT LONG: how much of it in make check, and in make check-long.
amount() {
	if [ -n "${MIRROR_NET_LONG-}" ]; then
		echo "$2"
	else
		echo "$1"
	fi
}

# need_module: skips the test where the product's module was not built.
need_module() {
	[ -e "$MIRROR_NET_BUILD/kmod-$(cat "$LAB_BUILD/kernel-$LAB_KERNEL")/dm-mirror-net.ko" ] ||
		atf_skip "dm-mirror-net.ko is not built; run: make module lab"
}

# need_tools: skips the test where mirrorctl and mirror-netd were not built.
need_tools() {
	[ -e "$LAB_BUILD/stage-$(cat "$LAB_BUILD/kernel-$LAB_KERNEL")/usr/sbin/mirrorctl" ] ||
		atf_skip "mirrorctl is not built; run: make userspace lab"
}

vm_failed_command() {
	[ -e verdict.fail ] || [ -e verdict.skip ] || [ "$BASHPID" != $$ ] ||
		echo "line $2: status $1 from: $3" >verdict.fail
}

# Where the module's threads and waiting tasks are, and how its connections do.
vm_where='
	for task in /proc/[0-9]*; do
		name=$(cat $task/comm 2>/dev/null)
		case $name:$(sed "s/.*) //;s/ .*//" $task/stat 2>/dev/null) in
		mn_* | dmsetup:* | *:D) echo "$name:"; sed "s/^/    /" $task/stack ;;
		esac
	done
	ss -tinm state all "( sport = :9999 or dport = :9999 )"
	ip -s link show eth0'

# A failing test shows how the nodes are and what they said.
vm_trouble() {
	[ ! -e verdict.skip ] || return 0
	for node in $(lab_nodes); do
		echo "--- node $node:"
		node_run -t 60 "$node" "$vm_where" </dev/null 2>&1 || true
		echo "--- the end of node $node's console:"
		tail -n 40 "$LAB_DIR/$node/console.log"
	done >&2
	node_console_check >&2
}

. "$program"
set -eE
trap 'vm_failed_command $? $LINENO "$BASH_COMMAND"' ERR
trap vm_trouble EXIT
"$name"
node_check_debug >&2 || atf_fail "what was left behind is in the error output"
trap - EXIT
