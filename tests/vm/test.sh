# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the ATF test programs of this folder (docs/lab.md):
#
#   . "$(atf_get_srcdir)/test.sh"
#   vm_test boots 60 "One node boots and runs commands"
#   boots() {
#       node_boot a
#       assert test "$(node_run a hostname)" = a
#   }
#
# ATF calls bodies where `set -e` has no effect, and a test in which a failing
# step goes unnoticed is worth nothing.  So the body runs in a bash of its own
# (body.sh), which sources the program again and ends at the first failure.

MIRROR_NET_BUILD=${MIRROR_NET_BUILD:-$(readlink -f "$(atf_get_srcdir)")/../../build}
LAB_NODE_LIFE=3600
. "$(atf_get_srcdir)/lab.sh"

# vm_test NAME SECONDS DESCRIPTION: declares the test whose body is NAME. SECONDS is
# for an idle machine; the time limit is LAB_PATIENCE times as long.
vm_test() {
	vm_tests="$vm_tests $1"
	atf_test_case "$1" cleanup
	eval "$1_descr=\$3"
	eval "$1_head() { atf_set timeout $(($2 * LAB_PATIENCE)); atf_set descr \"\$$1_descr\"; }"
	eval "$1_body() { vm_body $1; }"
	eval "$1_cleanup() { lab_kill_all; }"
}

# vm_long_test: the same for what only `make check-long` runs.
vm_long_test() {
	vm_test "$@"
	eval "$1_body() {
		[ -n \"\$MIRROR_NET_LONG\" ] || atf_skip 'takes long; run: make check-long'
		vm_body $1
	}"
}

vm_body() {
	[ -e "$LAB_BUILD/initramfs-$(cat "$LAB_BUILD/kernel-$LAB_KERNEL" 2>/dev/null).cpio" ] ||
		atf_skip "the lab is not built; run: make lab"
	bash "$(atf_get_srcdir)/body.sh" "$(atf_get_srcdir)" \
		"$(atf_get_srcdir)/${0##*/}" "$1" </dev/null
	status=$?
	lab_kill_all
	[ ! -e verdict.skip ] || atf_skip "$(cat verdict.skip)"
	[ ! -e verdict.fail ] || atf_fail "$(cat verdict.fail)"
	[ "$status" = 0 ] || atf_fail "the test ended with status $status"
	node_console_check >console-check || atf_fail "$(cat console-check)"
}

atf_init_test_cases() {
	for vm_name in $vm_tests; do
		atf_add_test_case "$vm_name"
	done
}
