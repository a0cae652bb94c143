"""Norma's networks in PyTorch, built with the same function names and the same module names.

They correspond to layers/network/builder.h (the builder) and layers/network/zoo.cpp (the networks). A test
compares every layer.
"""
import math
from collections import OrderedDict, namedtuple

import torch
from torch import nn

import zoo  # beside this file

NORMS = ["none", "bn", "ln", "ln-chw", "ln-pixel", "gn", "in", "rms", "brn", "frn", "evonorm-s0", "grn", "ln-pn",
         "gn-pn", "lrn", "dyt"]
GROUPED = ["gn", "evonorm-s0", "gn-pn"]
ACTIVATING = ["frn", "evonorm-s0", "ln-pn", "gn-pn"]  # no ReLU goes with them

# The user's choice in any network. Groups and dropout are None if the network has its own values; ghost is None if
# all images of a batch share statistics.
Choice = namedtuple("Choice", "norm groups dropout ghost standardize", defaults=(None, None, None, False))


class LayerNorm2d(nn.LayerNorm):
    """Layer norm over C at each pixel, as in torchvision's ConvNeXt."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class RMSNorm2d(nn.Module):
    """RMS norm over C, H and W, with one weight per channel (Zhang and Sennrich 2019)."""

    def __init__(self, channels, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x):
        rrms = torch.rsqrt(x.square().mean((1, 2, 3), keepdim=True) + self.eps)
        return x * rrms * self.weight[:, None, None]


class StandardizedConv2d(nn.Conv2d):
    """Scaled weight standardization (Brock et al. 2021): each filter has mean 0, and its variance keeps the
    variance of the images."""

    def forward(self, x):
        filter = self.weight.shape[1:]
        gain = math.sqrt(2 / (1 - 1 / math.pi) / filter.numel())
        return self._conv_forward(x, gain * nn.functional.layer_norm(self.weight, filter), self.bias)

    def _get_name(self):
        return "Conv2d"

    def extra_repr(self):
        return super().extra_repr() + ", standardize=True"


class Residual(nn.Module):
    """x + body(x)"""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


class NetworkBuilder:
    """Tracks the size of the image at each layer. `drop` is "element", "channel" or "none"."""

    def __init__(self, choice, image, dropout=0, drop="none", relu_first=False,
                 standardize=False):
        self.choice, (self.c, self.h, self.w) = choice, image
        self.p = dropout if choice.dropout is None else choice.dropout
        self.drop, self.relu_first, self.standardize = drop, relu_first, standardize or choice.standardize
        self.layers = OrderedDict()

    def block(self, name, channels, kernel=3, padding=0, groups=4, norm=True, drop=None, relu_first=None):
        """convolution → norm → ReLU → dropout, or ReLU → norm if relu_first"""
        layers = [("conv", self.make_conv(channels, kernel, padding=padding, standardize=self.standardize))]
        after = [("norm", self.make_norm(name, groups))] if norm and self.choice.norm != "none" else []
        relu = [] if after and self.choice.norm in ACTIVATING else [("relu", nn.ReLU())]
        relu_first = self.relu_first if relu_first is None else relu_first
        layers += relu + after if relu_first else after + relu
        layers += self.make_drop(drop or self.drop)
        return self.add(name, nn.Sequential(OrderedDict(layers)))

    def conv(self, name, channels, kernel=1, stride=1, bias=False):
        return self.add(name, self.make_conv(channels, kernel, stride=stride, bias=bias))

    def residual(self, name, body):
        """x + body(x); the body keeps the image's channels and size."""
        inner = NetworkBuilder(self.choice, (self.c, self.h, self.w), self.p, self.drop, self.relu_first,
                               self.standardize)
        body(inner)
        return self.add(name, Residual(inner.build()))

    def relu(self, name):
        return self.add(name, nn.ReLU())

    def dropout(self, name):
        return self.add(name, nn.Dropout(self.p)) if self.p > 0 else self

    def max_pool(self, name, size):
        self.h, self.w = self.h // size, self.w // size
        return self.add(name, nn.MaxPool2d(size))

    def avg_pool(self, name, size):
        self.h, self.w = self.h // size, self.w // size
        return self.add(name, nn.AvgPool2d(size))

    def global_avg_pool(self, name):
        self.h = self.w = 1
        return self.add(name, nn.AdaptiveAvgPool2d(1))

    def flatten(self, name):
        return self.add(name, nn.Flatten())

    def build(self):
        return nn.Sequential(self.layers)

    def add(self, name, module):
        self.layers[name] = module
        return self

    def make_conv(self, channels, kernel, stride=1, padding=0, bias=False, standardize=False):
        conv2d = StandardizedConv2d if standardize else nn.Conv2d
        conv = conv2d(self.c, channels, kernel, stride=stride, padding=padding, bias=bias)
        self.c = channels
        self.h, self.w = ((size + 2 * padding - kernel) // stride + 1 for size in (self.h, self.w))
        return conv

    def make_norm(self, block, default_groups):
        norm, c, groups = self.choice.norm, self.c, self.choice.groups or default_groups
        if norm in GROUPED and c % groups != 0:
            raise ValueError(f"layer {block}.norm has {c} channels, which do not divide into {groups} groups")
        return {
            "bn": lambda: zoo.GhostBatchNorm2d(c, self.choice.ghost) if self.choice.ghost else nn.BatchNorm2d(c),
            "ln": lambda: nn.GroupNorm(1, c),
            "ln-chw": lambda: nn.LayerNorm([c, self.h, self.w]),
            "ln-pixel": lambda: LayerNorm2d(c),
            "gn": lambda: nn.GroupNorm(groups, c),
            "in": lambda: nn.InstanceNorm2d(c, affine=True),
            "rms": lambda: RMSNorm2d(c),
            "brn": lambda: zoo.BatchRenorm2d(c),
            "frn": lambda: zoo.FilterResponseNorm2d(c),
            "evonorm-s0": lambda: zoo.EvoNorm2dS0(groups, c),
            "grn": lambda: zoo.GlobalResponseNorm2d(c),
            "ln-pn": lambda: zoo.ProxyGroupNorm(1, c),
            "gn-pn": lambda: zoo.ProxyGroupNorm(groups, c),
            "lrn": lambda: zoo.LocalResponseNorm(5),
            "dyt": lambda: zoo.DynamicTanh2d(c),
        }[norm]()

    def make_drop(self, drop):
        if drop == "none" or self.p <= 0:
            return []
        return [("drop", {"element": nn.Dropout, "channel": nn.Dropout2d}[drop](self.p))]


# ---- networks ---------------------------------------------------------------------------------------------


def c11(choice, dropout, wide, c4):
    """C1 C2 c3 P1 C4 C5 C6 c7 P2 C8 C9 C10 GAP c11; c3, c7 and c11 are 1×1 convolutions without a norm."""
    return (NetworkBuilder(choice, (3, 32, 32), dropout=dropout, drop="channel")
            .block("C1", wide, padding=1, groups=4)
            .block("C2", wide, padding=1, groups=4)
            .conv("c3", 10)
            .max_pool("P1", 2)
            .block("C4", c4, padding=1, groups=4)
            .block("C5", wide, padding=1, groups=8)
            .block("C6", wide, padding=1, groups=8)
            .conv("c7", 10)
            .max_pool("P2", 2)
            .block("C8", wide, padding=1, groups=4)
            .block("C9", wide, padding=1, groups=4)
            .block("C10", wide, padding=1, groups=4)
            .global_avg_pool("GAP")
            .conv("c11", 10)
            .flatten("flat")
            .build())


def c11_48096(choice):
    return c11(choice, 0.05, 32, 16)


def c11_111568(choice):
    return c11(choice, 0.1, 16, 16)


def wide_48512(choice):
    """The same structure, but wider, with a norm in every block, also in the 1×1 blocks."""
    return (NetworkBuilder(choice, (3, 32, 32), dropout=0.05, drop="element")
            .block("C1", 16, padding=1)
            .block("C2", 32, padding=1)
            .block("c3", 16, kernel=1)
            .max_pool("P1", 2)
            .block("C4", 24, padding=1)
            .block("C5", 32, padding=1, drop="none")
            .block("C6", 40, padding=1)
            .block("c7", 16, kernel=1)
            .max_pool("P2", 2)
            .block("C8", 24, padding=1)
            .block("C9", 32, padding=1, drop="none")
            .block("C10", 32, padding=1)
            .global_avg_pool("GAP")
            .conv("c11", 10)
            .flatten("flat")
            .build())


def narrow_18212(choice):
    """The same structure, but narrower, with a norm in only five blocks."""
    return (NetworkBuilder(choice, (3, 32, 32), dropout=0.05, drop="element")
            .block("C1", 12, groups=3)
            .block("C2", 24, norm=False)
            .block("c3", 10, kernel=1, norm=False)
            .max_pool("P1", 2)
            .block("C4", 16, groups=4)
            .block("C5", 16, padding=1, groups=4, drop="none")
            .block("C6", 24, padding=1, norm=False)
            .block("c7", 8, kernel=1, norm=False)
            .max_pool("P2", 2)
            .block("C8", 12, padding=1, groups=3)
            .block("C9", 16, padding=1, groups=4, drop="none")
            .block("C10", 32, padding=1, norm=False)
            .global_avg_pool("GAP")
            .conv("c11", 10)
            .flatten("flat")
            .build())


def skip_37108(choice):
    """Residual additions around 1×1 blocks; no padding anywhere: 32 → 28 → 14 → 10 → 5 → 1."""

    def same(channels):
        return lambda body: body.block("block", channels, kernel=1, groups=2)

    return (NetworkBuilder(choice, (3, 32, 32), dropout=0.2)
            .block("C1", 16, groups=2)
            .block("C2", 16, groups=2)
            .residual("R3", same(16))
            .dropout("D3")
            .max_pool("P1", 2)
            .block("C4", 32, groups=2)
            .block("C5", 32, groups=2)
            .residual("R6", same(32))
            .dropout("D6")
            .max_pool("P2", 2)
            .block("C7", 32, groups=2)
            .block("C8", 32, groups=2)
            .conv("c9", 10)
            .global_avg_pool("GAP")
            .residual("R10", lambda body: body.conv("conv", 10))
            .flatten("flat")
            .build())


def stride_29472(choice):
    """1×1 convolutions of stride 2 before each pool: 32 → 16 → 8 → 10 → 5 → 2 → 1."""
    return (NetworkBuilder(choice, (3, 32, 32), dropout=0.03, drop="element", relu_first=True)
            .block("C1", 8, padding=1, groups=2)
            .block("C2", 16, padding=1, groups=4)
            .conv("c3", 8, stride=2, bias=True)
            .max_pool("P1", 2)
            .block("C4", 16, padding=1, groups=4)
            .block("C5", 32, kernel=1, padding=1, groups=4, drop="channel")
            .conv("c6", 16, stride=2, bias=True)
            .max_pool("P2", 2)
            .block("C7", 32, padding=1, groups=4)
            .block("C8", 64, padding=1, groups=2)
            .conv("c9", 32, stride=2, bias=True)
            .relu("relu9")
            .global_avg_pool("GAP")
            .conv("c10", 10)
            .flatten("flat")
            .build())


def norma_49k(choice):
    """Norma's own network: residual additions, standardized filters, the norm after ReLU."""
    def once(body):
        body.block("a", 32, padding=1)

    def twice(channels):
        return lambda body: (body.block("a", channels, padding=1)
                             .block("b", channels, padding=1))

    return (NetworkBuilder(choice, (3, 32, 32), relu_first=True, standardize=True)
            .block("C1", 16, padding=1)
            .residual("R2", twice(16))
            .max_pool("P1", 2)
            .block("C3", 32, padding=1)
            .residual("R4", twice(32))
            .max_pool("P2", 2)
            .residual("R5", once)
            .residual("R6", once)
            .block("c7", 64, kernel=1, relu_first=False)
            .global_avg_pool("GAP")
            .conv("c8", 10)
            .flatten("flat")
            .build())


def mnist_9752(choice):
    return (NetworkBuilder(choice, (1, 28, 28), relu_first=True)
            .block("C1", 8, groups=8)
            .block("C2", 24, groups=8)
            .block("c3", 18, kernel=1, norm=False)
            .max_pool("P1", 2)
            .block("C4", 16, groups=8)
            .block("C5", 16, groups=8)
            .block("C6", 16, groups=8)
            .avg_pool("GAP", 6)
            .conv("c7", 10)
            .flatten("flat")
            .build())
