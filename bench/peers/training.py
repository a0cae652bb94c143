"""Training, as in optim/trainer.cpp: a step (which the benchmarks time), an epoch, a run with a recipe."""
import json
import os
import time

import torch
from torch.nn import functional
from torch.optim import lr_scheduler

import datasets  # beside this file
import presets

FORMATS = {"nchw": torch.contiguous_format, "channels-last": torch.channels_last}


def make_optimizer(parameters, recipe):
    lr, decay = recipe["lr"], recipe["weight_decay"]
    return {
        "sgd": lambda: torch.optim.SGD(parameters, lr, recipe["momentum"], weight_decay=decay,
                                       nesterov=recipe["nesterov"]),
        "adam": lambda: torch.optim.Adam(parameters, lr, weight_decay=decay),
        "adamw": lambda: torch.optim.AdamW(parameters, lr, weight_decay=decay),
    }[recipe["optimizer"]]()


# Schedulers by name. Numbers may follow the name: "step:6:0.1".
SCHEDULERS = {
    "none": lambda optimizer, recipe, steps: None,
    "step": lambda optimizer, recipe, steps, epochs=6, factor=0.1:
        lr_scheduler.StepLR(optimizer, int(epochs), float(factor)),
    "plateau": lambda optimizer, recipe, steps, patience=2, factor=0.1:
        lr_scheduler.ReduceLROnPlateau(optimizer, factor=float(factor), patience=int(patience)),
    "cosine": lambda optimizer, recipe, steps: lr_scheduler.CosineAnnealingLR(optimizer, recipe["epochs"]),
    "onecycle": lambda optimizer, recipe, steps: lr_scheduler.OneCycleLR(optimizer, recipe["lr"], total_steps=steps),
}


def make_scheduler(optimizer, recipe, steps):
    kind, *numbers = recipe["scheduler"].split(":")
    return SCHEDULERS[kind](optimizer, recipe, steps, *numbers)


class Training:
    """A network with its optimizer, in one memory format. `precision` is that of Norma's convolutions:
    tf32 allows TF32 where PyTorch has it (GPUs only), bf16 is autocast. On a GPU, a compiled network runs as
    CUDA graphs."""

    def __init__(self, network, memory_format, recipe=presets.COMMON, compiled=False, precision="exact"):
        self.memory_format, self.recipe, self.precision = FORMATS[memory_format], recipe, precision
        self.network = network = network.to(memory_format=self.memory_format)
        self.device = next(network.parameters()).device.type
        if compiled:
            self.network = torch.compile(network, mode="reduce-overhead" if self.device == "cuda" else None)
        self.optimizer = make_optimizer(network.parameters(), recipe)

    def forward(self, x):
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = self.precision == "tf32"
        with torch.autocast(self.device, torch.bfloat16, enabled=self.precision == "bf16"):
            return self.network(x)

    def step(self, x, target):
        """One training step; returns the scores and the loss before it."""
        self.optimizer.zero_grad(set_to_none=True)
        scores = self.forward(x.contiguous(memory_format=self.memory_format))
        if self.precision == "bf16":
            scores = scores.float()
        loss = functional.cross_entropy(scores, target, label_smoothing=self.recipe["label_smoothing"])
        total = loss
        if self.recipe["l1"] > 0:
            total = loss + self.recipe["l1"] * sum(p.abs().sum() for p in self.network.parameters())
        total.backward()
        self.optimizer.step()
        return scores, loss.item()


