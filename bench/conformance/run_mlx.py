#!/usr/bin/env python3
"""MLX on the CPU. It normalizes the last axis: images are channels last."""
import importlib.metadata

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from kit import Unsupported, run_all


def last(array):
    return np.moveaxis(array, 1, -1)


def make_layer(case):
    c, shape, affine = case["x"].shape[1], case["x"].shape[1:], case["weight"] is not None
    if case.norm == "batch_norm":
        if case.momentum is None:
            raise Unsupported("no momentum None")
        return nn.BatchNorm(c, case.eps, case.momentum, affine)
    if case.norm == "group_norm":
        return nn.GroupNorm(case.groups, c, case.eps, affine, pytorch_compatible=True)
    if case.norm == "instance_norm":
        return nn.InstanceNorm(c, case.eps, affine)
    size = int(np.prod(shape))  # over the last axis alone: the image as one row
    return nn.LayerNorm(size, case.eps, affine) if case.norm == "layer_norm" else nn.RMSNorm(size, case.eps)


def run(case):
    rows = case.norm in ("layer_norm", "rms_norm")
    turn = (lambda a: a.reshape(len(a), -1)) if rows else last
    back = (lambda a: a.reshape(case["x"].shape)) if rows else (lambda a: np.moveaxis(a, -1, 1))
    layer = make_layer(case)
    if case.norm == "rms_norm" and case["weight"] is None:
        raise Unsupported("always has a weight")
    layer.train(not case.evaluate)
    for name in ("weight", "bias"):
        if case[name] is not None:
            setattr(layer, name, mx.array(case[name].reshape(-1)).astype(mx.float16 if case.dtype == "float16" else mx.float32))
    if case.norm == "batch_norm":
        layer.running_mean, layer.running_var = mx.array(case["running_mean"]), mx.array(case["running_var"])
        for before in case.batches()[:-1]:
            layer(mx.array(last(before)))
    names = [n for n in ("weight", "bias") if case[n] is not None]

    def f(x, *parameters):
        for name, p in zip(names, parameters):
            setattr(layer, name, p)
        return layer(x)

    primals = [mx.array(np.ascontiguousarray(turn(case["x"])))] + [getattr(layer, n) for n in names]
    saved = (layer.running_mean, layer.running_var) if case.norm == "batch_norm" else None
    outputs, gradients = mx.vjp(f, primals, [mx.array(np.ascontiguousarray(turn(case["dy"])))])
    mx.eval(outputs, gradients)
    to = lambda a: np.array(a.astype(mx.float32), np.float64)
    result = {"y": back(to(outputs[0])), "dx": back(to(gradients[0]))}
    for name, d in zip(names, gradients[1:]):
        result["d" + name] = to(d).reshape(case[name].shape)
    if case.norm == "batch_norm":
        layer.running_mean, layer.running_var = saved
        for name, p in zip(names, primals[1:]):
            setattr(layer, name, p)
        layer(primals[0])
        result.update(running_mean=to(layer.running_mean), running_var=to(layer.running_var))
    return result


if __name__ == "__main__":
    run_all("MLX", importlib.metadata.version("mlx"), run)
