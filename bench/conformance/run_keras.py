#!/usr/bin/env python3
"""Keras with the JAX backend, on the CPU, channels first by `axis`."""
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
import jax
import jax.numpy as jnp
import keras
import numpy as np

from kit import Unsupported, run_all


def make_layer(case):
    axis = -1 if case.layout == "nhwc" else 1
    affine = {"center": case["bias"] is not None, "scale": case["weight"] is not None, "epsilon": case.eps}
    affine["dtype"] = case.dtype
    if case.norm == "batch_norm":
        if case.momentum is None:
            raise Unsupported("no momentum None")
        return keras.layers.BatchNormalization(axis=axis, momentum=1 - case.momentum, **affine)
    if case.norm == "layer_norm":
        return keras.layers.LayerNormalization(axis=(1, 2, 3), **affine)
    if case.norm == "rms_norm":
        if case["weight"] is None:
            raise Unsupported("always has a scale")
        return keras.layers.RMSNormalization(axis=(1, 2, 3), epsilon=case.eps, dtype=case.dtype)
    groups = case.groups if case.norm == "group_norm" else case["x"].shape[1]
    return keras.layers.GroupNormalization(groups=groups, axis=axis, **affine)


def run(case):
    turn = (lambda a: np.moveaxis(a, 1, -1)) if case.layout == "nhwc" else (lambda a: a)
    back = (lambda a: np.moveaxis(a, -1, 1)) if case.layout == "nhwc" else (lambda a: a)
    layer, x = make_layer(case), turn(case["x"])
    layer.build(x.shape)
    values = {"gamma": case["weight"], "scale": case["weight"], "beta": case["bias"],
              "moving_mean": case["running_mean"], "moving_variance": case["running_var"]}
    per_element = case.norm in ("layer_norm", "rms_norm")
    for variable in layer.variables:
        if values.get(variable.name) is not None:
            value = values[variable.name]
            variable.assign(np.moveaxis(value, 0, -1) if per_element and case.layout == "nhwc" else value)
    train = {"training": not case.evaluate} if case.norm == "batch_norm" else {}
    names = [v.name for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]

    def apply(params, fixed, x):
        return layer.stateless_call(params, fixed, x, **train)

    params = [v.value for v in layer.trainable_variables]
    for before in case.batches()[:-1]:
        fixed = apply(params, fixed, jnp.asarray(turn(before)))[1]
    (y, after), pull = jax.vjp(lambda p, a: apply(p, fixed, a), params, jnp.asarray(x))
    zeros = jax.tree_util.tree_map(jnp.zeros_like, after)
    dparams, dx = pull((jnp.asarray(turn(case["dy"])).astype(y.dtype), zeros))
    result = {"y": back(np.asarray(y, np.float64)), "dx": back(np.asarray(dx, np.float64))}
    for name, d in zip(names, dparams):
        d = np.asarray(d, np.float64)
        result["dbias" if name == "beta" else "dweight"] = np.moveaxis(d, -1, 0) if d.ndim == 3 and case.layout == "nhwc" else d
    if case.norm == "batch_norm":
        result.update(running_mean=np.asarray(after[0]), running_var=np.asarray(after[1]))
    return result


if __name__ == "__main__":
    run_all("Keras", f"{keras.__version__} (JAX {jax.__version__})", run)