class Run:
    """A run of a network with a recipe. train and test are pairs (uint8 [N, C, H, W], int64 [N])."""

    def __init__(self, data, network, memory_format, recipe, train, test):
        self.data, self.recipe, self.train, self.test = data, recipe, train, test
        self.training = Training(network, memory_format, recipe)
        steps = -(-len(train[1]) // recipe["batch_size"]) * recipe["epochs"]
        self.scheduler = make_scheduler(self.training.optimizer, recipe, steps)
        self.every_step = recipe["scheduler"] == "onecycle"
        self.moves = datasets.parse_augment(recipe["augment"])
        self.epoch = 0

    def run_epoch(self):
        """Trains one epoch and tests. Returns a line of metrics.jsonl."""
        self.epoch += 1
        result = {"epoch": self.epoch, "lr": self.training.optimizer.param_groups[0]["lr"]}
        begin = time.perf_counter()
        result["train_loss"], result["train_accuracy"] = self.train_epoch()
        result["seconds"] = time.perf_counter() - begin
        result["images_per_second"] = len(self.train[1]) / result["seconds"]
        result["test_loss"], result["test_accuracy"] = self.evaluate()
        if isinstance(self.scheduler, lr_scheduler.ReduceLROnPlateau):
            self.scheduler.step(result["test_loss"])
        elif self.scheduler and not self.every_step:
            self.scheduler.step()
        return result

    def train_epoch(self):
        """Trains one epoch. Returns mean loss and accuracy in percent over its batches."""
        (images, labels), loss_sum, right = self.train, 0, 0
        self.training.network.train()
        for indices in torch.randperm(len(labels)).split(self.recipe["batch_size"]):
            x, target = images[indices], labels[indices]
            if self.moves:
                x = datasets.move(x, **self.moves)
            scores, loss = self.training.step(self.data.normalize(x), target)
            if self.every_step:
                self.scheduler.step()
            loss_sum += loss * len(target)
            right += (scores.argmax(1) == target).sum().item()
        return loss_sum / len(labels), 100 * right / len(labels)

    @torch.no_grad()
    def evaluate(self):
        """Mean loss and accuracy in percent on the test images."""
        (images, labels), loss_sum, right = self.test, 0, 0
        self.training.network.eval()
        for x, target in zip(images.split(500), labels.split(500)):
            x = self.data.normalize(x).contiguous(memory_format=self.training.memory_format)
            scores = self.training.network(x)
            loss_sum += functional.cross_entropy(scores, target, reduction="sum").item()
            right += (scores.argmax(1) == target).sum().item()
        return loss_sum / len(labels), 100 * right / len(labels)


def train(a, recipe):
    """The command `pytorch.py train`."""
    torch.manual_seed(recipe["seed"])
    data = presets.PRESETS[a.preset].data
    network = presets.make_network(a.preset, a.norm, groups=a.groups, dropout=a.dropout, ghost=a.ghost,
                                   standardize=a.standardize)
    sets = [tuple(numbers[:limit] for numbers in data.read(a.data, part))
            for part, limit in (("train", a.limit_train), ("test", a.limit_test))]
    run = Run(data, network, a.format, recipe, *sets)
    parameters, label = presets.count_parameters(network), a.norm + str(a.groups or "")
    print(f"pytorch {torch.__version__} · {a.preset} · {label} · {parameters:,} parameters · "
          f"{torch.get_num_threads()} threads, {a.format}\n"
          f"training  {', '.join(f'{key} {value}' for key, value in recipe.items())}", flush=True)
    results = []
    for _ in range(recipe["epochs"]):
        results.append(run.run_epoch())
        print("epoch {epoch:2}/{epochs}  train loss {train_loss:.4f} acc {train_accuracy:5.2f} %  "
              "test loss {test_loss:.4f} acc {test_accuracy:5.2f} %  {seconds:.1f} s  "
              "{images_per_second:.0f} images/s  lr {lr:.3g}".format(epochs=recipe["epochs"], **results[-1]),
              flush=True)
    best = max(results, key=lambda result: result["test_accuracy"])
    print(f"done: test accuracy last {results[-1]['test_accuracy']:.2f} %, best {best['test_accuracy']:.2f} % "
          f"(epoch {best['epoch']})")
    if a.json:
        write_json(a.json, {"torch": torch.__version__, "preset": a.preset, "norm": a.norm, "groups": a.groups,
                            "dropout": a.dropout, "parameters": parameters, "training": recipe,
                            "train_images": len(sets[0][1]), "test_images": len(sets[1][1]),
                            "threads": torch.get_num_threads(), "format": a.format, "best": best, "epochs": results})


def write_json(path, value):
    with open(f"{path}.part", "w") as file:
        json.dump(value, file, indent=2)
    os.replace(f"{path}.part", path)
