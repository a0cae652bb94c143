#!/usr/bin/env python3
"""Norma's peer: the network c11-48096 in PyTorch, with Norma's module names.

    pytorch.py train --data DIR --norm gn --groups 4 --epochs 20    trains it on CIFAR-10
    pytorch.py serve --threads 2                                    answers benchmarks, see serve()
"""
import argparse
import json
import os
import resource
import signal
import sys
import time
from collections import OrderedDict

try:
    import numpy as np
    import torch
    from torch import nn
    from torch.nn import functional

    import norma_files  # beside this file
    import operations
except (ImportError, OSError) as missing:  # OSError: torch is there, one of its libraries is not
    print(json.dumps({"error": str(missing)}))
    sys.exit(f"{sys.executable} cannot run the peer: {missing}" if "serve" not in sys.argv else 1)

NORMS = ["none", "bn", "ln", "ln-chw", "ln-pixel", "gn", "in"]
UNTIMED = 2  # steps at the beginning of a turn: the other format's turn left the allocator and caches cold
FORMATS = {"nchw": torch.contiguous_format, "channels-last": torch.channels_last}


class LayerNorm2d(nn.LayerNorm):
    """Over C at each pixel, as in torchvision's ConvNeXt."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def make_norm(norm, channels, size, groups):
    return {
        "bn": lambda: nn.BatchNorm2d(channels),
        "ln": lambda: nn.GroupNorm(1, channels),
        "ln-chw": lambda: nn.LayerNorm([channels, size, size]),
        "ln-pixel": lambda: LayerNorm2d(channels),
        "gn": lambda: nn.GroupNorm(groups, channels),
        "in": lambda: nn.InstanceNorm2d(channels, affine=True),
    }[norm]()


def c11_48096(norm, groups=None, dropout=0.05):
    """The preset of apps/presets.cpp; `groups` overrides the group count of every block."""
    network, channels, size = nn.Sequential(), 3, 32

    def block(name, out, default_groups):
        nonlocal channels
        layers = OrderedDict(conv=nn.Conv2d(channels, out, 3, padding=1, bias=False))
        if norm != "none":
            layers["norm"] = make_norm(norm, out, size, groups or default_groups)
        layers["relu"] = nn.ReLU()
        layers["drop"] = nn.Dropout2d(dropout)
        network.add_module(name, nn.Sequential(layers))
        channels = out

    def narrow(name, pool):  # to ten channels, then to half the size
        nonlocal channels, size
        network.add_module(name, nn.Conv2d(channels, 10, 1, bias=False))
        network.add_module(pool, nn.MaxPool2d(2))
        channels, size = 10, size // 2

    block("C1", 32, 4), block("C2", 32, 4), narrow("c3", "P1")
    block("C4", 16, 4), block("C5", 32, 8), block("C6", 32, 8), narrow("c7", "P2")
    block("C8", 32, 4), block("C9", 32, 4), block("C10", 32, 4)
    network.add_module("GAP", nn.AdaptiveAvgPool2d(1))
    network.add_module("c11", nn.Conv2d(channels, 10, 1, bias=False))
    network.add_module("flat", nn.Flatten())
    return network


class Training:
    """A network with its optimizer, in one memory format."""

    def __init__(self, network, memory_format, lr=0.01, momentum=0.9):
        self.memory_format = FORMATS[memory_format]
        self.network = network.to(memory_format=self.memory_format)
        self.optimizer = torch.optim.SGD(network.parameters(), lr=lr, momentum=momentum)

    def step(self, x, target):
        """One training step; returns the scores and the loss before it."""
        self.optimizer.zero_grad(set_to_none=True)
        scores = self.network(x.contiguous(memory_format=self.memory_format))
        loss = functional.cross_entropy(scores, target)
        loss.backward()
        self.optimizer.step()
        return scores, loss.item()


# ---- serve ------------------------------------------------------------------------------------------------


def read_safetensors(path):
    """The tensors and the metadata of a file."""
    arrays, metadata = norma_files.read_safetensors(path)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}, metadata


class Server:
    """What bench_train and bench_kernels ask for. The methods are the commands; the answer is a JSON object."""

    def load(self, path, device):
        """Weights by their names, `batch.x` and `batch.target`, and the norm's name as metadata."""
        self.weights, metadata = read_safetensors(path)
        self.x, self.target = self.weights.pop("batch.x"), self.weights.pop("batch.target")
        self.norm, self.device, self.trainings = metadata["norm"], device, {}
        self.x, self.target = self.x.to(device), self.target.to(device)
        return {}

    def start(self, memory_format, dropout, dtype=torch.float32):
        network = c11_48096(self.norm, dropout=dropout)
        network.load_state_dict(self.weights)
        return Training(network.to(dtype).to(self.device), memory_format)

    def losses(self, memory_format, dtype, steps):
        """The losses of the first steps from the loaded weights, without dropout."""
        dtype = {"float32": torch.float32, "float64": torch.float64}[dtype]
        training, x = self.start(memory_format, dropout=0, dtype=dtype), self.x.to(dtype)
        return {"losses": [training.step(x, self.target)[1] for _ in range(int(steps))]}

    def time(self, memory_format, steps):
        """Seconds for some more steps, with dropout."""
        if memory_format not in self.trainings:
            self.trainings[memory_format] = self.start(memory_format, dropout=0.05)
        training, x = self.trainings[memory_format], self.x
        x = x.contiguous(memory_format=training.memory_format)  # the loader's work, not the step's
        for _ in range(UNTIMED):
            training.step(x, self.target)
        begin = time.perf_counter()
        for _ in range(int(steps)):
            training.step(x, self.target)
        return {"seconds": time.perf_counter() - begin}

    @torch.no_grad()
    def infer(self, memory_format, steps):
        """Seconds for some forward passes in evaluation mode."""
        if memory_format not in self.trainings:
            self.trainings[memory_format] = self.start(memory_format, dropout=0.05)
        training = self.trainings[memory_format]
        training.network.eval()
        x = self.x.contiguous(memory_format=training.memory_format)
        for _ in range(UNTIMED):
            training.network(x)
        begin = time.perf_counter()
        for _ in range(int(steps)):
            training.network(x)
        if x.is_cuda:
            torch.cuda.synchronize()
        return {"seconds": time.perf_counter() - begin}

    def peak(self):
        """The most resident memory that this process has had; Linux counts it in kilobytes."""
        return {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}

    def prepare(self, operation, *sizes):
        """One operation of kernels/table.h with numbers to work on: "prepare relu_forward n=128 c=32 …"."""
        self.operation = operations.Operation(operation, dict(size.split("=") for size in sizes))
        return {"numel": self.operation.call().numel()}

    def call(self, calls):
        """Seconds a call of the prepared operation, the mean of some, after one that does not count."""
        self.operation.call()
        self.operation.wait()
        begin = time.perf_counter()
        for _ in range(int(calls)):
            self.operation.call()
        self.operation.wait()
        return {"seconds": (time.perf_counter() - begin) / int(calls)}

    def rest(self):
        time.sleep(0.02)
        return {}

    def forget(self):
        self.operation = None
        return {}


