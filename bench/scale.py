"""One training on several processes: images per second beside threads, bytes per step, and a model of larger ones.

    python3 bench/scale.py [--rounds 7] [--preset norma-49k] [--norms bn,gn]

trains a few steps with 1 process and 1 thread, 1 process and 2 threads, and 2 processes with 1 thread each, in turns,
with cifar_norm of a build with MPI, and prints tables in Markdown. All three must have the same losses. Only the
standard library is needed.
"""

import argparse
import json
import math
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

CONTESTANTS = {"1 process, 1 thread": (1, 1), "1 process, 2 threads": (1, 2), "2 processes, 1 thread each": (2, 1)}
LATENCY = 50e-6  # assumed: seconds from one process to another by TCP, beyond the time of the bytes


def train(args, norm, processes, threads):
    """Images per second, kB per step (None for one process) and the losses of one short training."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "run"
        command = [args.program, "--preset", args.preset, "--norm", norm, "--data", "synthetic", "--epochs", "1",
                   "--limit-train", str(args.images), "--limit-test", "32", "--batch-size", str(args.batch),
                   "--threads", str(threads), "--out", str(out)]
        if processes > 1:
            command = ["mpirun", "--allow-run-as-root", "-n", str(processes), *command]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        line = json.loads((out / "metrics.jsonl").read_text())
        sent = re.search(r"sent +([0-9.]+) kB", done.stdout)
        return line["images_per_second"], sent and float(sent[1]), (line["train_loss"], line["test_loss"])


def measure(args, norm):
    """Of each contestant its speeds; the kB per step of two processes."""
    speeds, losses, sent = {name: [] for name in CONTESTANTS}, set(), None
    for _ in range(args.rounds):
        for name, (processes, threads) in CONTESTANTS.items():
            speed, kilobytes, loss = train(args, norm, processes, threads)
            speeds[name].append(speed)
            losses.add(loss)
            sent = kilobytes or sent
    if len(losses) != 1:
        sys.exit(f"{norm}: the losses differ: {losses}")
    return speeds, sent


def model_rows(speed, kilobytes, messages):
    """Images per process and step at which adding takes as long as computing."""
    for gigabits in (1, 10, 100):
        row = []
        for processes in (2, 16, 1024):
            seconds = math.log2(processes) * (messages * LATENCY + kilobytes * 8e3 / (gigabits * 1e9))
            row.append(f"{speed * seconds:.1f}")
        yield f"| {gigabits} Gbit/s | " + " | ".join(row) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/bin/cifar_norm")
    parser.add_argument("--preset", default="norma-49k")
    parser.add_argument("--norms", default="bn,gn")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--images", type=int, default=5120)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--layers", type=int, default=10, help="norms of the network (for the model: %(default)s)")
    args = parser.parse_args()
    print("| norm | " + " | ".join(CONTESTANTS) + " | 2 processes over 2 threads | kB per step |")
    print("|---" * (len(CONTESTANTS) + 3) + "|")
    models = []
    for norm in args.norms.split(","):
        speeds, sent = measure(args, norm)
        cells = [f"{statistics.median(s):.0f} ({min(s):.0f}–{max(s):.0f})" for s in speeds.values()]
        one, threads, processes = speeds.values()
        ratio = statistics.median(p / t for p, t in zip(processes, threads))
        print(f"| {norm} | " + " | ".join(cells) + f" | {ratio:.2f} | {sent} |", flush=True)
        messages = math.ceil(sent / 32.8) + 3 + (2 * args.layers if norm == "bn" else 0)
        models.append((norm, messages, list(model_rows(statistics.median(one), sent, messages))))
    for norm, messages, rows in models:
        print(f"\nModel, {norm}, {messages} exchanges: images per process and step at which adding takes as long as "
              "computing\n\n| network | 2 processes | 16 | 1,024 |\n|---|---|---|---|")
        print("\n".join(rows))


if __name__ == "__main__":
    main()
