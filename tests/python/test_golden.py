"""The golden file of tests/golden, PyTorch's results, once more through Python."""

import pathlib

import numpy as np
import pytest

import norma
from norma import functional as F
from norma import nn

FILE = pathlib.Path(__file__).parents[1] / "golden" / "golden.safetensors"
GOLDEN = norma.load_safetensors(FILE)

MODULES = {
    "conv2d": lambda: nn.Conv2d(3, 4, 3),
    "conv2d no bias": lambda: nn.Conv2d(2, 5, 3, bias=False),
    "conv2d stride 2": lambda: nn.Conv2d(3, 4, 3, stride=2),
    "conv2d stride (2, 1)": lambda: nn.Conv2d(3, 2, 3, stride=(2, 1)),
    "conv2d padding (1, 0)": lambda: nn.Conv2d(2, 3, 3, padding=(1, 0)),
    "linear": lambda: nn.Linear(7, 5),
    "linear no bias": lambda: nn.Linear(3, 6, bias=False),
    "max_pool2d 3 stride 2 padding 1": lambda: nn.MaxPool2d(3, stride=2, padding=1),
    "avg_pool2d 2": lambda: nn.AvgPool2d(2),
    "adaptive_avg_pool2d": lambda: nn.AdaptiveAvgPool2d(1),
    "batch_norm": lambda: nn.BatchNorm2d(4),
    "batch_norm cumulative": lambda: nn.BatchNorm2d(4, momentum=None),
    "batch_norm momentum eps": lambda: nn.BatchNorm2d(4, eps=0.01, momentum=0.7),
    "batch_norm eval": lambda: nn.BatchNorm2d(4),
    "batch_norm untracked": lambda: nn.BatchNorm2d(4, track_running_stats=False),
    "batch_norm not affine": lambda: nn.BatchNorm2d(4, affine=False),
    "ghost_batch_norm": lambda: nn.BatchNorm2d(4, ghost=2),
    "instance_norm": lambda: nn.InstanceNorm2d(4),
    "instance_norm affine": lambda: nn.InstanceNorm2d(4, eps=0.01, affine=True),
    "group_norm 2": lambda: nn.GroupNorm(2, 6),
    "group_norm eps": lambda: nn.GroupNorm(2, 6, eps=0.1),
    "group_norm not affine": lambda: nn.GroupNorm(2, 6, affine=False),
    "layer_norm chw": lambda: nn.LayerNorm((3, 4, 3)),
    "layer_norm last": lambda: nn.LayerNorm(7, eps=0.001),
    "layer_norm pixel": lambda: nn.LayerNorm2d(5),
    "rms_norm": lambda: nn.RMSNorm2d(6),
    "batch_renorm warmup": lambda: nn.BatchRenorm2d(6),
    "filter_response_norm": lambda: nn.FilterResponseNorm2d(6),
    "evo_norm 3": lambda: nn.EvoNorm2dS0(3, 6),
    "global_response_norm": lambda: nn.GlobalResponseNorm2d(6),
    "proxy_norm 3": lambda: nn.ProxyGroupNorm(3, 6),
    "local_response_norm": lambda: nn.LocalResponseNorm(6),
    "local_response_norm 3": lambda: nn.LocalResponseNorm(6, size=3, alpha=2, beta=0.5, k=0.5),
    "dynamic_tanh": lambda: nn.DynamicTanh2d(6),
}
FUNCTIONS = {
    "relu": F.relu,
    "add": F.add,
    "log_softmax": F.log_softmax,
    "nll_loss": lambda x, target: F.nll_loss(F.log_softmax(x), target),
    "cross_entropy": F.cross_entropy,
    "cross_entropy 0.1": lambda x, target: F.cross_entropy(x, target, label_smoothing=0.1),
}


def group(case, name):
    start = f"{case}/{name}/"
    return {key[len(start) :]: value for key, value in GOLDEN.items() if key.startswith(start)}


def close(got, want):
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= 1e-10 * max(1, np.abs(want).max())


def double(tensor, device):
    tensor = tensor if tensor.dtype == "int64" else tensor.to("float64")
    return tensor.to(device).clone()


@pytest.mark.parametrize("device", ["cpu", "simt", "reference"])
@pytest.mark.parametrize("case", MODULES)
def test_module(case, device):
    module = MODULES[case]().to("float64").to(device)
    module.load_state_dict(group(case, "state"))
    for seen in group(case, "seen").values():
        module(double(seen, device))
    if case.endswith("eval"):
        module.eval()
    x = double(GOLDEN[f"{case}/x"], device).requires_grad_()
    y = module(x)
    close(y, GOLDEN[f"{case}/y"])
    y.backward(double(GOLDEN[f"{case}/dy"], device))
    gradients = {"x": x.grad, **{name: p.grad for name, p in module.named_parameters().items()}}
    wanted = group(case, "gradient")
    assert wanted.keys() == gradients.keys()
    for name, want in wanted.items():
        close(gradients[name], want)


@pytest.mark.parametrize("case", FUNCTIONS)
def test_function(case):
    inputs = {name: double(t, "cpu") for name, t in group(case, "input").items()}
    for tensor in inputs.values():
        if tensor.dtype != "int64":
            tensor.requires_grad_()
    y = FUNCTIONS[case](*inputs.values())
    close(y, GOLDEN[f"{case}/y"])
    y.backward(double(GOLDEN[f"{case}/dy"], "cpu"))
    for name, want in group(case, "gradient").items():
        close(inputs[name].grad, want)
