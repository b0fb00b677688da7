# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of a thin, long link a resync and steady asynchronous writing take. The link is shaped
(netem in both nodes), so the processor is not what is measured; keys are wan/RATE/RTT/WHAT."""
import time

from lab import Failure

# TCP's payload of an Ethernet frame, with time stamps; the link carries nothing else that counts.
PAYLOAD_SHARE = 1448 / 1514
HEADER = 64
WRITE = 32768
BLOCK = 65536
COUNTERS = "/sys/kernel/mirror_net/bench/*-*"

# Both clock and counter are read on the target.
WINDOW = """
exec {never}<> <(:)
read -r begun </proc/uptime; read -r before <%s/received_bytes
read -r -t %d -u $never
read -r ended </proc/uptime; read -r after <%s/received_bytes
echo ${begun%% *} $before ${ended%% *} $after
"""


def combinations(rates, round_trips):
    return [(rate, rtt) for rate in rates for rtt in round_trips]


def shape(mirror, rate, rtt):
    delay = f"delay {rtt / 2}ms" if rtt else ""
    for node in (mirror.a, mirror.b):
        node.run(f"tc qdisc replace dev eth0 root netem {delay} rate {rate}mbit limit 20000")


def unshape(mirror):
    for node in (mirror.a, mirror.b):
        node.run("tc qdisc del dev eth0 root")


def received_per_second(mirror, seconds):
    script = WINDOW % (COUNTERS, seconds, COUNTERS)
    begun, before, ended, after = map(float, mirror.b.run(f"bash -c '{script}'", seconds + 60).split())
    return (after - before) / (ended - begun)


def share(rate, received, unit):
    """Of the link's payload capacity, in data: without our own headers."""
    return received * 8 * unit / (unit + HEADER) / (rate * 1e6 * PAYLOAD_SHARE)


def window(rate, rtt, seconds):
    """Until the link is full, and how long it is looked at: a slow one carries few frames a second."""
    return 2 + rtt / 50, seconds if rate >= 10 else 3 * seconds


def measure_resync(mirror, rate, rtt, seconds, size):
    ramp, length = window(rate, rtt, seconds)
    length = min(length, int(size * 8 / (rate * 1e6) * 0.95 - ramp))
    mirror.a.run("kctl resync bench nodeb full")
    connect = mirror.listen()
    shape(mirror, rate, rtt)
    mirror.a.run(connect)
    time.sleep(ramp)
    received = received_per_second(mirror, length)
    if mirror.a.run(f"cat {COUNTERS}/mirror_state").strip() != "2":
        raise Failure(f"the resync over {rate} Mbit/s was over before it was measured")
    unshape(mirror)
    mirror.settle()
    return share(rate, received, BLOCK)


def measure_async(mirror, rate, rtt, seconds, _size):
    ramp, length = window(rate, rtt, seconds)
    mirror.disconnect()
    connect = mirror.listen()
    shape(mirror, rate, rtt)
    mirror.a.run(connect)
    mirror.settle()
    # a full queue makes writers wait, so there is always something to send
    mirror.a.run("kctl set bench nodeb mode=2 onlimit=1 high=200")
    mirror.a.run(f"fio --name=bench --filename={mirror.path} --rw=randwrite --bs={WRITE} --iodepth=16 "
                 "--ioengine=libaio --direct=1 --norandommap --randseed=77 --time_based --runtime=1000 "
                 ">/dev/null 2>&1 </dev/null & echo $! >/tmp/fio.pid")
    time.sleep(ramp)
    received = received_per_second(mirror, length)
    if mirror.a.run(f"cat {COUNTERS}/mirror_state").strip() != "1":
        raise Failure(f"the mirror did not stay in sync over {rate} Mbit/s")
    mirror.a.run("kill $(cat /tmp/fio.pid)")
    unshape(mirror)
    mirror.a.run(f"until grep -qx 0 {COUNTERS}/queue_current_length; do sleep 0.1; done", 60)
    mirror.a.run("kctl set bench nodeb mode=1 onlimit=0 high=20000")
    return share(rate, received, WRITE)


def measure(ratios, mirror, rates, round_trips, seconds, size, say):
    for node, peer in ((mirror.a, "nodeb"), (mirror.b, "nodea")):
        # every measurement is on a link of its own, which has to know nothing of the shape before
        node.run(f"kctl set bench {peer} stall=600000 && sysctl -qw net.ipv4.tcp_no_metrics_save=1 && "
                 "ip tcp_metrics flush")
    for what, function in (("resync", measure_resync), ("async", measure_async)):
        for rate, rtt in combinations(rates, round_trips):
            part = function(mirror, rate, rtt, seconds, size)
            ratios.add(f"wan/{rate:g}/{rtt:g}/{what}", part)
            say(f"{what} over {rate:g} Mbit/s, {rtt:g} ms: {part:.3f} of its payload")
    for node, peer in ((mirror.a, "nodeb"), (mirror.b, "nodea")):
        node.run(f"kctl set bench {peer} stall=20000")
