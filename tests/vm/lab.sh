# SPDX-License-Identifier: GPL-2.0-or-later
# The lab: QEMU nodes for tests, sourced by tests/vm/lab (for people) and by
# tests/vm/test.sh (for ATF test cases). docs/lab.md tells how to use it.
#
#   $LAB_DIR/NODE/   conf          settings, kept over power cuts
#                    disk.N        data disk N (sparse file)
#                    console.log   everything the kernel said, all boots
#                    agent.N       sockets of the agent's ports (labctl)
#                    monitor       QEMU's monitor
#                    pid           of QEMU
#   $LAB_DIR/link.L       socket of the cable of link L (labswitch)

LAB_DIR=${LAB_DIR:-$PWD/lab}
LAB_BUILD=${LAB_BUILD:-${MIRROR_NET_BUILD:?set MIRROR_NET_BUILD to the build folder}/lab}
LAB_ACCEL=${LAB_ACCEL:-tcg,thread=multi}
LAB_NODE_LIFE=${LAB_NODE_LIFE:-3600}
LAB_TROUBLE='WARNING:|INFO: trying to register|detected stalls? on|BUG:|BUG |Oops|general protection|lockdep|KASAN|UBSAN|KCSAN|kernel panic|Kernel panic|Call Trace|blocked for more than|soft lockup|hung_task|refcount_t|list_(add|del) corruption|SLUB|page allocation failure'

# What nodes boot that are not told: default, 6.1, 6.12 or debug.
LAB_KERNEL=${LAB_KERNEL:-default}

# How much longer than on an idle machine things may take; a debug kernel takes
# 3 to 5 times as long by itself.
if [ "$LAB_KERNEL" = debug ]; then
	LAB_PATIENCE=${LAB_PATIENCE:-16}
else
	LAB_PATIENCE=${LAB_PATIENCE:-4}
fi
LAB_SAVED_STATES=${LAB_SAVED_STATES:-yes}

lab_fail() {
	echo "lab: $*" >&2
	return 1
}

# node_conf NODE KEY [DEFAULT]
node_conf() {
	sed -n "s/^$2=//p" "$LAB_DIR/$1/conf" 2>/dev/null | tail -n 1 | grep . || echo "${3-}"
}

# Letters are their place in the alphabet, other names must say id=N.
lab_default_id() {
	case $1 in
	[a-h]) printf '%d\n' "$(($(printf '%d' "'$1") - 96))" ;;
	*) lab_fail "node $1: give it an id (id=1 ... id=8)" ;;
	esac
}

# node_disk NODE N: the file behind disk N, for comparing on the host.
node_disk() {
	echo "$LAB_DIR/$1/disk.$2"
}

node_is_up() {
	[ -s "$LAB_DIR/$1/pid" ] && kill -0 "$(cat "$LAB_DIR/$1/pid")" 2>/dev/null
}

# Makes the files of disk=SIZE[:SECTOR],... that do not exist yet.
lab_make_disks() {
	local spec n=0 size
	for spec in $(node_conf "$1" disk | tr , ' '); do
		size=${spec%%:*}
		[ -e "$(node_disk "$1" $n)" ] || truncate -s "$size" "$(node_disk "$1" $n)"
		n=$((n + 1))
	done
}

# Devices sit four slots apart, so that all share one interrupt link: to set up
# each further one costs the guest's ACPI interpreter half a second under TCG.
# With more than seven the others take the slots between.
lab_place_devices() {
	awk -v RS='[ \n]+' '
		/^(virtio-blk-pci|virtio-net-pci|virtio-serial-pci),/ {
			n++
			$0 = $0 sprintf(",addr=0x%x", n <= 7 ? 4 * n : 4 * (n - 7) + 1)
		}
		NF { print }'
}

