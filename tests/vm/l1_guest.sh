#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The steps of l1_test, run inside the node: l1_guest.sh PART.
#
# The volume has 16 GiB, 262144 blocks in 69 bitmap pages of 3840 bits, and
# 16384 regions in 5 intent pages. Its metadata device is mapped over /dev/vda.
set -eu

export DM_DISABLE_UDEV=1
param=/sys/module/mn_l1_test/parameters

fail() {
	echo "l1: $*" >&2
	exit 1
}

# assert COMMAND...
assert() {
	"$@" || fail "not so: $*"
}

# l1 COMMAND...: what it said, errno first.
l1() {
	echo "$*" >$param/run && cat $param/said
}

# says WHAT COMMAND...
says() {
	local what=$1 said
	shift
	said=$(l1 "$@")
	[ "$said" = "$what" ] || fail "$*: expected \"$what\", got \"$said\""
}

# tells ERRNO WORDS COMMAND...: says that errno, and somewhere these words.
tells() {
	local errno=$1 words=$2 said
	shift 2
	said=$(l1 "$@")
	case $said in
	"$errno "*"$words"*) ;;
	*) fail "$*: expected $errno and \"$words\", got \"$said\"" ;;
	esac
}

# The metadata device is mapped as this table says, from now on.
table() {
	if dmsetup info meta >/dev/null 2>&1; then
		dmsetup load meta && dmsetup suspend --noflush meta && dmsetup resume meta
	else
		dmsetup create meta
	fi
}

linear() {
	echo "0 8192 linear /dev/vda 0" | table
}

# use DEVICE: the device on which all commands work.
use() {
	rmmod mn-l1-test 2>/dev/null || true
	modprobe mn-l1-test "device=$1"
}

start() {
	linear
	use /dev/mapper/meta
}

# Format and open, empty; whatever was there and open before.
fresh() {
	l1 close >/dev/null 2>&1 || true
	formats 0 bytes 1
	says 0 open
}

# formats ERRNO WORDS FORCE
formats() {
	tells "$1" "$2" format 33554432 20 "$3"
}

reopen() {
	says 0 close
	says 0 open
}

# damage BYTE: overwrites a sector of the device.
damage() {
	yes | dd of=/dev/vda bs=512 count=1 seek=$(($1 / 512)) oflag=direct 2>/dev/null
}

# where AREA: the byte at which it begins.
where() {
	l1 where | sed "s/.* $1 \([0-9]*\).*/\1/"
}

# Format: what is refused changes nothing, what is done is empty and valid.
format() {
	tells -61 "no mirror-net metadata here" open
	tells -28 "too small" format 4294967296 20 0
	tells -22 "out of range" format 0 20 0
	tells -22 "out of range" format 33554432 9 0
	assert cmp -n 4194304 /dev/vda /dev/zero
	formats 0 bytes 0
	formats -17 "nothing was changed" 0
	says 0 open
	says "0 sequence 2 generation 1 error 0" show
	says 0 intent_load
	says "0 none (0)" intent_list
	says 0 bitmap_load 1
	says "0 dirty none pending none unsent none (0)" bitmap_list
	says 0 commit 5
	says 0 close
	formats 0 bytes 1
	says 0 open
	says "0 sequence 2 generation 1 error 0" show
}

# What was committed is there after a restart, what was aborted never was.
transactions() {
	fresh
	says 0 commit 7
	says 0 abort 8
	says "0 sequence 3 generation 7 error 0" show
	reopen
	says "0 sequence 3 generation 7 error 0" show
	says 0 commit 9
	reopen
	says "0 sequence 4 generation 9 error 0" show
}

# A damaged copy loses to the other and is written next; two are refused.
torn_superblock() {
	fresh				# copy 0: sequence 1, copy 1: sequence 2
	says 0 commit 7			# copy 0: sequence 3
	damage 512
	reopen
	says "0 sequence 2 generation 1 error 0" show
	says 0 commit 8			# copy 0 again, never the only good one
	damage $((4096 + 1024))
	reopen
	says "0 sequence 3 generation 8 error 0" show
	damage $((3 * 512))
	says 0 close
	tells -117 "both copies of the superblock are damaged" open
	formats -17 "holds mirror-net metadata" 0
}

# Metadata that does not fit its device any more, or its sectors, is refused.
does_not_fit() {
	fresh
	says 0 close
	echo "0 32 linear /dev/vda 0" | table
	use /dev/mapper/meta
	tells -27 "smaller than its metadata" open
	dd if=/dev/vda of=/dev/vdb bs=1M oflag=direct 2>/dev/null
	use /dev/vdb
	tells -124 "another logical sector size" open
	linear
	use /dev/mapper/meta
}

# Superblock: format, transactions, damage, devices that do not fit.
superblock() {
	start
	format
	transactions
	torn_superblock
	does_not_fit
}

