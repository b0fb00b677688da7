# SPDX-License-Identifier: GPL-2.0-or-later
"""What is compared: our volume, plain and with TLS, and DRBD 8.4, between node a, whose users
write, and node b. All have disks of their own and are left up side by side; the one that is not
measured is idle. Their disks are equal when they are created. SETTLED is what `state_file` of node a says when both copies are equal."""
import json

from lab import Failure

DISKS = {"mirror": 0, "mirror_meta": 1, "drbd": 2, "drbd_meta": 3, "tls": 4, "tls_meta": 5, "raw": 6,
         "slow": 7, "slow_meta": 8}


def device(disk):
    return f"/dev/bench/{disk}"


def name_disks(node):
    """With so many, the kernel's names are not in the order of the disks; serial numbers are."""
    for disk, number in DISKS.items():
        node.run(f"block=$(grep -lx disk{number} /sys/block/*/serial) && mkdir -p /dev/bench && "
                 f"ln -s /dev/$(basename $(dirname $block)) {device(disk)}")


# Waits without starting programs, which would take the processor from what is waited for.
TIMED = """
exec {never}<> <(:)
begin=$EPOCHREALTIME
%s
for ((try = 0; try < %d; try++)); do
	mapfile -t lines <%s
	[[ "${lines[*]}" != %s ]] || break
	read -r -t 0.1 -u $never
done
[[ "${lines[*]}" == %s ]] || { echo "it never ended: ${lines[*]}" >&2; exit 1; }
echo "$begin $EPOCHREALTIME"
"""


class Volume:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    def run_timed(self, command, limit=120):
        """Seconds from the start of the command (on node a) until the copies are equal."""
        script = TIMED % (command, limit * 10, self.state_file, self.SETTLED, self.SETTLED)
        begin, end = map(float, self.a.run(f"bash -c '{script}'", limit + 30).split())
        return end - begin

    def settle(self):
        self.run_timed(":")

    def check_equal(self, size):
        """Every write has returned, so it is in the files behind both disks."""
        with open(self.a.lab.disk("a", DISKS[self.disk]), "rb") as one, \
             open(self.a.lab.disk("b", DISKS[self.disk]), "rb") as other:
            for at in range(0, size, 1 << 20):
                if one.read(1 << 20) != other.read(1 << 20):
                    raise Failure(f"{self.disk}: the two copies differ after byte {at}")


class Mirror(Volume):
    """Set up with kctl alone, as in tests/vm/mirror.sh; the defaults are the kernel's."""
    name = "bench"
    disk = "mirror"
    SETTLED = "1"
    PORT = 7790

    def __init__(self, a, b):
        super().__init__(a, b)
        self.path = f"/dev/mapper/{self.name}"
        self.state_file = f"/sys/kernel/mirror_net/{self.name}/*-*/mirror_state"

    def lay_data(self):
        """The data device of each node."""
        return {"a": device(self.disk), "b": device(self.disk)}

    def create(self):
        devices, meta = self.lay_data(), device(f"{self.disk}_meta")
        for node in (self.a, self.b):
            data = devices[node.name]
            node.run(f"kctl format {self.name} node{node.name} {self.name} {data} {meta} && dmsetup create {self.name} "
                     f'--table "0 $(blockdev --getsz {data}) mirror-net {data} {meta}"')
        self.b.run(f"kctl role {self.name} target && kctl add {self.name} nodea insync")
        self.a.run(f"kctl role {self.name} source && kctl add {self.name} nodeb insync && kctl unlock {self.name}")
        # a node may stand still for seconds while its host is busy
        self.set("ping=2000 misses=10 stall=20000")
        self.connect()

    def set(self, options):
        self.a.run(f"kctl set {self.name} nodeb {options}")
        self.b.run(f"kctl set {self.name} nodea {options}")

    def get(self, key):
        """What the source's kernel says now."""
        return self.a.run(f"kctl get {self.name} nodeb {key}").strip()

    def pause(self):
        """Writes go on without a target."""
        self.a.run(f"kctl pause {self.name} nodeb")
        self.b.run(f"until kctl get {self.name} nodea link=0; do sleep 0.1; done", 30)

    def resume(self):
        self.a.run(f"kctl continue {self.name} nodeb")
        self.connect()

    def shape(self, words):
        for node in (self.a, self.b):
            node.run(f"tc qdisc replace dev eth0 root netem {words} limit 20000")

    def unshape(self):
        for node in (self.a, self.b):
            node.run("tc qdisc del dev eth0 root")

    def wait_unlinked(self):
        self.a.run(f"until kctl get {self.name} nodeb link=0; do sleep 0.1; done", 30)
        self.b.run(f"until kctl get {self.name} nodea link=0; do sleep 0.1; done", 30)

    def listen(self):
        """b listens until `connected`; before that nothing is done on either node."""
        self.wait_unlinked()
        self.listener = self.b.start(f"kctl listen {self.name} nodea {self.PORT}")
        self.b.run(f"until ss -ltn | grep -q :{self.PORT}; do sleep 0.1; done", 30)
        return f"kctl connect {self.name} nodeb 10.77.0.2 {self.PORT}"

    def connect(self):
        self.a.run(self.listen())
        self.settle()

    def disconnect(self):
        self.a.run(f"kctl detach {self.name} nodeb")
        self.wait_unlinked()

    def resync(self):
        self.a.run(f"kctl resync {self.name} nodeb full")  # which takes the link down
        return self.run_timed(self.listen())


