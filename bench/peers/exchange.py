#!/usr/bin/env python3
"""Weights go both ways between Norma and PyTorch, by their names, and give the same outputs.

    exchange.py --cifar-norm build/release/bin/cifar_norm                random images
    exchange.py --cifar-norm … --data DIR --images 10000 --norms bn,gn   CIFAR-10's test images

For each norm, cifar_norm trains a few steps and PyTorch loads its model.safetensors; then PyTorch trains a few
steps and cifar_norm loads what it wrote. Both score the same images. Ends with 1 where the outputs are further
apart than 1e-5 of the largest one.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import norma_files  # beside this file
import pytorch

import numpy as np
import torch

RECORD = 1 + 3 * 32 * 32  # a label and the pixels
BATCHES = [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]
MEAN, STD = [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]  # those of pytorch.normalize()


def write_random_cifar10(folder, count):
    """Files in CIFAR-10's layout; the first images of each are random, the others black."""
    records = np.random.default_rng(1).integers(0, 256, (count, RECORD), np.uint8)
    records[:, 0] %= 10
    (folder / "cifar-10-batches-bin").mkdir()
    for name in BATCHES:
        file = folder / "cifar-10-batches-bin" / name
        records.tofile(file)
        os.truncate(file, 10_000 * RECORD)


def cifar_norm(program, *arguments):
    run = subprocess.run([program, *map(str, arguments), "--device", "cpu", "--quiet"], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"exchange: {run.stderr.strip()}")


def norma_scores(a, model, data):
    """Scores by Norma, [images, classes]."""
    table = model.with_suffix(".csv")
    cifar_norm(a.cifar_norm, "eval", model, "--data", data, "--limit-test", a.images, "--predictions", table)
    return norma_files.read_predictions(table)[2]


@torch.no_grad()
def pytorch_scores(network, images):
    network.eval()
    return torch.cat([network(pytorch.normalize(x)) for x in images.split(500)]).numpy()


def from_norma(a, norm, folder, data):
    """A network that Norma trained, as PyTorch's, and its file."""
    cifar_norm(a.cifar_norm, "--norm", norm, "--data", data, "--limit-train", 256, "--limit-test", 1, "--batch-size",
               64, "--epochs", 1, "--out", folder)
    state, metadata = pytorch.read_safetensors(folder / "model.safetensors")
    network = pytorch.c11_48096(norm, json.loads(metadata["config"])["network"]["groups"])
    network.load_state_dict(state)  # strict: every name, and no other
    return network, folder / "model.safetensors"


def from_pytorch(norm, folder, data):
    """A network that PyTorch trained, and a file that Norma can load: its metadata say what network it is."""
    network = pytorch.c11_48096(norm)
    images, labels = pytorch.read_cifar10(data, ["data_batch_1.bin"], 256)
    training = pytorch.Training(network, "nchw")
    for x, target in zip(images.split(64), labels.split(64)):
        training.step(pytorch.normalize(x), target)
    config = {"network": {"name": "c11-48096", "norm": norm, "groups": None, "dropout": 0.05},
              "data": {"normalization_mean": MEAN, "normalization_std": STD}}
    arrays = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    norma_files.write_safetensors(folder / "model.safetensors", arrays, {"config": json.dumps(config)})
    return network, folder / "model.safetensors"


def compare(a, label, network, model, data):
    """The largest difference of an output, measured against the largest output."""
    images, _ = pytorch.read_cifar10(data, ["test_batch.bin"], a.images)
    ours, theirs = norma_scores(a, model, data), pytorch_scores(network, images)
    assert ours.shape == theirs.shape, f"{ours.shape} is not {theirs.shape}"
    largest = np.abs(theirs).max()
    difference = np.abs(ours - theirs).max() / largest
    print(f"{label}  {len(images):,} images, outputs up to {largest:.2g}, largest difference {difference:.1e} of that",
          flush=True)
    return difference


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cifar-norm", required=True, help="the program")
    parser.add_argument("--data", type=Path, help="folder that holds cifar-10-batches-bin (random images)")
    parser.add_argument("--images", type=int, default=1000, help="how many to score (1000)")
    parser.add_argument("--norms", default=",".join(pytorch.NORMS), help="separated by commas (all)")
    a = parser.parse_args()
    torch.manual_seed(1)
    print(f"pytorch {torch.__version__}, {a.cifar_norm}")
    with tempfile.TemporaryDirectory(prefix="norma-exchange-") as name:
        folder = Path(name)
        data = a.data or folder
        if a.data is None:
            write_random_cifar10(folder, max(a.images, 256))
        worst = 0.0
        for norm in a.norms.split(","):
            for source in ("norma", "pytorch"):
                run = folder / f"{source}-{norm}"
                run.mkdir()
                if source == "norma":
                    label, network = f"{norm:8}  norma → pytorch", from_norma(a, norm, run, data)
                else:
                    label, network = f"{norm:8}  pytorch → norma", from_pytorch(norm, run, data)
                worst = max(worst, compare(a, label, *network, data))
    if not worst < 1e-5:
        sys.exit(f"exchange: the outputs differ by {worst:.1e} of the largest one, more than 1e-5")


if __name__ == "__main__":
    main()