lab_disk_args() {
	local spec n=0 sector
	for spec in $(node_conf "$1" disk | tr , ' '); do
		sector=${spec#*:}
		[ "$sector" != "$spec" ] || sector=512
		echo "-blockdev driver=file,node-name=file$n,filename=disk.$n,discard=unmap,cache.no-flush=on"
		echo "-blockdev driver=raw,node-name=disk$n,file=file$n,discard=unmap,cache.no-flush=on"
		echo "-device virtio-blk-pci,drive=disk$n,serial=disk$n,write-cache=on"
		echo "logical_block_size=$sector,physical_block_size=$sector"
		n=$((n + 1))
	done | paste -sd ' ' | sed 's/ logical_block/,logical_block/g'
}

# lab_detach FOLDER LOG COMMAND...: runs it there, and is nobody's child: neither
# a `wait` in a test nor the end of its shell has anything to do with it.
lab_detach() {
	(
		cd "$1" || exit
		log=$2
		shift 2
		setsid "$@" </dev/null >>"$log" 2>&1 9>&- &
	)
}

# The cable of link L outlives the nodes on it.
lab_lay_cable() {
	local socket=$LAB_DIR/link.$1
	if [ -s "$socket.pid" ] && kill -0 "$(cat "$socket.pid")" 2>/dev/null; then
		return
	fi
	lab_detach "$LAB_DIR" "link.$1.log" sh -c "echo \$\$ >link.$1.pid; exec \"\$@\"" - \
		"$LAB_BUILD/labswitch" "link.$1" "$LAB_NODE_LIFE"
	lab_wait_for_socket "$socket"
}

lab_link_args() {
	local id=$1 links=$2 link=0
	while [ "$link" -lt "$links" ]; do
		echo "-netdev stream,id=link$link,server=off,addr.type=unix,addr.path=../link.$link"
		echo "-device virtio-net-pci,id=nic$link,netdev=link$link,mac=52:54:00:77:0$link:0$id,romfile="
		link=$((link + 1))
	done
}

lab_agent_args() {
	local n=0
	echo "-device virtio-serial-pci,max_ports=8"
	while [ "$n" -lt 4 ]; do
		echo "-chardev socket,id=agent$n,path=agent.$n,server=on,wait=off"
		echo "-device virtserialport,chardev=agent$n,name=lab.$n"
		n=$((n + 1))
	done
}

lab_kernel_arguments() {
	echo "console=ttyS0 quiet mitigations=off panic=-1 oops=panic panic_on_warn=1" \
		"cryptomgr.notests tsc=reliable random.trust_cpu=on" \
		"lab.name=$1 lab.id=$(node_conf "$1" id) lab.links=$(node_conf "$1" links 1)" \
		"lab.module=$(node_conf "$1" module yes) lab.udev=$(node_conf "$1" udev no)" \
		"$(lab_debug_arguments "$1") $(node_conf "$1" append)"
}

# The table of interrupts that ACPI builds takes a debug kernel longer than ACPI's own limit of 30 s,
# several times; all devices use MSI-X.
lab_debug_arguments() {
	case $(lab_kernel "$1") in
	*-debug-*) echo "pci=noacpi" ;;
	esac
}

# Everything that QEMU is told, one argument a line.
lab_qemu_arguments() {
	local node=$1 id links kver
	id=$(node_conf "$node" id)
	links=$(node_conf "$node" links 1)
	kver=$(lab_kernel "$node")
	printf '%s\n' -name "$node" -accel "$LAB_ACCEL" -cpu max -smp "$(node_conf "$node" cpus 1)" \
		-m "$(lab_memory "$node")" -nodefaults -no-user-config -no-reboot -display none \
		-pidfile pid -chardev file,id=console,path=console.log,append=on -serial chardev:console \
		-chardev socket,id=monitor,path=monitor,server=on,wait=off -mon chardev=monitor,mode=readline \
		-kernel "$LAB_BUILD/vmlinuz-$kver" -initrd "$LAB_BUILD/initramfs-$kver.cpio" \
		-append "$(lab_kernel_arguments "$node")" \
		-blockdev "driver=raw,node-name=root,read-only=on,file.driver=file,file.filename=$(cat "$LAB_BUILD/base-$kver")"
	{
		lab_disk_args "$node"
		echo "-device virtio-blk-pci,drive=root,serial=lab-root"
		lab_link_args "$id" "$links"
		lab_agent_args
	} | lab_place_devices
}

