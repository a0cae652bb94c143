#!/usr/bin/env python3
"""JAX with Flax (linen) on the CPU. Flax normalizes the last axis: images are channels last."""
import flax
import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from kit import Unsupported, run_all


def last(array):
    return np.moveaxis(array, 1, -1)


def make_layer(case):
    affine = {"use_scale": case["weight"] is not None, "epsilon": case.eps}
    if case.norm != "rms_norm":
        affine["use_bias"] = case["bias"] is not None
    if case.norm == "batch_norm":
        # Flax's momentum is the weight of the old statistics.
        momentum = 1 - case.momentum if case.momentum is not None else None
        if momentum is None:
            raise Unsupported("no momentum None")
        return nn.BatchNorm(use_running_average=case.evaluate, momentum=momentum, **affine)
    if case.norm == "group_norm":
        return nn.GroupNorm(num_groups=case.groups, **affine)
    if case.norm == "instance_norm":
        return nn.InstanceNorm(**affine)
    layer = nn.LayerNorm if case.norm == "layer_norm" else nn.RMSNorm
    return layer(reduction_axes=(1, 2, 3), feature_axes=(1, 2, 3), **affine)


def run(case):
    layer = make_layer(case)
    per_element = case.norm in ("layer_norm", "rms_norm")
    params = {}
    for name, ours in (("scale", "weight"), ("bias", "bias")):
        if case[ours] is not None:
            params[name] = jnp.asarray(np.moveaxis(case[ours], 0, -1) if per_element else case[ours])
    statistics = {}
    if case.norm == "batch_norm":
        statistics = {"batch_stats": {"mean": jnp.asarray(case["running_mean"]), "var": jnp.asarray(case["running_var"])}}

    def apply(params, x, statistics):
        return layer.apply({"params": params, **statistics}, x, mutable=["batch_stats"])

    for before in case.batches()[:-1]:
        statistics = apply(params, jnp.asarray(last(before)), statistics)[1]
    x = jnp.asarray(last(case["x"]))
    (y, after), pull = jax.vjp(lambda p, a: apply(p, a, statistics), params, x)
    zeros = jax.tree_util.tree_map(jnp.zeros_like, after)
    dparams, dx = pull((jnp.asarray(last(case["dy"])).astype(y.dtype), zeros))
    first = lambda a: np.moveaxis(np.asarray(a, np.float64), -1, 1)
    result = {"y": first(y), "dx": first(dx)}
    for name, ours in (("scale", "dweight"), ("bias", "dbias")):
        if name in params:
            d = np.asarray(dparams[name], np.float64)
            result[ours] = np.moveaxis(d, -1, 0) if per_element else d
    if case.norm == "batch_norm":
        stats = {**statistics, **after}["batch_stats"]
        result.update(running_mean=np.asarray(stats["mean"]), running_var=np.asarray(stats["var"]))
    return result


if __name__ == "__main__":
    run_all("JAX with Flax", f"{jax.__version__} (flax {flax.__version__})", run)
