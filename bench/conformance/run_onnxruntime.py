#!/usr/bin/env python3
"""ONNX Runtime on the CPU: one node per case. It has no backward pass."""
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from kit import Unsupported, run_all

OPSET = 23  # the first with RMSNormalization; GroupNormalization has one weight per channel since 21


def node(case):
    """Type of the node, its attributes, and its inputs after x."""
    c, shape = case["x"].shape[1], case["x"].shape[1:]
    per_channel = lambda name, value: case[name] if case[name] is not None else np.full(c, value, np.float32)
    affine = {"scale": per_channel("weight", 1), "bias": per_channel("bias", 0)}
    if case.norm == "batch_norm":
        if not case.evaluate:
            raise Unsupported("training of batch norm is not implemented on the CPU")
        return "BatchNormalization", {"epsilon": case.eps}, {**affine, "mean": case["running_mean"],
                                                             "var": case["running_var"]}
    if case.norm == "instance_norm":
        return "InstanceNormalization", {"epsilon": case.eps}, affine
    if case.norm == "group_norm":
        return "GroupNormalization", {"epsilon": case.eps, "num_groups": case.groups}, affine
    full = {"scale": case["weight"] if case["weight"] is not None else np.ones(shape, np.float32)}
    if case.norm == "rms_norm":
        return "RMSNormalization", {"epsilon": case.eps, "axis": 1}, full
    full["bias"] = case["bias"] if case["bias"] is not None else np.zeros(shape, np.float32)
    return "LayerNormalization", {"epsilon": case.eps, "axis": 1}, full


def run(case):
    if case.layout == "nhwc":
        raise Unsupported("ONNX has one layout, channels first")
    operator, attributes, constants = node(case)
    kind = TensorProto.FLOAT16 if case.dtype == "float16" else TensorProto.FLOAT
    as_type = case["x"].dtype
    made = helper.make_node(operator, ["x", *constants], ["y"], **attributes)
    value = lambda name: helper.make_tensor_value_info(name, kind, case["x"].shape)
    graph = helper.make_graph([made], "case", [value("x")], [value("y")],
                              [numpy_helper.from_array(v.astype(as_type), k) for k, v in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return {"y": session.run(None, {"x": case["x"]})[0]}


if __name__ == "__main__":
    onnxruntime.set_default_logger_severity(4)
    run_all("ONNX Runtime", f"{onnxruntime.__version__} (onnx {onnx.__version__})", run, without=["gradients"])