lab_kernel() {
	cat "$LAB_BUILD/kernel-$(node_conf "$1" kernel "$LAB_KERNEL")"
}

# MiB. KASAN's shadow and its quarantine take much of a debug kernel's.
lab_memory() {
	local mem
	mem=$(node_conf "$1" mem 640)
	case $(lab_kernel "$1") in
	*-debug-*) echo $((2 * mem)) ;;
	*) echo "$mem" ;;
	esac
}

lab_start_qemu() {
	local node=$1 link state
	for link in $(seq 0 $(($(node_conf "$node" links 1) - 1))); do
		lab_lay_cable "$link" || return
	done
	rm -f "$LAB_DIR/$node"/agent.? "$LAB_DIR/$node/monitor" "$LAB_DIR/$node/restored"
	lab_qemu_arguments "$node" >"$LAB_DIR/$node/arguments"
	state=$(lab_saved_state "$node")
	if [ -e "$state" ] && lab_may_restore "$node"; then
		printf '%s\n' -incoming "exec:zstd -dcq $state" >>"$LAB_DIR/$node/arguments"
		echo "$state" >"$LAB_DIR/$node/restored"
	fi
	lab_detach "$LAB_DIR/$node" qemu.log sh -c 'exec xargs -d "\n" -a arguments "$@"' - \
		timeout -s KILL "$LAB_NODE_LIFE" qemu-system-x86_64
	lab_wait_for_socket "$LAB_DIR/$node/agent.3"
}

# Booting costs seconds, going on from the state that a machine of just this
# kind had after its boot costs little: the first boot of a kind saves it.
# The state holds nothing of the data disks, which nobody has read by then.
lab_saved_state() {
	local sum
	sum=$({
		cat "$LAB_DIR/$1/arguments" "$LAB_BUILD/initramfs-$(lab_kernel "$1").sum"
		node_conf "$1" disk # the arguments do not say how large they are, the state does
	} | sha256sum)
	echo "$LAB_BUILD/states/${sum%% *}"
}

# udev reads the disks while booting, so what it knows would be stale.
lab_may_restore() {
	[ "$LAB_SAVED_STATES" = yes ] && [ "$(node_conf "$1" fresh no)" = no ] &&
		[ "$(node_conf "$1" udev no)" = no ]
}

lab_save_state() {
	local node=$1 state tries=0
	state=$(lab_saved_state "$node")
	mkdir -p "$LAB_BUILD/states"
	node_monitor "$node" 'migrate_set_parameter max-bandwidth 10g'
	node_monitor "$node" "migrate -d \"exec:zstd -1 -q > $state.$$\""
	until lab_query "$node" 'info migrate' | grep -a -q 'status: completed'; do
		tries=$((tries + 1))
		if [ "$tries" -gt 300 ]; then
			lab_query "$node" 'info migrate' >&2
			break
		fi
		sleep 0.1
	done
	node_monitor "$node" cont # migrating stops the machine at the end
	if [ "$tries" -le 300 ]; then
		mv "$state.$$" "$state" || true # gone if the lab was built anew meanwhile
	else
		rm -f "$state.$$"
	fi
}

# A port that is opened before the state has been read stays deaf.
lab_wait_for_running() {
	local tries=0
	until lab_query "$1" 'info status' 2>/dev/null | grep -a -q 'VM status: running'; do
		tries=$((tries + 1))
		[ "$tries" -lt 300 ] && node_is_up "$1" || return 1
		sleep 0.1
	done
}

lab_refresh() {
	head -c 64 /dev/urandom |
		"$LAB_BUILD/labctl" run -t 60 "$LAB_DIR/$1" "/lab/refresh $(date +%s)"
}

lab_wait_for_socket() {
	local tries=0
	until [ -S "$1" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 400 ] || return 1
		sleep 0.05
	done
}

