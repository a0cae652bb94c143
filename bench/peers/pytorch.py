#!/usr/bin/env python3
"""Norma's peer: its networks in PyTorch, with Norma's module names.

    pytorch.py train --preset skip-37108 --norm gn --data DIR    trains a preset with its recipe
    pytorch.py serve --threads 2                                 answers benchmarks, see serve()
    pytorch.py layers                                            lists the layers of every preset, for tests
"""
import argparse
import itertools
import json
import os
import resource
import signal
import sys
import time

try:
    import torch

    import datasets  # beside this file
    import norma_files
    import operations
    import presets
    from networks import GROUPED, NORMS
    from training import FORMATS, SCHEDULERS, Training, train
except (ImportError, OSError) as missing:  # OSError: torch exists, but one of its libraries does not
    print(json.dumps({"error": str(missing)}))
    sys.exit(f"{sys.executable} cannot run the peer: {missing}" if "serve" not in sys.argv else 1)

UNTIMED = 2  # steps at the beginning of a turn: after the other format, the allocator and caches are cold


COMPILED = "compiled-"  # before the memory format: the network after torch.compile


# ---- serve ------------------------------------------------------------------------------------------------


def read_safetensors(path):
    """The tensors and the metadata of a file."""
    arrays, metadata = norma_files.read_safetensors(path)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}, metadata


class Server:
    """The commands of bench_train and bench_kernels. Each is a method; the answer is a JSON object."""

    def load(self, path, device):
        """The file has weights by name, `batch.x`, `batch.target`, and preset and norm as metadata."""
        self.weights, metadata = read_safetensors(path)
        self.x, self.target = self.weights.pop("batch.x"), self.weights.pop("batch.target")
        self.preset, self.norm = metadata["preset"], metadata["norm"]
        self.device, self.trainings = device, {}
        self.x, self.target = self.x.to(device), self.target.to(device)
        return {}

    def start(self, contestant, precision, dropout=None, dtype=torch.float32):
        network = presets.make_network(self.preset, self.norm, dropout=dropout)
        network.load_state_dict(self.weights)
        return Training(network.to(dtype).to(self.device), contestant.removeprefix(COMPILED),
                        compiled=contestant.startswith(COMPILED), precision=precision)

    def losses(self, contestant, dtype, precision, steps):
        """The losses of the first steps from the loaded weights, without dropout."""
        dtype = {"float32": torch.float32, "float64": torch.float64}[dtype]
        training, x = self.start(contestant, precision, dropout=0, dtype=dtype), self.x.to(dtype)
        return {"losses": [training.step(x, self.target)[1] for _ in range(int(steps))]}

    def started(self, contestant, precision):
        """The training with the network's own dropout, which goes on from call to call."""
        if contestant not in self.trainings:
            self.trainings[contestant] = self.start(contestant, precision)
        return self.trainings[contestant]

    def time(self, contestant, precision, steps):
        """Seconds for some more steps."""
        training, x = self.started(contestant, precision), self.x
        x = x.contiguous(memory_format=training.memory_format)  # work of the loader, not of the step
        for _ in range(UNTIMED):
            training.step(x, self.target)
        begin = time.perf_counter()
        for _ in range(int(steps)):
            training.step(x, self.target)
        return {"seconds": time.perf_counter() - begin}

    @torch.no_grad()
    def infer(self, contestant, precision, steps):
        """Seconds for some forward passes in evaluation mode."""
        training = self.started(contestant, precision)
        training.network.eval()
        x = self.x.contiguous(memory_format=training.memory_format)
        for _ in range(UNTIMED):
            training.forward(x)
        begin = time.perf_counter()
        for _ in range(int(steps)):
            training.forward(x)
        if x.is_cuda:
            torch.cuda.synchronize()
        return {"seconds": time.perf_counter() - begin}

    def peak(self):
        """The peak resident memory of this process; Linux counts it in kilobytes."""
        return {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}

    def prepare(self, turns, operation, *sizes):
        """Makes one operation of kernels/table.h and its inputs, to be called in turns:
        "prepare 1 relu_forward n=128 c=32 …"."""
        self.operations = [operations.Operation(operation, dict(size.split("=") for size in sizes))
                           for _ in range(int(turns))]
        self.turns = itertools.cycle(self.operations)
        return {"numel": self.operations[0].call().numel()}

    def call(self, calls):
        """Seconds per call of the prepared operation, the mean of some, after one that does not count."""
        next(self.turns).call()
        self.operations[0].wait()
        begin = time.perf_counter()
        for _ in range(int(calls)):
            next(self.turns).call()
        self.operations[0].wait()
        return {"seconds": (time.perf_counter() - begin) / int(calls)}

    def rest(self):
        time.sleep(0.02)
        return {}

    def forget(self):
        self.operations = self.turns = None
        return {}


def compile_problem(device):
    """Why torch.compile does not work here; empty if it does: it needs a C++ compiler, for GPUs also Triton."""
    try:
        torch.compile(lambda x: 2 * x + 1)(torch.ones(4, device=device))
        return ""
    except Exception as error:  # of many kinds, by version
        return f"{type(error).__name__}: {error}".splitlines()[0]


