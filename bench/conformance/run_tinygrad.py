#!/usr/bin/env python3
"""tinygrad on the CPU."""
import importlib.metadata

import numpy as np
from tinygrad import Tensor, dtypes, nn
from tinygrad.helpers import Context

from kit import Unsupported, run_all


def make_layer(case):
    c, shape, affine = case["x"].shape[1], case["x"].shape[1:], case["weight"] is not None
    if case.norm == "batch_norm":
        if case.momentum is None:
            raise Unsupported("no momentum None")
        layer = nn.BatchNorm(c, case.eps, affine=affine, momentum=case.momentum)
        layer.running_mean.assign(Tensor(case["running_mean"])), layer.running_var.assign(Tensor(case["running_var"]))
    elif case.norm == "layer_norm":
        layer = nn.LayerNorm(shape, case.eps, affine)
    elif case.norm == "rms_norm":
        raise Unsupported("RMSNorm is over the last axis alone")
    elif case.norm == "instance_norm":
        layer = nn.InstanceNorm(c, case.eps, affine)
    else:
        layer = nn.GroupNorm(case.groups, c, case.eps, affine)
    for name in ("weight", "bias"):
        if affine and case[name] is not None:
            setattr(layer, name, Tensor(case[name], dtype=dtypes.float16 if case.dtype == "float16" else dtypes.float32))
    return layer


def run(case):
    if case.layout == "nhwc":
        raise Unsupported("has no memory layouts")
    layer = make_layer(case)
    x = Tensor(case["x"])
    names = [name for name in ("weight", "bias") if case[name] is not None]
    with Context(TRAINING=int(not case.evaluate)):
        for before in case.batches()[:-1]:
            layer(Tensor(before)).realize()
        y = layer(x)
        gradients = y.gradient(x, *[getattr(layer, name) for name in names], gradient=Tensor(case["dy"]))
    result = {"y": y, "dx": gradients[0], **{f"d{name}": d for name, d in zip(names, gradients[1:])}}
    if case.norm == "batch_norm":
        result.update(running_mean=layer.running_mean, running_var=layer.running_var)
    return {name: value.numpy().astype(np.float64) for name, value in result.items()}


if __name__ == "__main__":
    run_all("tinygrad", importlib.metadata.version("tinygrad"), run)
