"""Trains for an hour and kills the training every few minutes: does memory stay flat, does the throughput stay
steady, and has the result the bits of a training that was left alone?

    python3 bench/soak.py OUT -- --preset norma-49k --norm gn --groups 4 --epochs 60 --data DIR

trains twice with the flags after --, in OUT/whole and, with kills and `--resume`, in OUT/killed. It prints what
it saw and ends with status 1 if the two results differ. Only the standard library is needed.
"""

import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import time

TIMES = ("seconds", "images_per_second")


def resident_mb(pid):
    """The memory of a process that is resident, in MB; None if it has ended."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) / 1000 if lines else None


def train(command, log, limit=None):
    """Runs a training, at most `limit` seconds. Returns its exit status (None: killed) and (time, MB) pairs."""
    memory = []
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    while process.poll() is None:
        if (size := resident_mb(process.pid)) is not None:
            memory.append((time.monotonic() - start, size))
        if limit and time.monotonic() - start > limit:
            process.kill()
            process.wait()
            return None, memory
        time.sleep(1)
    return process.returncode, memory


def epochs(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def tensors(file):
    """Names, shapes, types and numbers of a safetensors file, without its metadata, which has the command."""
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    return header, data[8 + length :]


def result(folder):
    """What must be equal: the weights, the metrics without times, and the statistics."""
    metrics = [{k: v for k, v in line.items() if k not in TIMES} for line in epochs(folder)]
    return tensors(folder / "model.safetensors"), metrics, (folder / "norm_statistics.jsonl").read_bytes()


def settled(memory):
    """Median MB of the second minute and of the last one: the first is that of loading."""
    end = memory[-1][0]
    early = [size for at, size in memory if 60 <= at < 120]
    late = [size for at, size in memory if at >= end - 60]
    return (statistics.median(early), statistics.median(late)) if early and end > 180 else None


def print_memory(name, legs):
    settled_legs = [pair for pair in map(settled, legs) if pair]
    growth = max(late - early for early, late in settled_legs) if settled_legs else float("nan")
    print(f"{name}: resident memory at most {max(size for leg in legs for _, size in leg):.1f} MB; from the second "
          f"minute to the last of a process it grew by at most {growth:.1f} MB ({len(settled_legs)} processes)")


def print_speed(name, folder):
    speeds = [line["images_per_second"] for line in epochs(folder)]
    quarter = max(1, len(speeds) // 4)
    low, middle, high = statistics.quantiles(speeds, n=4)
    print(f"{name}: {middle:.0f} images/s (quartiles {low:.0f} to {high:.0f}); last quarter of the epochs over the "
          f"first: {statistics.median(speeds[-quarter:]) / statistics.median(speeds[:quarter]):.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--program", default="build/release/bin/cifar_norm")
    parser.add_argument("--every", type=float, default=240, help="mean seconds between two kills (%(default)s)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 3], help="taken in turns (%(default)s)")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    args, flags = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1 :]
    args.out.mkdir(parents=True, exist_ok=True)
    whole, killed = args.out / "whole", args.out / "killed"

    def command(folder, leg):
        threads = str(args.threads[leg % len(args.threads)])
        return [args.program, *flags, "--threads", threads, "--out", str(folder), "--resume"]

    moments = random.Random(1)
    legs, status = [], None
    with open(args.out / "killed.log", "w") as log:
        while status is None:
            status, memory = train(command(killed, len(legs)), log, args.every * moments.uniform(0.5, 1.5))
            legs.append(memory)
    if status != 0:
        sys.exit(f"the killed training ended with status {status}; see {args.out}/killed.log")
    with open(args.out / "whole.log", "w") as log:
        status, memory = train(command(whole, 0), log)
    if status != 0:
        sys.exit(f"the training without kills ended with status {status}; see {args.out}/whole.log")

    print(f"{len(legs) - 1} kills in {sum(leg[-1][0] for leg in legs) / 60:.0f} minutes, {len(epochs(killed))} epochs")
    print_memory("killed", legs)
    print_memory("whole", [memory])
    print_speed("killed", killed)
    print_speed("whole", whole)
    same = result(whole) == result(killed)
    print("weights, metrics and statistics:", "the same bits" if same else "DIFFERENT")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