class Drbd(Volume):
    """DRBD 8.4 of the kernel with its own defaults; protocol C unless another is asked for."""
    disk = "drbd"
    path = "/dev/drbd0"
    state_file = "/proc/drbd"
    SETTLED = '*"cs:Connected "*"ds:UpToDate/UpToDate"*'
    TOOL = "/lib/drbd/drbdsetup-84"

    def create(self):
        data, meta = device("drbd"), device("drbd_meta")
        for node in (self.a, self.b):
            node.run(f"mkdir -p /var/lib/drbd /var/lock && modprobe drbd usermode_helper=/bin/true && "
                     f"drbdmeta --force 0 v08 {meta} flex-external create-md && "
                     f"{self.TOOL} new-resource bench && {self.TOOL} new-minor bench 0 0 && "
                     f"{self.TOOL} attach 0 {data} {meta} flexible")
        self.link()
        self.a.run(f"{self.TOOL} wait-connect 0 && {self.TOOL} new-current-uuid 0 --clear-bitmap=yes && "
                   f"{self.TOOL} primary 0")
        self.settle()

    def link(self, protocol="C"):
        self.b.run(f"{self.TOOL} connect bench ipv4:10.77.0.2:7789 ipv4:10.77.0.1:7789 --protocol={protocol}")
        self.a.run(f"{self.TOOL} connect bench ipv4:10.77.0.1:7789 ipv4:10.77.0.2:7789 --protocol={protocol}")

    def protocol(self, letter):
        self.disconnect()
        self.link(letter)
        self.settle()

    def connect(self):
        self.link()
        self.settle()

    def disconnect(self):
        self.a.run(f"{self.TOOL} disconnect ipv4:10.77.0.1:7789 ipv4:10.77.0.2:7789")
        self.b.run(f"{self.TOOL} disconnect ipv4:10.77.0.2:7789 ipv4:10.77.0.1:7789 || true")

    def resync(self):
        return self.run_timed(f"{self.TOOL} invalidate-remote 0")


class TlsMirror(Volume):
    """Set up with the tools, which encrypt by default."""
    disk = "tls"
    path = "/dev/mirror/tls"
    state_file = "/sys/kernel/mirror_net/tls/*-*/mirror_state"
    SETTLED = "1"

    def create(self):
        for node in (self.a, self.b):
            node.run(f"mirrorctl node init {node.name}")
        card = json.loads(self.b.run("mirrorctl --json node show"))["card"]
        trust = json.loads(self.a.run(f"mirrorctl --json node trust --card '{card}'"))
        self.b.run(f"echo '{trust['token']}' | mirrorctl node trust --token-file -")
        for node in (self.a, self.b):
            node.run("mirror-netd >>/var/log/mirror-netd.log 2>&1 </dev/null &")
            node.run("until ss -ltn | grep -q :9999; do sleep 0.1; done", 30)
        data, meta = device("tls"), device("tls_meta")
        self.a.run(f"mirrorctl create tls {data} b:{data} --meta {meta} --peer-meta {meta} --no-initial-sync --yes", 300)
        self.settle()
