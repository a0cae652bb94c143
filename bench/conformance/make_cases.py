#!/usr/bin/env python3
"""Writes cases.json and cases.safetensors: inputs of every classical norm and what their definitions give.

Results are computed here with NumPy in long double, from the formulas of kernels/norm/README.md, and from no framework.
Inputs have the type of the case, so that rounding them is not part of the error. Needs numpy and safetensors.
"""
import json
import zlib
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

LONG = np.longdouble
cases, tensors = [], {}


def moments(x, axes):
    mean = x.mean(axes, keepdims=True)
    return mean, ((x - mean) ** 2).mean(axes, keepdims=True)


def sets_of(norm, x, groups):
    """x as an array whose sets lie along the returned axes."""
    n, c, h, w = x.shape
    if norm == "batch_norm":
        return x, (0, 2, 3)
    if norm in ("layer_norm", "rms_norm"):
        return x, (1, 2, 3)
    if norm == "instance_norm":
        return x, (2, 3)
    return x.reshape(n, groups, c // groups, h, w), (2, 3, 4)


def affine_shape(norm, x):
    """layer_norm and rms_norm have a weight per element of an image, as PyTorch's; the others one per channel."""
    return x.shape[1:] if norm in ("layer_norm", "rms_norm") else (x.shape[1], 1, 1)


def compute(norm, x, weight, bias, dy, eps, groups, statistics=None):
    """y and the gradients. `statistics`: constant mean and variance per channel."""
    x, dy = x.astype(LONG), dy.astype(LONG)
    shape = affine_shape(norm, x)
    weight = np.ones(shape, LONG) if weight is None else weight.astype(LONG).reshape(shape)
    bias = np.zeros(shape, LONG) if bias is None else bias.astype(LONG).reshape(shape)
    in_sets, axes = sets_of(norm, x, groups)
    if statistics is None:
        mean, var = moments(in_sets, axes)
        if norm == "rms_norm":
            mean, var = np.zeros_like(mean), (in_sets**2).mean(axes, keepdims=True)
    else:
        mean, var = (s.astype(LONG).reshape(1, -1, 1, 1) for s in statistics)
    rstd = 1 / np.sqrt(var + LONG(eps))
    xhat = (in_sets - mean) * rstd
    g = (dy * weight).reshape(in_sets.shape)
    dx = g
    if statistics is None:
        shared = xhat * (g * xhat).mean(axes, keepdims=True)
        dx = g - shared - (0 if norm == "rms_norm" else g.mean(axes, keepdims=True))
    xhat, dx = xhat.reshape(x.shape), (rstd * dx).reshape(x.shape)
    over = 0 if norm in ("layer_norm", "rms_norm") else (0, 2, 3)
    return {"y": xhat * weight + bias, "dx": dx, "dweight": (dy * xhat).sum(over), "dbias": dy.sum(over)}, (mean, var)


def case(name, norm, shape, why, *, dtype="float32", affine=True, groups=None, eps=1e-5, momentum=0.1, batches=1,
         evaluate=False, layout="nchw", make=None, forward=1e-5, backward=5e-5, may_refuse=False):
    """`make(random, shape)` draws x; forward, backward: largest error as a share of the largest magnitude."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    draw = make or (lambda r, s: r.normal(0.5, 1.5, s))
    as_type = {"float32": np.float32, "float16": np.float16}[dtype]
    xs = [draw(random, shape).astype(as_type) for _ in range(batches)]
    dy = random.normal(0, 1, shape).astype(as_type)
    inputs = {"x": xs[-1], "dy": dy}
    weight = bias = None
    if affine:
        of = affine_shape(norm, xs[0])
        size = of if norm in ("layer_norm", "rms_norm") else of[:1]
        weight = inputs["weight"] = random.uniform(0.5, 1.5, size).astype(np.float32)
        if norm != "rms_norm":
            bias = inputs["bias"] = random.normal(0, 1, size).astype(np.float32)
    statistics, expected = None, {}
    if norm == "batch_norm":
        running = [np.zeros(shape[1]), np.ones(shape[1]), np.ones(shape[1])]
        if evaluate:
            running = [random.normal(0, 1, shape[1]), random.uniform(0.5, 2, shape[1]), np.ones(shape[1])]
        running = [r.astype(np.float32).astype(LONG) for r in running]
        inputs["running_mean"], inputs["running_var"] = (r.astype(np.float32) for r in running[:2])
        statistics = running[:2] if evaluate else None
        for i, x in enumerate(xs if not evaluate else []):
            mean, var = moments(x.astype(LONG), (0, 2, 3))
            count = x.size // x.shape[1]
            share = LONG(momentum) if momentum is not None else LONG(1) / (i + 1)
            unbiased = var * count / (count - 1) if count > 1 else var
            running = [(1 - share) * r + share * b.reshape(-1) for r, b in zip(running, (mean, unbiased, var))]
        if count_of(shape) > 1 or evaluate:
            expected["running_mean"], expected["running_var"] = running[:2]
        if not evaluate:
            inputs["biased_running_var"] = running[2].astype(np.float64)  # the usual mistake, for the judge
    results, _ = compute(norm, xs[-1], weight, bias, dy, eps, groups, statistics)
    expected.update({key: value for key, value in results.items()
                     if key in ("y", "dx") or (key == "dweight" and weight is not None) or (key == "dbias" and bias is not None)})
    for i, x in enumerate(xs[:-1]):
        inputs[f"before{i}"] = x
    tensors.update({f"{name}/in/{key}": stored(value) for key, value in inputs.items()})
    tensors.update({f"{name}/out/{key}": np.ascontiguousarray(value, np.float64) for key, value in expected.items()})
    cases.append({"name": name, "norm": norm, "dtype": dtype, "eps": eps, "groups": groups, "momentum": momentum,
                  "evaluate": evaluate, "layout": layout, "batches_before": batches - 1, "forward": forward,
                  "backward": backward, "may_refuse": may_refuse, "why": why})


def stored(value):
    """float16 is stored as float32, which holds the same numbers and which every reader has."""
    return np.ascontiguousarray(value, np.float32 if value.dtype == np.float16 else value.dtype)


def count_of(shape):
    return shape[0] * shape[2] * shape[3]


def constant(random, shape):
    return np.full(shape, 3.0)


def far(random, shape):
    return random.normal(1e4, 1, shape)


def denormal(random, shape):
    return random.choice([-1, 1], shape) * random.uniform(2e-39, 9e-39, shape)


def large_in_half(random, shape):
    return random.normal(0, 300, shape)


NORMS = {"batch_norm": {}, "layer_norm": {}, "group_norm": {"groups": 2}, "instance_norm": {}, "rms_norm": {}}


def main():
    shape = (3, 6, 4, 5)
    for norm, extra in NORMS.items():
        case(f"{norm}", norm, shape, "the usual case", **extra)
        case(f"{norm} without weight", norm, shape, "no weight and no bias", affine=False, **extra)
        case(f"{norm} eps", norm, shape, "another eps, which must be inside the root", eps=0.1, **extra)
        case(f"{norm} constant", norm, shape, "variance 0: y is the bias, and nothing is NaN", make=constant,
             eps=1e-2, backward=1e-4, **extra)
        case(f"{norm} far", norm, shape, "mean 1e4, deviation 1: E[x²] − E[x]² in float32 has no digit left", make=far,
             forward=2e-3, backward=1e-2, **extra)
        case(f"{norm} one image", norm, (1, 6, 4, 5), "a batch of one image", **extra)
        case(f"{norm} channels last", norm, shape, "channels last in memory", layout="nhwc", **extra)
        case(f"{norm} half", norm, shape, "float16", dtype="float16", forward=3e-3, backward=1e-2, **extra)
        case(f"{norm} half large", norm, shape, "float16 with deviation 300: squares do not fit float16",
             dtype="float16", make=large_in_half, forward=3e-3, backward=1e-2, **extra)
        case(f"{norm} denormal", norm, shape, "numbers below 1e-38, which some flush to 0", make=denormal, affine=False,
             forward=1e-3, backward=1e-3, **extra)
    for groups in (1, 6):
        case(f"group_norm G={groups}", "group_norm", shape, "all channels in one group, or one in each", groups=groups)
    case("batch_norm evaluated", "batch_norm", shape, "given running statistics", evaluate=True)
    case("batch_norm three batches", "batch_norm", shape, "running statistics after three batches: variances divide "
         "by M − 1", batches=3)
    case("batch_norm momentum none", "batch_norm", shape, "running statistics are plain means over batches",
         batches=3, momentum=None)
    case("batch_norm one value", "batch_norm", (1, 6, 1, 1), "one value per channel: refused, or y is the bias",
         may_refuse=True)
    folder = Path(__file__).parent
    (folder / "cases.json").write_text("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases) + "\n]\n")
    save_file(tensors, folder / "cases.safetensors", {"made_by": "make_cases.py"})
    print(f"{len(cases)} cases, {len(tensors)} tensors, {(folder / 'cases.safetensors').stat().st_size} bytes")


if __name__ == "__main__":
    main()
