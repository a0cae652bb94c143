"""Norma's presets, as in optim/presets.cpp: the data set, the network, its published norms and the recipe."""
from typing import Callable, NamedTuple

import datasets  # beside this file
import networks

# The common values of the recipes, with the names in a run folder's config.json.
COMMON = {"epochs": 20, "batch_size": 128, "optimizer": "sgd", "lr": 0.01, "momentum": 0.9, "nesterov": False,
          "weight_decay": 0, "l1": 0, "scheduler": "none", "label_smoothing": 0, "augment": "none", "seed": 1}


class Preset(NamedTuple):
    data: datasets.DataSet
    network: Callable
    norms: list  # the published ones; the first is the default
    recipe: dict = {}  # the differences from COMMON
    norm_recipe: dict = {}  # further differences for single norms


PLATEAU = {"scheduler": "plateau:2:0.1"}
PLATEAU_OF_64 = {**PLATEAU, "batch_size": 64}
STEPS = {"scheduler": "step:6:0.1"}
ONE_CYCLE = {"batch_size": 64, "lr": 0.1, "nesterov": True, "weight_decay": 5e-4, "scheduler": "onecycle",
             "label_smoothing": 0.05, "augment": "flip+crop:2"}
ROTATION = {"augment": "rotate:7"}

PRESETS = {
    "norma-49k": Preset(datasets.CIFAR10, networks.norma_49k, ["bn", "gn", "ln"], ONE_CYCLE,
                        {norm: {"lr": 0.005} for norm in ("none", "grn", "lrn")}),
    "c11-48096": Preset(datasets.CIFAR10, networks.c11_48096, ["bn", "gn", "ln"]),
    "c11-111568": Preset(datasets.CIFAR10, networks.c11_111568, ["ln-chw"]),
    "bn-48512": Preset(datasets.CIFAR10, networks.wide_48512, ["bn"], PLATEAU),
    "ln-50900": Preset(datasets.CIFAR10, networks.narrow_18212, ["ln-chw"], PLATEAU_OF_64),
    "gn-18212": Preset(datasets.CIFAR10, networks.narrow_18212, ["gn"], PLATEAU_OF_64),
    "skip-37108": Preset(datasets.CIFAR10, networks.skip_37108, ["bn", "gn"], STEPS),
    "skip-138324": Preset(datasets.CIFAR10, networks.skip_37108, ["ln-chw"], STEPS),
    "stride-29472": Preset(datasets.CIFAR10, networks.stride_29472, ["bn", "ln", "gn"], {"l1": 0.05}),
    "mnist-9752": Preset(datasets.MNIST, networks.mnist_9752, ["bn", "ln", "gn"], ROTATION, {"bn": {"l1": 0.01}}),
}


def make_network(preset, norm, **choice):
    """`choice`: other members of networks.Choice, which override the network's own. ValueError if groups do not divide channels."""
    return PRESETS[preset].network(networks.Choice(norm, **choice))


def make_recipe(preset, norm):
    return {**COMMON, **PRESETS[preset].recipe, **PRESETS[preset].norm_recipe.get(norm, {})}


def count_parameters(network):
    return sum(p.numel() for p in network.parameters())