def serve(arguments):
    """Reads commands from stdin, one per line ("time nchw 6"), and answers each with a line of JSON."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    torch.manual_seed(1)
    # Norma's float32 is float32: no TF32 on either side, unless a command says so.
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    server = Server()
    problem = compile_problem(arguments.compile) if arguments.compile else ""
    contestants = list(FORMATS)
    if arguments.compile and not problem:
        contestants += [COMPILED + memory_format for memory_format in FORMATS]
    answer = {"torch": torch.__version__, "threads": torch.get_num_threads(), "formats": contestants,
              "compile_problem": problem, "cuda": torch.cuda.is_available()}
    print(json.dumps(answer), flush=True)
    cpu = time.process_time()
    for line in sys.stdin:
        idle_cpu = time.process_time() - cpu  # processor time of threads without work
        command, *values = line.split()
        if command == "quit":
            break
        try:
            answer = {"idle_cpu_seconds": idle_cpu, **getattr(server, command)(*values)}
        except Exception as error:  # the benchmark reports any error
            answer = {"error": f"{type(error).__name__}: {error}"}
        cpu = time.process_time()
        print(json.dumps(answer), flush=True)


# ---- command line -----------------------------------------------------------------------------------------


def layers(arguments):
    """Prints one line per layer: preset, norm, name and the description of the layer."""
    for name, preset in presets.PRESETS.items():
        for norm in preset.norms:
            for path, module in presets.make_network(name, norm).named_modules():
                if not list(module.children()):
                    # PyTorch 2.15 prints bias=True for norms.
                    print(name, norm, path, str(module).replace(", bias=True", ""))


def train_preset(a):
    """Trains with the preset's recipe, changed by the given flags."""
    a.norm = a.norm or presets.PRESETS[a.preset].norms[0]
    if a.groups and a.norm not in GROUPED:
        a.refuse(f"--groups is only for --norm {', '.join(GROUPED)}, not for --norm {a.norm}")
    if a.ghost and a.norm != "bn":
        a.refuse(f"--ghost is only for --norm bn, not for --norm {a.norm}")
    given = {key: value for key, value in vars(a).items() if key in presets.COMMON}
    try:
        train(a, {**presets.make_recipe(a.preset, a.norm), **given})
    except ValueError as problem:  # network or optimizer refuse a number; the error names it
        a.refuse(problem)
    except OSError as problem:
        sys.exit(f"pytorch.py: {problem}")


def positive(text):
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def scheduler(text):
    kind, *numbers = text.split(":")
    if kind not in SCHEDULERS or len(numbers) > (2 if kind in ("step", "plateau") else 0):
        raise ValueError(text)
    [float(number) for number in numbers]
    return text


def augment(text):
    datasets.parse_augment(text)
    return text


def add_train_flags(flags):
    flags.add_argument("--preset", choices=presets.PRESETS, default="c11-48096", help="network and recipe (c11-48096)")
    flags.add_argument("--norm", choices=NORMS, help="normalization (the preset's first)")
    flags.add_argument("--groups", type=positive, help="groups of gn in every block (the preset's)")
    flags.add_argument("--ghost", type=positive, help="for bn: so many images share statistics in training")
    flags.add_argument("--standardize", action="store_true", help="scaled weight standardization in every block")
    flags.add_argument("--dropout", type=float, help="probability of dropout (the preset's)")
    flags.add_argument("--data", required=True, help="folder with CIFAR-10's batches or MNIST's IDX files")
    flags.add_argument("--limit-train", type=positive, help="train on the first N images only")
    flags.add_argument("--limit-test", type=positive, help="test on the first N images only")
    flags.add_argument("--format", choices=FORMATS, default="nchw", help="memory format (nchw)")
    flags.add_argument("--json", metavar="FILE", help="write recipe and epochs to this file")
    recipe = flags.add_argument_group("recipe", "the preset's recipe, unless given",
                                      argument_default=argparse.SUPPRESS)
    recipe.add_argument("--epochs", type=positive, help="passes over the training set")
    recipe.add_argument("--batch-size", type=positive, help="images per step")
    recipe.add_argument("--optimizer", choices=["sgd", "adam", "adamw"])
    recipe.add_argument("--lr", type=float, help="learning rate; the peak with onecycle")
    recipe.add_argument("--momentum", type=float, help="momentum of sgd")
    recipe.add_argument("--nesterov", action="store_true", help="Nesterov momentum")
    recipe.add_argument("--weight-decay", type=float, help="L2 penalty, decoupled with adamw")
    recipe.add_argument("--l1", type=float, help="adds L1·Σ|p| over all parameters to the loss")
    recipe.add_argument("--scheduler", type=scheduler, metavar="NAME",
                        help="none, step[:EPOCHS[:FACTOR]], cosine, onecycle or plateau[:PATIENCE[:FACTOR]]")
    recipe.add_argument("--label-smoothing", type=float, help="label smoothing of the cross-entropy")
    recipe.add_argument("--augment", type=augment, metavar="NAMES",
                        help="none, or some of flip, crop[:PIXELS] and rotate[:DEGREES] joined by +")
    recipe.add_argument("--seed", type=int, help="random seed of weights, order, dropout and augmentation")


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    uses = parser.add_subparsers(metavar="train | serve | layers", required=True)
    for name, run in (("train", train_preset), ("serve", serve), ("layers", layers)):
        flags = uses.add_parser(name, allow_abbrev=False)
        flags.set_defaults(run=run, refuse=flags.error)
        flags.add_argument("--threads", type=positive, default=os.cpu_count(), help="CPU threads (all)")
        if name == "train":
            add_train_flags(flags)
        if name == "serve":
            flags.add_argument("--compile", choices=["cpu", "cuda"], help="run the networks after torch.compile too, on this device")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.run(arguments)


if __name__ == "__main__":
    main()
