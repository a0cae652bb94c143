"""The norms of layers/zoo/ in PyTorch, from the formulas of their papers, with the same names of parameters."""
import math

import torch
from torch import nn
from torch.nn import functional as F


def of_channels(parameter):
    return parameter[:, None, None]


def numbers(channels, value):
    return nn.Parameter(torch.full((channels,), float(value)))


class BatchRenorm2d(nn.Module):
    """Ioffe 2017, algorithm 1; the limits grow with the number of batches."""

    def __init__(self, channels, eps=1e-5, momentum=0.1, r_max=3, d_max=5, warmup=500, r_end=4000, d_end=2500):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.r_max, self.d_max, self.warmup, self.r_end, self.d_end = r_max, d_max, warmup, r_end, d_end
        self.weight, self.bias = numbers(channels, 1), numbers(channels, 0)
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.register_buffer("num_batches_tracked", torch.zeros(1))

    def scheduled(self, begin, end, at):
        share = (self.num_batches_tracked - self.warmup) / (at - self.warmup)
        return begin + (end - begin) * share.clamp(0, 1)

    def forward(self, x):
        running_std = (self.running_var + self.eps).sqrt()
        if not self.training:
            xhat = (x - of_channels(self.running_mean)) / of_channels(running_std)
            return xhat * of_channels(self.weight) + of_channels(self.bias)
        mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
        std = (var + self.eps).sqrt()
        with torch.no_grad():
            r_max, d_max = self.scheduled(1, self.r_max, self.r_end), self.scheduled(0, self.d_max, self.d_end)
            r = torch.minimum(torch.maximum(std / running_std, 1 / r_max), r_max)
            d = torch.minimum(torch.maximum((mean - self.running_mean) / running_std, -d_max), d_max)
            count = x.numel() / x.shape[1]
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (var * count / (count - 1) - self.running_var)
            self.num_batches_tracked += 1
        xhat = (x - of_channels(mean)) / of_channels(std) * of_channels(r) + of_channels(d)
        return xhat * of_channels(self.weight) + of_channels(self.bias)

    def extra_repr(self):
        return (f"{self.weight.numel()}, eps={self.eps}, momentum={self.momentum}, r_max={self.r_max}, "
                f"d_max={self.d_max}")


class FilterResponseNorm2d(nn.Module):
    """Singh and Krishnan 2020, with the thresholded linear unit."""

    def __init__(self, channels, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight, self.bias, self.tau = numbers(channels, 1), numbers(channels, 0), numbers(channels, 0)

    def forward(self, x):
        xhat = x * torch.rsqrt(x.square().mean((2, 3), keepdim=True) + self.eps)
        return torch.maximum(xhat * of_channels(self.weight) + of_channels(self.bias), of_channels(self.tau))

    def extra_repr(self):
        return f"{self.weight.numel()}, eps={self.eps}"


class EvoNorm2dS0(nn.Module):
    """Liu et al. 2020, table 1."""

    def __init__(self, groups, channels, eps=1e-5):
        super().__init__()
        self.groups, self.eps = groups, eps
        self.weight, self.bias, self.v = numbers(channels, 1), numbers(channels, 0), numbers(channels, 1)

    def forward(self, x):
        groups = x.reshape(x.shape[0], self.groups, -1)
        std = (groups.var(2, unbiased=False, keepdim=True) + self.eps).sqrt()
        active = (x * torch.sigmoid(x * of_channels(self.v))).reshape(groups.shape)
        return (active / std).reshape(x.shape) * of_channels(self.weight) + of_channels(self.bias)

    def extra_repr(self):
        return f"{self.groups}, {self.weight.numel()}, eps={self.eps}"


class GlobalResponseNorm2d(nn.Module):
    """ConvNeXt V2, Woo et al. 2023."""

    def __init__(self, channels, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.weight, self.bias = numbers(channels, 0), numbers(channels, 0)

    def forward(self, x):
        response = x.norm(p=2, dim=(2, 3), keepdim=True)
        share = response / (response.mean(1, keepdim=True) + self.eps)
        return x + x * share * of_channels(self.weight) + of_channels(self.bias)

    def extra_repr(self):
        return f"{self.weight.numel()}, eps={self.eps}"


class ProxyGroupNorm(nn.Module):
    """Labatie et al. 2021, over group norm and ReLU."""

    def __init__(self, groups, channels, eps=1e-5, proxy_eps=0.03, samples=256):
        super().__init__()
        self.groups, self.eps, self.proxy_eps = groups, eps, proxy_eps
        self.weight, self.bias = numbers(channels, 1), numbers(channels, 0)
        self.proxy_weight, self.proxy_bias = numbers(channels, 0), numbers(channels, 0)
        shares = (torch.arange(samples, dtype=torch.float64) + 0.5) / samples
        self.register_buffer("quantiles", (math.sqrt(2) * torch.erfinv(2 * shares - 1)).float())

    def forward(self, x):
        z = F.relu(F.group_norm(x, self.groups, self.weight, self.bias, self.eps))
        proxy = self.quantiles[:, None] * (1 + self.proxy_weight) + self.proxy_bias
        of_proxy = F.relu(proxy * self.weight + self.bias)
        rstd = torch.rsqrt(of_proxy.var(0, unbiased=False) + self.proxy_eps)
        return (z - of_channels(of_proxy.mean(0))) * of_channels(rstd)

    def extra_repr(self):
        return f"{self.groups}, {self.weight.numel()}, eps={self.eps}, proxy_eps={self.proxy_eps}"


class LocalResponseNorm(nn.LocalResponseNorm):
    """AlexNet, Krizhevsky et al. 2012."""

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class DynamicTanh2d(nn.Module):
    """Zhu et al. 2025."""

    def __init__(self, channels, alpha=0.5):
        super().__init__()
        self.first_alpha = alpha
        self.alpha, self.weight, self.bias = numbers(1, alpha), numbers(channels, 1), numbers(channels, 0)

    def forward(self, x):
        return torch.tanh(x * self.alpha) * of_channels(self.weight) + of_channels(self.bias)

    def extra_repr(self):
        return f"{self.weight.numel()}, alpha={self.first_alpha}"


class GhostBatchNorm2d(nn.BatchNorm2d):
    """Batch norm over so many images at a time in training (Hoffer et al. 2017)."""

    def __init__(self, channels, ghost):
        super().__init__(channels)
        self.ghost = ghost

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        parts = []
        for images in x.split(self.ghost):
            parts.append(super().forward(images))
        self.num_batches_tracked -= len(parts) - 1
        return torch.cat(parts)

    def _get_name(self):
        return "BatchNorm2d"

    def extra_repr(self):
        return f"{super().extra_repr()}, ghost={self.ghost}"