# node_boot NODE [disk=SIZE[:SECTOR],...] [KEY=VALUE...]: settings are kept, so
# that after a power cut `node_boot NODE` boots the same machine again.
node_boot() {
	local node=$1
	shift
	node_start "$node" "$@" && node_wait "$node"
}

# Starts the boot without waiting for its end; two nodes boot side by side.
node_start() {
	local node=$1 word
	shift
	mkdir -p "$LAB_DIR/$node"
	if node_is_up "$node"; then
		lab_fail "node $node is up already"
		return 1
	fi
	for word in "$@"; do
		echo "$word" >>"$LAB_DIR/$node/conf"
	done
	[ -n "$(node_conf "$node" id)" ] || echo "id=$(lab_default_id "$node")" >>"$LAB_DIR/$node/conf"
	lab_make_disks "$node"
	lab_start_qemu "$node" || lab_no_boot "$node"
}

lab_no_boot() {
	echo "lab: node $1 does not come up; QEMU and its console say:" >&2
	tail -n 30 "$LAB_DIR/$1/qemu.log" "$LAB_DIR/$1/console.log" >&2
	return 1
}

node_wait() {
	if [ -e "$LAB_DIR/$1/restored" ]; then
		lab_goes_on "$1" || lab_boot_after_all "$1"
	elif ! "$LAB_BUILD/labctl" run -t 180 "$LAB_DIR/$1" true </dev/null; then
		lab_no_boot "$1"
	elif lab_may_restore "$1"; then
		lab_save_state "$1"
	fi
}

lab_goes_on() {
	lab_wait_for_running "$1" &&
		"$LAB_BUILD/labctl" run -t 30 "$LAB_DIR/$1" true </dev/null && lab_refresh "$1"
}

# A state that a machine cannot go on from is worth nothing; the data disks were not touched.
lab_boot_after_all() {
	echo "lab: node $1 does not go on from its saved state: it is booted" >&2
	node_powercut "$1"
	rm -f "$(cat "$LAB_DIR/$1/restored")"
	LAB_SAVED_STATES=no lab_start_qemu "$1" &&
		"$LAB_BUILD/labctl" run -t 180 "$LAB_DIR/$1" true </dev/null || lab_no_boot "$1"
}

# node_run [-t SECONDS] NODE COMMAND...: exit status, input and output are the
# command's; 124: time was up, 125: the node is down.
node_run() {
	local limit=$((30 * LAB_PATIENCE))
	if [ "$1" = -t ]; then
		limit=$2
		shift 2
	fi
	local node=$1
	shift
	"$LAB_BUILD/labctl" run -t "$limit" "$LAB_DIR/$node" "$@"
}

# node_put NODE HOST_FILE NODE_FILE
node_put() {
	node_run "$1" "cat > '$3' && chmod $(stat -c %a "$2") '$3'" <"$2"
}

# node_get NODE NODE_FILE HOST_FILE
node_get() {
	node_run "$1" "cat '$2'" </dev/null >"$3"
}

# Waits until the command succeeds in the node, asking every half second. SECONDS
# are enough on a busy machine; a debug kernel is given more.
# node_until SECONDS NODE COMMAND...
node_until() {
	local seconds=$1 node=$2 end
	shift 2
	seconds=$(((seconds * LAB_PATIENCE + 3) / 4))
	end=$(($(date +%s) + seconds))
	until node_run "$node" "$@" </dev/null >/dev/null 2>&1; do
		if [ "$(date +%s)" -ge "$end" ]; then
			lab_fail "node $node: not within $seconds s: $*"
			return 1
		fi
		sleep 0.5
	done
}

node_shell() {
	"$LAB_BUILD/labctl" shell -t 86400 "$LAB_DIR/$1" \
		"cd /root; PS1='$1# ' TERM=${TERM:-dumb} exec bash --norc -i"
}

# Mains off: nothing in the node gets a chance to do anything.
node_powercut() {
	local pid
	pid=$(cat "$LAB_DIR/$1/pid" 2>/dev/null) || return 0
	kill -KILL "$pid" 2>/dev/null
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.02
	done
	rm -f "$LAB_DIR/$1/pid"
}

