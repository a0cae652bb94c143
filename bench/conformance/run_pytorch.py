#!/usr/bin/env python3
"""PyTorch on the CPU."""
import torch
from torch import nn

from kit import run_all


def make_layer(case):
    c, shape, affine = case["x"].shape[1], case["x"].shape[1:], case["weight"] is not None
    if case.norm == "batch_norm":
        layer = nn.BatchNorm2d(c, case.eps, case.momentum, affine)
        layer.running_mean.copy_(torch.from_numpy(case["running_mean"]))
        layer.running_var.copy_(torch.from_numpy(case["running_var"]))
    elif case.norm == "layer_norm":
        layer = nn.LayerNorm(shape, case.eps, affine)
    elif case.norm == "rms_norm":
        layer = nn.RMSNorm(shape, case.eps, affine)
    elif case.norm == "instance_norm":
        layer = nn.InstanceNorm2d(c, case.eps, affine=affine)
    else:
        layer = nn.GroupNorm(case.groups, c, case.eps, affine)
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            parameter.copy_(torch.from_numpy(case[name]))
    return layer.half() if case.dtype == "float16" else layer


def run(case):
    layer = make_layer(case).train(not case.evaluate)
    for before in case.batches()[:-1]:
        layer(torch.from_numpy(before))
    x = torch.from_numpy(case["x"])
    if case.layout == "nhwc":
        x = x.to(memory_format=torch.channels_last)
    y = layer(x.requires_grad_())
    y.backward(torch.from_numpy(case["dy"]))
    result = {"y": y, "dx": x.grad, **{f"d{name}": p.grad for name, p in layer.named_parameters()}}
    if case.norm == "batch_norm":
        result.update(running_mean=layer.running_mean, running_var=layer.running_var)
    return {name: value.detach().double().numpy() for name, value in result.items()}


if __name__ == "__main__":
    run_all("PyTorch", torch.__version__, run)
