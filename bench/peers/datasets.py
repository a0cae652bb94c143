"""CIFAR-10 and MNIST from their official files; normalization and augmentation of the images."""
import gzip
import math
import sys
from pathlib import Path
from typing import Callable, NamedTuple

import numpy as np
import torch

RECORD = 1 + 3 * 32 * 32  # bytes of a record of CIFAR-10: a label and the pixels
CIFAR10_BATCHES = {"train": [f"data_batch_{i}.bin" for i in range(1, 6)], "test": ["test_batch.bin"]}
MNIST_PARTS = {"train": "train", "test": "t10k"}


class DataSet(NamedTuple):
    read: Callable  # (folder, "train" or "test") → images uint8 [N, C, H, W], labels int64 [N]
    mean: list  # per channel, of pixels scaled to [0, 1]
    std: list

    def normalize(self, images):
        mean, std = torch.tensor(self.mean).view(-1, 1, 1), torch.tensor(self.std).view(-1, 1, 1)
        return (images.float() / 255 - mean) / std


# ---- files ------------------------------------------------------------------------------------------------


def read_cifar10(folder, part):
    """The batches in FOLDER/cifar-10-batches-bin or in FOLDER itself."""
    place = Path(folder) / "cifar-10-batches-bin"
    files = [(place if place.is_dir() else Path(folder)) / name for name in CIFAR10_BATCHES[part]]
    for file in files:
        if not file.is_file():
            sys.exit(f"there is no {file}: unpack the binary version of CIFAR-10 in {folder}")
    numbers = np.concatenate([np.fromfile(file, np.uint8) for file in files])
    if len(numbers) == 0 or len(numbers) % RECORD != 0:
        sys.exit(f"the files in {files[0].parent} are not a whole number of records of {RECORD} bytes: "
                 "unpack the archive again")
    records = torch.from_numpy(numbers.reshape(-1, RECORD))
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].long()


def read_mnist(folder, part):
    """The four IDX files, plain or .gz, in FOLDER/mnist, FOLDER or FOLDER/MNIST/raw."""
    images = read_idx(find_idx(folder, f"{MNIST_PARTS[part]}-images", 3))
    return images.unsqueeze(1), read_idx(find_idx(folder, f"{MNIST_PARTS[part]}-labels", 1)).long()


def find_idx(folder, name, dimensions):
    for place in ("mnist", "", "MNIST/raw"):
        for ending in ("", ".gz"):
            for joint in "-.":
                file = Path(folder) / place / f"{name}{joint}idx{dimensions}-ubyte{ending}"
                if file.is_file():
                    return file
    sys.exit(f"{folder} holds no {name}-idx{dimensions}-ubyte or .gz: copy MNIST's four files there")


def read_idx(file):
    """The unsigned bytes of an IDX file, in their shape; data/mnist.cpp describes the format."""
    with (gzip.open if file.suffix == ".gz" else open)(file, "rb") as stream:
        data = stream.read()
    header = 4 + 4 * data[3]
    shape = [int(size) for size in np.frombuffer(data[4:header], ">i4")]
    if data[:3] != b"\0\0\x08" or len(data) != header + math.prod(shape):
        sys.exit(f"{file} is not an IDX file of {shape} unsigned bytes: copy it again")
    return torch.from_numpy(np.frombuffer(data[header:], np.uint8).reshape(shape).copy())


CIFAR10 = DataSet(read_cifar10, [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616])
MNIST = DataSet(read_mnist, [0.1307], [0.3081])

# ---- augmentation -----------------------------------------------------------------------------------------

MOVES = {"flip": 1, "crop": 4, "rotate": 7.0}  # the default numbers


def parse_augment(text):
    """{"rotate": 7} of "rotate:7". ValueError unless text is "none" or some of flip, crop, rotate, with +."""
    moves = {}
    for word in text.split("+") if text != "none" else []:
        kind, _, number = word.partition(":")
        if kind not in MOVES or (number and kind == "flip"):
            raise ValueError(text)
        moves[kind] = type(MOVES[kind])(number) if number else MOVES[kind]
    return moves


def move(images, flip=0, crop=0, rotate=0):
    """Moves each image (uint8) by itself: turns it by up to `rotate` degrees either way (nearest pixel, as
    torchvision's RandomRotation), pads it by `crop` and crops it back, mirrors it or not. Outside: black."""
    n, c, h, w = images.shape
    i, j = torch.arange(h).view(1, h, 1), torch.arange(w).view(1, 1, w)
    if flip:
        j = torch.where(torch.rand(n, 1, 1) < 0.5, j, w - 1 - j)
    i, j = (at + torch.randint(-crop, crop + 1, (n, 1, 1)) for at in (i, j))
    inside = (i >= 0) & (i < h) & (j >= 0) & (j < w)
    angle = torch.deg2rad((2 * torch.rand(n, 1, 1) - 1) * rotate)
    down, right = i - (h - 1) / 2, j - (w - 1) / 2  # from the centre; kernels/augment/rotation.h
    row = torch.floor(h / 2 + angle.cos() * down + angle.sin() * right).long()
    column = torch.floor(w / 2 - angle.sin() * down + angle.cos() * right).long()
    inside &= (row >= 0) & (row < h) & (column >= 0) & (column < w)
    source = torch.where(inside, row * w + column, 0).view(n, 1, h * w).expand(n, c, h * w)
    return images.flatten(2).gather(2, source).view_as(images) * inside.unsqueeze(1)