# An orderly end, as far as there is one without an init system.
node_poweroff() {
	node_run -t 30 "$1" 'sync; busybox poweroff -f' </dev/null >/dev/null 2>&1 || true
	lab_wait_for_end "$1" || node_powercut "$1"
	rm -f "$LAB_DIR/$1/pid"
}

lab_wait_for_end() {
	local tries=0
	while node_is_up "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.1
	done
}

# node_monitor NODE LINE: a line for QEMU's monitor.
node_monitor() {
	lab_query "$1" "$2" >/dev/null
}

lab_query() {
	printf '%s\n' "$2" | nc -N -U -w 5 "$LAB_DIR/$1/monitor"
}

# The machine stands still and does not notice; its peers do.
node_freeze() {
	node_monitor "$1" stop
}

node_thaw() {
	node_monitor "$1" cont
}

# link_cut NODE [LINK]: the cable is pulled at this node; frames are lost in
# both directions, and the guest sees no carrier.
link_cut() {
	node_monitor "$1" "set_link link${2:-0} off"
}

link_restore() {
	node_monitor "$1" "set_link link${2:-0} on"
}

# All frames of the link are lost, but the carrier stays: a broken switch.
link_silence() {
	kill -USR1 "$(cat "$LAB_DIR/link.${1:-0}.pid")"
}

link_speak() {
	kill -USR2 "$(cat "$LAB_DIR/link.${1:-0}.pid")"
}

# link_shape NODE NETEM...: what leaves this node over link 0, for example
# link_shape a delay 5ms rate 100mbit loss 1%
link_shape() {
	local node=$1
	shift
	node_run "$node" "tc qdisc replace dev eth0 root netem $* limit 10000" </dev/null
}

# volatile_make NODE NAME DEVICE [SECTORS]: /dev/mapper/NAME, which loses what is
# not flushed.
volatile_make() {
	node_run "$1" "modprobe dm-volatile &&
		dmsetup create $2 --table \"0 \$(blockdev --getsz $3) volatile $3 ${4-}\"" </dev/null
}

# volatile_crash NODE NAME [SEED]
volatile_crash() {
	node_run "$1" "dmsetup message $2 0 crash ${3-}" </dev/null
}

# The crashed disk again, with what it kept.
volatile_revive() {
	node_run "$1" "dmsetup table $2 | dmsetup load $2 && dmsetup resume $2" </dev/null
}

lab_nodes() {
	local conf
	for conf in "$LAB_DIR"/*/conf; do
		[ ! -e "$conf" ] || basename "$(dirname "$conf")"
	done
}

# node_console_check [NODE...]: fails when a kernel complained, and says how.
node_console_check() {
	local node bad=0
	for node in ${*:-$(lab_nodes)}; do
		if grep -n -a -E "$LAB_TROUBLE" "$LAB_DIR/$node/console.log" >"$LAB_DIR/$node/trouble" 2>/dev/null; then
			echo "the kernel of node $node complained:"
			head -n 5 "$LAB_DIR/$node/trouble"
			bad=1
		fi
	done
	return $bad
}

# node_check_debug [NODE...]: takes everything down in the nodes that are up and run a debug
# kernel, unloads the modules and looks for what they left in memory.
node_check_debug() {
	local node
	for node in ${*:-$(lab_nodes)}; do
		case $(lab_kernel "$node") in
		*-debug-*) ;;
		*) continue ;;
		esac
		node_is_up "$node" || continue
		node_thaw "$node"
		node_run -t 600 "$node" /lab/take-down </dev/null ||
			lab_fail "node $node does not end clean" || return
	done
}

lab_kill_all() {
	local node pid
	for node in $(lab_nodes); do
		node_powercut "$node"
	done
	for pid in "$LAB_DIR"/link.*.pid; do
		[ ! -e "$pid" ] || kill -KILL "$(cat "$pid")" 2>/dev/null || true
		rm -f "$pid"
	done
}
