# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the ATF test programs of this folder:
#
#   . "$(atf_get_srcdir)/test.sh"
#   vm_test boots 60 "One node boots and runs commands"
#   boots() {
#       node_boot a
#       assert test "$(node_run a hostname)" = a
#   }
#
# Each test has a lab of its own. At its end, however it ends, every node is
# killed; a test that went well fails all the same when a kernel complained.

MIRROR_NET_BUILD=${MIRROR_NET_BUILD:-$(readlink -f "$(atf_get_srcdir)")/../../build}
LAB_NODE_LIFE=900
. "$(atf_get_srcdir)/lab.sh"

# vm_test NAME SECONDS DESCRIPTION: declares the test whose body is NAME.
vm_test() {
	vm_tests="$vm_tests $1"
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set timeout $2; atf_set descr '$3'; }"
	eval "$1_body() { vm_body $1; }"
	eval "$1_cleanup() { lab_kill_all; }"
}

vm_body() {
	[ -e "$LAB_BUILD/initramfs-$(cat "$LAB_BUILD/kernel-default" 2>/dev/null).cpio" ] ||
		atf_skip "the lab is not built; run: make lab"
	trap vm_trouble EXIT
	set -e
	"$1"
	set +e
	lab_kill_all
	trap - EXIT
	node_console_check >console-check || atf_fail "$(cat console-check)"
}

# The test is about to fail: show what the nodes said.
vm_trouble() {
	set +e
	for node in $(lab_nodes); do
		echo "--- the end of node $node's console:"
		tail -n 40 "$LAB_DIR/$node/console.log"
	done >&2
	node_console_check >&2
}

# assert COMMAND...: the test fails unless the command succeeds.
assert() {
	"$@" || atf_fail "not so: $*"
}

# need_module: skips the test where the product's module was not built.
need_module() {
	[ -e "$MIRROR_NET_BUILD/kmod-$(cat "$LAB_BUILD/kernel-default")/dm-mirror-net.ko" ] ||
		atf_skip "dm-mirror-net.ko is not built; run: make module lab"
}

atf_init_test_cases() {
	for vm_name in $vm_tests; do
		atf_add_test_case "$vm_name"
	done
}
