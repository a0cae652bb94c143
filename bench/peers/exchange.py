#!/usr/bin/env python3
"""Exchanges weights between Norma and PyTorch, in both directions, and compares the outputs.

    exchange.py --programs build/release/bin                                   every preset, random images
    exchange.py --programs … --data DIR --images 10000 c11-48096:bn,ln-pixel   CIFAR-10's test images

For each preset and norm, Norma trains an epoch of a few steps and PyTorch loads its model.safetensors. Then
PyTorch trains and Norma loads its file. Both score the same images. The exit status is 1 if recipes or numbers of
parameters differ, or if outputs differ by more than 1e-5 of the largest one.
"""
import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import datasets  # beside this file
import norma_files
import presets
import pytorch
import training

import numpy as np
import torch

TRAIN_IMAGES = 256


def write_random_cifar10(folder, count):
    """Files in the layout of CIFAR-10. The first images of each are random, the others black."""
    records = np.random.default_rng(1).integers(0, 256, (count, datasets.RECORD), np.uint8)
    records[:, 0] %= 10
    (folder / "cifar-10-batches-bin").mkdir()
    for name in datasets.CIFAR10_BATCHES["train"] + datasets.CIFAR10_BATCHES["test"]:
        file = folder / "cifar-10-batches-bin" / name
        records.tofile(file)
        os.truncate(file, 10_000 * datasets.RECORD)


def write_random_mnist(folder, count):
    """The four files of MNIST with fewer images. The files of the test set are compressed."""
    random = np.random.default_rng(1)
    (folder / "mnist").mkdir()
    for part, ending, opened in (("train", "", open), ("t10k", ".gz", gzip.open)):
        for name, idx, shape, end in (("images", "idx3", (count, 28, 28), 256), ("labels", "idx1", (count,), 10)):
            with opened(folder / "mnist" / f"{part}-{name}-{idx}-ubyte{ending}", "wb") as file:
                file.write(bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes())
                file.write(random.integers(0, end, shape, np.uint8).tobytes())


def norma(a, program, *arguments):
    run = subprocess.run([a.programs / program, *map(str, arguments), "--device", "cpu", "--quiet"],
                         capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"exchange: {run.stderr.strip()}")


def norma_scores(a, model, folder):
    """Norma's scores of the test images, [images, classes]."""
    table = model.with_suffix(".csv")
    norma(a, "cifar_norm", "eval", model, "--data", folder, "--limit-test", a.images, "--predictions", table)
    return norma_files.read_predictions(table)[2]


@torch.no_grad()
def pytorch_scores(network, data, images):
    network.eval()
    return torch.cat([network(data.normalize(x)) for x in images.split(500)]).numpy()


def check_config(preset, norm, network, config):
    """Checks that Norma's run had the same number of parameters and the same recipe as PyTorch."""
    ours, theirs = config["network"]["parameters"], presets.count_parameters(network)
    if ours != theirs:
        sys.exit(f"exchange: {preset} with {norm} has {ours} parameters in Norma and {theirs} in PyTorch")
    recipe = {**config["training"], "augment": config["data"]["augment"]}
    expected = {**presets.make_recipe(preset, norm), "epochs": 1}
    if expected["scheduler"] == "onecycle":  # which sets the momentum in both
        expected["momentum"] = recipe["momentum"]
    for key in sorted({*recipe, *expected}):
        if recipe.get(key) != expected.get(key):
            sys.exit(f"exchange: {preset} with {norm} has {key} {recipe.get(key)} in Norma and {expected.get(key)} "
                     "in PyTorch")


def from_norma(a, preset, norm, folder, data_folder):
    """A network that Norma trained, loaded in PyTorch, and its file."""
    program = "mnist_norm" if presets.PRESETS[preset].data is datasets.MNIST else "cifar_norm"
    norma(a, program, "--preset", preset, "--norm", norm, "--data", data_folder, "--limit-train", TRAIN_IMAGES,
          "--limit-test", 1, "--epochs", 1, "--out", folder)
    state, metadata = pytorch.read_safetensors(folder / "model.safetensors")
    network = presets.make_network(preset, norm)
    network.load_state_dict(state)  # strict: exactly these names
    check_config(preset, norm, network, json.loads(metadata["config"]))
    return network, folder / "model.safetensors"


def from_pytorch(a, preset, norm, folder, data_folder):
    """A network that PyTorch trained, and a file that Norma can load. Its metadata describe the network."""
    data, network = presets.PRESETS[preset].data, presets.make_network(preset, norm)
    images = [numbers[:TRAIN_IMAGES] for numbers in data.read(data_folder, "train")]
    training.Run(data, network, "nchw", presets.make_recipe(preset, norm), images, images).run_epoch()
    config = {"network": {"name": preset, "norm": norm, "groups": None, "dropout": None},
              "data": {"normalization_mean": data.mean, "normalization_std": data.std}}
    arrays = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    norma_files.write_safetensors(folder / "model.safetensors", arrays, {"config": json.dumps(config)})
    return network, folder / "model.safetensors"


def compare(a, label, network, model, data, folder):
    """The largest difference of two outputs, divided by the largest output."""
    images = data.read(folder, "test")[0][:a.images]
    ours, theirs = norma_scores(a, model, folder), pytorch_scores(network, data, images)
    assert ours.shape == theirs.shape, f"{ours.shape} is not {theirs.shape}"
    largest = np.abs(theirs).max()
    difference = np.abs(ours - theirs).max() / largest
    print(f"{label}  {len(images):,} images, outputs up to {largest:.2g}, largest difference {difference:.1e} of that",
          flush=True)
    return difference


def preset_and_norms(text):
    preset, _, norms = text.partition(":")
    if preset not in presets.PRESETS:
        sys.exit(f"exchange: there is no preset {preset} in presets.py, which has {', '.join(presets.PRESETS)}")
    return preset, norms.split(",") if norms else presets.PRESETS[preset].norms


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", default=list(presets.PRESETS), metavar="PRESET[:NORM,…]",
                        help="the presets (all, with their published norms)")
    parser.add_argument("--programs", type=Path, required=True, help="folder of cifar_norm and mnist_norm")
    parser.add_argument("--data", type=Path, help="folder with CIFAR-10's batches or MNIST's files (random images)")
    parser.add_argument("--images", type=int, default=1000, help="number of images to score (1000)")
    a = parser.parse_args()
    torch.manual_seed(1)
    print(f"pytorch {torch.__version__}, {a.programs}")
    worst = 0.0
    with tempfile.TemporaryDirectory(prefix="norma-exchange-") as name:
        folder = Path(name)
        if a.data is None:
            write_random_cifar10(folder, max(a.images, TRAIN_IMAGES))
            write_random_mnist(folder, max(a.images, TRAIN_IMAGES))
        for preset, norms in map(preset_and_norms, a.presets):
            for norm in norms:
                for label, make in (("norma → pytorch", from_norma), ("pytorch → norma", from_pytorch)):
                    run = Path(tempfile.mkdtemp(dir=folder))
                    made = make(a, preset, norm, run, a.data or folder)
                    worst = max(worst, compare(a, f"{preset:12}  {norm:8}  {label}", *made,
                                               presets.PRESETS[preset].data, a.data or folder))
    if not worst < 1e-5:
        sys.exit(f"exchange: the outputs differ by {worst:.1e} of the largest one, more than 1e-5")


if __name__ == "__main__":
    main()
