# SPDX-License-Identifier: GPL-2.0-or-later
"""Asynchronous mirroring: how much arrives on the target, beside DRBD's protocol A, and what writers
notice of it on a disk whose latency is known (2 ms of dm-delay), so that the processor is not the limit."""
from lab import Failure
from measure import writes_of
from volumes import Mirror, device

WRITES = 16000
FIO = ("fio --name=bench --filename={path} --rw=randwrite --bs=4k --ioengine=libaio --direct=1 --norandommap "
       "--randrepeat=1 --randseed=77 --size=32m {job} --lat_percentiles=1 --clat_percentiles=0 "
       "--percentile_list=50 --output-format=json")

# Sectors that the target's disk has been given, from the first to the last, by the target's own clock;
# no program is started meanwhile. Field 7 of a block device's stat (Documentation/block/stat.rst).
ARRIVAL = """
exec {never}<> <(:)
sectors() { read -r -a fields </sys/class/block/%s/stat; now=${fields[6]}; }
sectors; first=$now
until sectors && ((now > first)); do read -r -t 0.02 -u $never; done
begin=$EPOCHREALTIME; head=$((now - first))
for ((try = 0; now < first + %d && try < 6000; try++)); do read -r -t 0.02 -u $never; sectors; done
echo "$begin $EPOCHREALTIME $((now - first - head))"
"""

PACE = 90  # writes in a second: 30 % of LINK
LINK = "rate 10mbit"
THIN = "rate 1mbit"
BURST, QUEUE = 1500, 300


class SlowMirror(Mirror):
    """Its data disk on the source takes 2 ms for each write."""
    name = "slow"
    disk = "slow"
    PORT = 7792

    def lay_data(self):
        disk = device("slow")
        self.a.run(f'modprobe dm-delay && dmsetup create slow-data --table "0 $(blockdev --getsz {disk}) '
                   f'delay {disk} 0 0 {disk} 0 2"')
        return {"a": "/dev/mapper/slow-data", "b": disk}


def arrival(volume, disk):
    """IOPS of what the target's disk is given, until everything is there."""
    script = ARRIVAL % (disk, WRITES * 8)
    waiting = volume.b.start(f"bash -c '{script}'", 300)
    volume.a.run(FIO.format(path=volume.path, job=f"--iodepth=32 --io_size={WRITES * 4}k"), 300)
    out, error = waiting.communicate()
    if waiting.returncode:
        raise Failure(f"{volume.disk}: what arrives was not counted: {error}")
    begin, end, sectors = map(float, out.split())
    if sectors < WRITES * 8 * 0.9:
        raise Failure(f"{volume.disk}: only {sectors / 8:.0f} of {WRITES} writes arrived")
    return {"iops": sectors / 8 / (end - begin)}


def kernel_name(node, disk):
    return node.run(f"basename $(readlink -f {device(disk)})").strip()


def of_mirror(mirror, disk):
    before = mirror.get("resync_begun"), mirror.get("generation")
    figures = arrival(mirror, disk)
    if (mirror.get("resync_begun"), mirror.get("generation"), mirror.get("state")) != (*before, "1"):
        raise Failure("the mirror did not stay in sync")
    return figures


def measure_arrival(ratios, mirror, drbd, rounds, say):
    mirror.set("mode=2")
    drbd.protocol("A")
    disks = {volume: kernel_name(volume.b, volume.disk) for volume in (mirror, drbd)}
    ratios.run_group("rand4k_qd32", {"async": lambda: of_mirror(mirror, disks[mirror]),
                                     "drbd_a": lambda: arrival(drbd, disks[drbd])},
                     ["async/rand4k_qd32/drbd_a"], rounds, say)
    mirror.set("mode=1")
    drbd.protocol("C")


def latency(volume, job):
    write = writes_of(volume.a.run(FIO.format(path=volume.path, job=job), 300))
    return {"latency_median_us": write["lat_ns"]["percentile"]["50.000000"] / 1000}


def without_target(slow, job):
    slow.pause()
    try:
        return latency(slow, job)
    finally:
        slow.resume()


def paced(slow, job):
    slow.shape(LINK)
    figures = latency(slow, job)
    slow.unshape()
    if slow.get("state") != "1":
        raise Failure("the mirror did not stay in sync")
    return figures


def burst(slow, job):
    """More than the queue holds, over a link that is far too thin for it: the mirror pauses, and comes back by itself."""
    slow.shape(THIN)
    before = slow.get("generation")
    figures = latency(slow, job)
    if slow.get("generation") == before:
        raise Failure("the queue never was full")
    slow.unshape()
    slow.settle()
    return figures


def measure_latency(ratios, slow, rounds, say):
    slow.set(f"mode=2 high={QUEUE}")
    job = f"--iodepth=1 --rate_iops={PACE} --time_based --runtime=5"
    ratios.run_group("rand4k_qd1", {"none": lambda: without_target(slow, job), "async": lambda: paced(slow, job)},
                     ["async/rand4k_qd1_latency/none"], rounds, say)
    job = f"--iodepth=4 --rate_iops=300 --number_ios={BURST}"
    ratios.run_group("rand4k_burst", {"none": lambda: without_target(slow, job), "async": lambda: burst(slow, job)},
                     ["async/rand4k_burst_latency/none"], rounds, say)


def measure(ratios, mirror, drbd, slow, rounds, say):
    measure_arrival(ratios, mirror, drbd, rounds, say)
    measure_latency(ratios, slow, rounds, say)