# Blocks of a damaged bitmap page are dirty, regions of a damaged intent page set.
damaged_page() {
	fresh
	says "0 1 new" bitmap_set 5 5
	says 0 bitmap_write_all
	says 0 intent_set 16000 16000
	damage "$(($(where bitmap) + 2 * 512))"
	damage "$(($(where intent) + 512))"
	damage "$(($(where unsent) + 4 * 512))"
	reopen
	says -117 bitmap_load 1
	says "0 dirty 5 7680-11519 15360-19199 pending none unsent none (0)" bitmap_list
	says -117 intent_load
	says "0 3840-7679 16000 (3841)" intent_list
	says 0 bitmap_write_all
	says 0 intent_clear_all
	reopen
	says 0 bitmap_load 1
	says "0 dirty 5 7680-11519 15360-19199 pending none unsent none (0)" bitmap_list
	says 0 intent_load
	says "0 none (0)" intent_list
}

# What was never sent stays so over a damaged page of the bitmap, until it is sent; of a damaged page of
# its own nothing does, so that it is sent.
damaged_with_unsent() {
	fresh
	says 0 bitmap_empty
	says "0 7680 new" bitmap_set 0 7679
	says 0 unsent_rest
	says 0 bitmap_write_all
	damage "$(($(where bitmap) + 2 * 512))"
	damage "$(($(where unsent) + 3 * 512))"
	reopen
	says -117 bitmap_load 1
	says "0 dirty 0-15359 pending none unsent 7680-11519 15360-262143 (250624)" bitmap_list
	says 0 unsent_clear 7680 11519
	says 0 bitmap_write_all
	reopen
	says 0 bitmap_load 1
	says "0 dirty 0-15359 pending none unsent 15360-262143 (246784)" bitmap_list
}

# Intents: each page is written once per update, all of it is durable.
intent_group_commit() {
	fresh
	says 0 intent_set 0 100
	says "0 1" intent_writes
	says 0 intent_set 3800 3900
	says "0 3" intent_writes
	says 0 intent_update 16000 16010 0 99
	says "0 5" intent_writes
	says 0 intent_update 16000 16010 16005 16020	# set and cleared: set
	says "0 6" intent_writes
	reopen
	says 0 intent_load
	says "0 100 3800-3900 16000-16010 (113)" intent_list
	says 0 intent_clear_all
	says "0 3" intent_writes
	reopen
	says 0 intent_load
	says "0 none (0)" intent_list
}

# Pending blocks cost no write until they must be durable; nothing dirty is ever lost.
bitmap_life() {
	fresh
	says 0 bitmap_empty
	says "0 69 of 69" bitmap_stale
	says 0 bitmap_write_all
	says "0 69" bitmap_writes

	# steady state: sent, stable, no write
	says 0 bitmap_sent 100 200
	says 0 bitmap_write_back 0 262143
	says 0 bitmap_stable 5 5
	says 0 bitmap_stable 5 5
	says "0 0 of 69" bitmap_stale
	says "0 69" bitmap_writes

	# an intent goes: now the bits are durable, later gone
	says 0 bitmap_sent 100 200
	says 0 bitmap_want_durable 0 99
	says "0 0 of 69" bitmap_stale
	says 0 bitmap_want_durable 0 100
	says 0 bitmap_write_back 0 100
	says "0 70" bitmap_writes
	says "0 dirty none pending 100-200 unsent none (0)" bitmap_list
	says "0 101 set" compare
	says 0 bitmap_stable 9 9
	says "0 1 of 69" bitmap_stale
	says 0 bitmap_write_back 0 262143
	says "0 0 set" compare

	# given up: pending becomes dirty and is written; the cursor takes one
	says 0 bitmap_sent 3839 3840
	says "0 2 new" bitmap_give_up
	says "0 2 of 69" bitmap_stale
	says 0 bitmap_take 3839
	says "0 dirty 3840 pending 3839 unsent none (0)" bitmap_list
	says 0 bitmap_sent 262143 262143
	says 0 bitmap_write_all
	reopen
	says 0 bitmap_load 0
	says "0 dirty 3839-3840 262143 pending none unsent none (0)" bitmap_list
}

# Of many regions only the stale pages are written, each once.
regions() {
	fresh
	says 0 bitmap_empty
	says 0 bitmap_write_all
	says "0 17 new" bitmap_set 3832 3848
	says "0 1 new" bitmap_set 262143 262143
	says "0 1 new" bitmap_set 100000 100000
	says "0 4 of 69" bitmap_stale
	says 0 bitmap_write_regions 16383 240 239
	says "0 72" bitmap_writes
	says "0 1 of 69" bitmap_stale
	says 0 bitmap_write_regions 6250 6250 0
	says "0 73" bitmap_writes
	says "0 19 set" compare
}

