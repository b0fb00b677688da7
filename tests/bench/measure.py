# SPDX-License-Identifier: GPL-2.0-or-later
"""One measurement each; every function returns figures, whose names end in their unit."""
import json

# Within 32 MiB, so that intent log and activity log are warm after the ramp; _wide over all.
JOBS = {
    "rand4k_qd1": "--rw=randwrite --bs=4k --iodepth=1 --size=32m",
    "rand4k_qd32": "--rw=randwrite --bs=4k --iodepth=32 --size=32m",
    "rand4k_qd32_wide": "--rw=randwrite --bs=4k --iodepth=32",
    "seq1m": "--rw=write --bs=1m --iodepth=8",
}
# The same places in the same order every time; a write is direct and takes place somewhere else.
FIO = ("fio --name=bench --filename={path} {job} --ioengine=libaio --direct=1 --norandommap "
       "--randrepeat=1 --randseed=77 --time_based --ramp_time=1 --runtime={seconds} "
       "--lat_percentiles=1 --clat_percentiles=0 --percentile_list=50:99 --output-format=json")
RTT_PORT = 7791


def writes_of(text):
    """What fio's JSON says of the writes of its only job."""
    return json.loads(text[text.index("{"):])["jobs"][0]["write"]


def fio(node, path, job, seconds):
    write = writes_of(node.run(FIO.format(path=path, job=JOBS[job], seconds=seconds), seconds + 120))
    latency = write["lat_ns"]
    return {
        "iops": write["iops"],
        "bytes_per_second": write["bw_bytes"],
        "latency_median_us": latency["percentile"]["50.000000"] / 1000,
        "latency_mean_us": latency["mean"] / 1000,
        "latency_p99_us": latency["percentile"]["99.000000"] / 1000,
    }


def serve(node):
    """What the two functions below talk to, on node b."""
    node.run("iperf3 --server --daemon")
    node.run(f"pingpong listen {RTT_PORT} >/dev/null 2>&1 </dev/null &")
    node.run(f"until ss -ltn | grep -q :{RTT_PORT} && ss -ltn | grep -q :5201; do sleep 0.1; done", 30)


def round_trip(node, seconds):
    """4 KiB there, 64 bytes back."""
    median, mean = map(float, node.run(f"pingpong 10.77.0.2 {RTT_PORT} {seconds}", seconds + 30).split())
    return {"latency_median_us": median, "latency_mean_us": mean}


def stream(node, seconds):
    text = node.run(f"iperf3 --client 10.77.0.2 --time {seconds} --omit 1 --json", seconds + 60)
    return {"bytes_per_second": json.loads(text)["end"]["sum_received"]["bits_per_second"] / 8}


def resync(volume, size):
    seconds = volume.resync()
    return {"bytes": size, "seconds": seconds, "bytes_per_second": size / seconds}