def serve(arguments):
    """Reads commands from stdin, a line each ("time nchw 6"), and answers each with a line of JSON."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    torch.manual_seed(1)
    # Norma's float32 is float32: no TF32 on either side.
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    server = Server()
    answer = {"torch": torch.__version__, "threads": torch.get_num_threads(), "formats": list(FORMATS),
              "cuda": torch.cuda.is_available()}
    print(json.dumps(answer), flush=True)
    cpu = time.process_time()
    for line in sys.stdin:
        idle_cpu = time.process_time() - cpu  # what threads burnt while they had nothing to do
        command, *values = line.split()
        if command == "quit":
            break
        try:
            answer = {"idle_cpu_seconds": idle_cpu, **getattr(server, command)(*values)}
        except Exception as error:  # whatever it is, the benchmark reports it
            answer = {"error": f"{type(error).__name__}: {error}"}
        cpu = time.process_time()
        print(json.dumps(answer), flush=True)


# ---- train ------------------------------------------------------------------------------------------------


def read_cifar10(folder, files, limit):
    """Images uint8 [N, 3, 32, 32] and labels int64 [N]."""
    records = [np.fromfile(os.path.join(folder, "cifar-10-batches-bin", f), np.uint8) for f in files]
    records = torch.from_numpy(np.concatenate(records).reshape(-1, 1 + 3 * 32 * 32)[:limit])
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].long()


def normalize(images):
    mean, std = torch.tensor([0.4914, 0.4822, 0.4465]), torch.tensor([0.2470, 0.2435, 0.2616])
    return (images.float() / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)


def train_epoch(training, images, labels, batch_size):
    """Mean loss, accuracy in percent and images a second."""
    training.network.train()
    loss_sum, right, begin = 0, 0, time.perf_counter()
    for indices in torch.randperm(len(labels)).split(batch_size):
        target = labels[indices]
        scores, loss = training.step(normalize(images[indices]), target)
        loss_sum += loss * len(target)
        right += (scores.argmax(1) == target).sum().item()
    seconds = time.perf_counter() - begin
    return loss_sum / len(labels), 100 * right / len(labels), len(labels) / seconds


@torch.no_grad()
def evaluate(training, images, labels):
    training.network.eval()
    loss_sum, right = 0, 0
    for x, target in zip(images.split(500), labels.split(500)):
        scores = training.network(normalize(x).contiguous(memory_format=training.memory_format))
        loss_sum += functional.cross_entropy(scores, target, reduction="sum").item()
        right += (scores.argmax(1) == target).sum().item()
    return loss_sum / len(labels), 100 * right / len(labels)


def train(a):
    torch.manual_seed(a.seed)
    train_set = read_cifar10(a.data, [f"data_batch_{i}.bin" for i in range(1, 6)], a.limit_train)
    test_set = read_cifar10(a.data, ["test_batch.bin"], a.limit_test)
    training = Training(c11_48096(a.norm, a.groups, a.dropout), a.format, a.lr, a.momentum)
    parameters = sum(p.numel() for p in training.network.parameters())
    label = a.norm + str(a.groups or "")
    print(f"pytorch {torch.__version__} · c11-48096 · {label} · {parameters:,} parameters · "
          f"{torch.get_num_threads()} threads, {a.format}", flush=True)
    accuracies = []
    for epoch in range(1, a.epochs + 1):
        loss, accuracy, rate = train_epoch(training, *train_set, a.batch_size)
        test_loss, test_accuracy = evaluate(training, *test_set)
        accuracies.append(test_accuracy)
        print(f"epoch {epoch:2}/{a.epochs}  train loss {loss:.4f} acc {accuracy:5.2f} %  "
              f"test loss {test_loss:.4f} acc {test_accuracy:5.2f} %  {rate:.0f} images/s", flush=True)
    best = max(accuracies)
    print(f"done: test accuracy last {accuracies[-1]:.2f} %, best {best:.2f} % "
          f"(epoch {accuracies.index(best) + 1})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    uses = parser.add_subparsers(dest="use", required=True)
    for use in (serve, train):
        flags = uses.add_parser(use.__name__, allow_abbrev=False,
                                formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        flags.set_defaults(run=use)
        flags.add_argument("--threads", type=int, default=os.cpu_count(), help="CPU threads")
    flags.add_argument("--data", required=True, help="folder that holds cifar-10-batches-bin")
    flags.add_argument("--norm", choices=NORMS, default="bn", help="normalization")
    flags.add_argument("--groups", type=int, help="groups of gn in every block; none: the preset's")
    flags.add_argument("--dropout", type=float, default=0.05, help="probability of channel dropout")
    flags.add_argument("--epochs", type=int, default=20, help="passes over the training set")
    flags.add_argument("--batch-size", type=int, default=128, help="images a step")
    flags.add_argument("--lr", type=float, default=0.01, help="learning rate")
    flags.add_argument("--momentum", type=float, default=0.9, help="of SGD")
    flags.add_argument("--seed", type=int, default=1, help="of weights, order and dropout")
    flags.add_argument("--format", choices=FORMATS, default="nchw", help="memory format")
    flags.add_argument("--limit-train", type=int, help="train on the first N images only")
    flags.add_argument("--limit-test", type=int, help="test on the first N images only")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.run(arguments)


if __name__ == "__main__":
    main()