# Blocks never sent are remembered, page by page.
unsent() {
	fresh
	says 0 bitmap_empty
	says "0 262134 new" bitmap_set 10 262143
	says 0 unsent_rest
	says "0 dirty 10-262143 pending none unsent 0-9 (10)" bitmap_list
	says 0 unsent_clear 0 4
	says 0 bitmap_write_all
	says 0 unsent_clear 9 9
	reopen
	says 0 bitmap_load 1
	says "0 dirty 10-262143 pending none unsent 5-9 (5)" bitmap_list
	says 0 bitmap_fill
	says "0 dirty 0-262143 pending none unsent 5-9 (5)" bitmap_list
	says 0 bitmap_write_all
	reopen
	says 0 bitmap_load 0
	says "0 dirty 0-262143 pending none unsent none (0)" bitmap_list
}

# Intent log and bitmap: durable when promised, not written when not needed.
pages() {
	start
	damaged_page
	damaged_with_unsent
	intent_group_commit
	bitmap_life
	regions
	unsent
}

# A failed write is for good: nothing is visible, nothing is taken back.
write_error() {
	fresh
	says 0 commit 7
	says 0 intent_set 5 9
	says 0 bitmap_empty
	says "0 1 new" bitmap_set 1 1
	says 0 bitmap_write_all

	modprobe dm-flakey
	echo "0 8192 flakey /dev/vda 0 0 3600 1 error_writes" | table
	says -5 intent_update 20 20 5 6
	says "0 5-9 20 (6)" intent_list
	dmesg | grep -q "writing metadata failed" ||
		fail "no word in the kernel's log"

	linear		# well again, but what failed stays failed
	says -5 commit 8
	says "0 sequence 3 generation 7 error -5" show
	says -5 intent_clear_all
	says -5 intent_set 30 30
	says "0 1 new" bitmap_set 7 7
	says -5 bitmap_write_all
	says "0 1 of 69" bitmap_stale
	reopen
	says "0 sequence 3 generation 7 error 0" show
	says 0 intent_load
	says "0 5-9 (5)" intent_list
	says 0 bitmap_load 0
	says "0 dirty 1 pending none unsent none (0)" bitmap_list
}

# What cannot be read counts as damaged; an unreadable copy loses to the other.
unreadable() {
	fresh
	says 0 commit 7
	says 0 commit 8
	bitmap=$(($(where bitmap) / 512))
	intent=$(($(where intent) / 512))
	says 0 close
	table <<-END
		0 1 error
		1 $((intent + 1)) linear /dev/vda 1
		$((intent + 2)) 1 error
		$((intent + 3)) $((bitmap - intent - 2)) linear /dev/vda $((intent + 3))
		$((bitmap + 1)) 1 error
		$((bitmap + 2)) $((8192 - bitmap - 2)) linear /dev/vda $((bitmap + 2))
	END
	says 0 open
	says "0 sequence 4 generation 8 error 0" show
	says -5 intent_load
	says "0 7680-11519 (3840)" intent_list
	says -5 bitmap_load 0
	says "0 dirty 3840-7679 pending none unsent none (0)" bitmap_list
	says 0 close
	table <<-END
		0 16 error
		16 8176 linear /dev/vda 16
	END
	tells -5 "cannot be read" open
	linear
}

# A metadata device that fails: nothing visible that is not durable, nothing lost.
errors() {
	start
	write_error
	unreadable
}

# Write-back racing with changes: no bit that was said to be durable is missing.
race() {
	start
	fresh
	says 0 bitmap_empty
	tells 0 " " race 6000 "$(date +%s)"
	cat $param/said
	tells 0 " set" compare
}

# Power cuts: what was said to be durable is there. The device loses its unflushed
# writes and is revived, again and again.
crash() {
	local round
	modprobe dm-volatile
	echo "0 8192 volatile /dev/vda" | table
	use /dev/mapper/meta
	fresh
	says 0 bitmap_empty
	for round in 1 2 3 4 5; do
		cut_after_page "$round"
		cut_while_committing "$round"
	done
}

# What a crash of the device leaves is read again, from a clean start.
revive() {
	says 0 close
	echo "0 8192 volatile /dev/vda" | table
	says 0 open
	says 0 intent_load
	says 0 bitmap_load 0
}

# Pages are durable by themselves: no superblock follows that would flush them.
cut_after_page() {
	says 0 intent_set "${1}000" "${1}010"
	says "0 100 new" bitmap_set "${1}000" "${1}099"
	says 0 bitmap_write_back "${1}000" "${1}099"
	dmsetup message meta 0 crash "$1"
	revive
	tells 0 "${1}000-${1}010 " intent_list
	tells 0 "${1}000-${1}099 pending none" bitmap_list
}

generation() {
	l1 show | sed 's/.*generation \([0-9]*\).*/\1/'
}

# Always the last state, or the one that had begun.
cut_while_committing() {
	local good found
	(
		sleep 0.3
		dmsetup message meta 0 crash "$1"
	) &
	l1 commits >/dev/null
	wait
	good=$(generation)
	says "0 sequence $((good + 1)) generation $good error -5" show
	assert test "$good" -gt "$1"
	revive
	found=$(generation)
	assert test "$found" = "$good" -o "$found" = $((good + 1))
}

"$1"
