# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the test programs of this folder.

top=$(readlink -f "$(atf_get_srcdir)")/../..
top=$(readlink -f "$top")
MIRROR_NET_BUILD=${MIRROR_NET_BUILD:-$top/build}
module=$top/kmod/dm-mirror-net

# static_test NAME SECONDS DESCRIPTION: as in tests/vm/test.sh, without a lab.
static_test() {
	static_tests="$static_tests $1"
	atf_test_case "$1"
	eval "$1_head() { atf_set timeout $(($2 * 4)); atf_set descr '$3'; }"
	eval "$1_body() { own_folder; $1; }"
}

# A test writes into a folder of its own, whoever starts it wherever: nothing is left in the tree.
own_folder() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/static_test.XXXXXX") || atf_fail "no folder to work in"
	trap 'rm -rf "$work"' EXIT
	case ${Results_File-} in
	'' | /*) ;;
	*) Results_File=$PWD/$Results_File ;; # ATF's -r: relative to where we were started
	esac
	cd "$work" || atf_fail "no folder to work in"
}

atf_init_test_cases() {
	for static_name in $static_tests; do
		atf_add_test_case "$static_name"
	done
}

# The newest headers of a series: 6.1 or 6.12.
headers_of() {
	ls -d /usr/src/linux-headers-"$1"[.-]*-cloud-amd64 2>/dev/null | sort -V | tail -n 1 |
		sed 's,.*/linux-headers-,,'
}

need_headers() {
	kver=$(headers_of "$1")
	[ -n "$kver" ] || atf_skip "no headers of Linux $1; run: packaging/install-deps"
}

need_module_sources() {
	[ -e "$module/main.c" ] || atf_skip "there is no module yet"
}

# git_lists PATTERN...: names what git knows in $top, into the file `sources`; fails when that is nothing.
git_lists() {
	git -C "$top" ls-files -- "$@" >sources 2>git_said && [ -s sources ]
}

# list_sources PATTERN...: the same. To check no file at all (an exported tree, a folder that git does not
# trust) would be to find no fault.
list_sources() {
	git_lists "$@" || atf_fail "git lists no $* in $top, so nothing was checked: $(cat git_said)"
}

# Every line of FILE is a fault: shows them and fails.
no_lines() {
	[ -s "$1" ] || return 0
	cat "$1"
	atf_fail "$2: $(wc -l <"$1") (see above)"
}
