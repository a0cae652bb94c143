#!/usr/bin/env python3
"""Writes golden.safetensors: results of PyTorch in float64, for comparison in Norma's tests.

Tensors are called "<case>/<tensor>". Every case has its own seed, made from its name, so that a new case
does not change the others. All inputs are exact in float32, so that Norma gets the same numbers in both
precisions.
"""

import json
import sys
import zlib
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau, StepLR

sys.path.append(str(Path(__file__).parents[2] / "bench" / "peers"))
import zoo

golden = {}


def keep(case, **tensors):
    for name, tensor in tensors.items():
        assert f"{case}/{name}" not in golden, f"{case} has two tensors {name}"
        golden[f"{case}/{name}"] = tensor.detach().clone()


def keep_group(case, group, tensors):
    keep(case, **{f"{group}/{name}": tensor for name, tensor in tensors.items()})


def seed(case):
    torch.manual_seed(zlib.crc32(case.encode()))


def exact(tensor):
    """Rounds to numbers that are exact in float32."""
    return tensor.float().double()


def normal(*shape):
    return torch.randn(shape).double()


def draw(what):
    """A tensor of normal numbers if `what` is a shape; else the result of what()."""
    return normal(*what) if isinstance(what, tuple) else what()


# ---- Modules: state, batches seen before, x → y, gradients by a random cotangent, buffers after ----


def module_case(case, module, x, seen=0, evaluate=False):
    """seen: number of batches before this one, in training."""
    seed(case)
    x = draw(x)
    module.double()
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(normal(*p.shape))
    keep_group(case, "state", module.state_dict())
    for i in range(seen):
        batch = exact(normal(*x.shape) * (i + 1) + i)
        keep_group(case, "seen", {str(i): batch})
        module(batch)
    module.train(not evaluate)
    y = module(x.requires_grad_())
    dy = normal(*y.shape)
    y.backward(dy)
    keep(case, x=x, y=y, dy=dy)
    keep_group(case, "gradient", {"x": x.grad, **{name: p.grad for name, p in module.named_parameters()}})
    keep_group(case, "after", dict(module.named_buffers()))


def convolutions_and_linear():
    module_case("conv2d", nn.Conv2d(3, 4, 3), (2, 3, 5, 6))
    module_case("conv2d no bias", nn.Conv2d(2, 5, 3, bias=False), (2, 2, 5, 5))
    module_case("conv2d stride 2", nn.Conv2d(3, 4, 3, stride=2), (1, 3, 7, 6))
    module_case("conv2d stride (2, 1)", nn.Conv2d(3, 2, 3, stride=(2, 1)), (2, 3, 6, 5))
    module_case("conv2d padding 1", nn.Conv2d(3, 4, 3, padding=1), (2, 3, 5, 4))
    module_case("conv2d padding (1, 0)", nn.Conv2d(2, 3, 3, padding=(1, 0)), (2, 2, 4, 5))
    module_case("conv2d stride 2 padding 1", nn.Conv2d(3, 4, 3, stride=2, padding=1), (2, 3, 6, 6))
    module_case("conv2d 1x1", nn.Conv2d(5, 7, 1), (3, 5, 3, 3))
    module_case("conv2d 5x5 padding 2", nn.Conv2d(2, 3, 5, padding=2), (1, 2, 5, 6))
    module_case("conv2d dilation 2", nn.Conv2d(3, 4, 3, padding=2, dilation=2), (2, 3, 6, 5))
    module_case("conv2d dilation (1, 3) stride 2", nn.Conv2d(2, 3, 3, stride=2, padding=(0, 3), dilation=(1, 3)), (1, 2, 7, 9))
    module_case("conv2d groups 2", nn.Conv2d(4, 6, 3, padding=1, groups=2), (2, 4, 5, 4))
    module_case("conv2d depthwise", nn.Conv2d(3, 3, 3, padding=1, groups=3, bias=False), (2, 3, 5, 6))
    module_case("conv2d depthwise 2 each", nn.Conv2d(3, 6, 3, stride=2, padding=2, dilation=2, groups=3), (2, 3, 7, 6))
    module_case("conv2d 3x1", nn.Conv2d(2, 3, (3, 1), padding=(1, 0)), (1, 2, 5, 4))
    module_case("linear", nn.Linear(7, 5), (4, 7))
    module_case("linear no bias", nn.Linear(3, 6, bias=False), (5, 3))


def pooling():
    shape = (2, 3, 5, 7)
    module_case("max_pool2d 2", nn.MaxPool2d(2), shape)
    module_case("max_pool2d 3 stride 2 padding 1", nn.MaxPool2d(3, 2, 1), shape)
    module_case("max_pool2d ceil", nn.MaxPool2d(2, ceil_mode=True), shape)
    module_case("max_pool2d ceil padding", nn.MaxPool2d(3, 2, 1, ceil_mode=True), (1, 2, 6, 8))
    module_case("max_pool2d (3, 2) stride (1, 2)", nn.MaxPool2d((3, 2), (1, 2)), shape)
    module_case("max_pool2d ties", nn.MaxPool2d(3, 2, 1), lambda: torch.randint(-1, 2, (2, 2, 6, 6)).double())
    module_case("max_pool2d beyond the image", nn.MaxPool2d(3, 2, ceil_mode=True), (1, 2, 2, 2))
    module_case("avg_pool2d beyond the image", nn.AvgPool2d(3, 2, ceil_mode=True), (1, 2, 2, 2))
    module_case("avg_pool2d 2", nn.AvgPool2d(2), shape)
    module_case("avg_pool2d 3 stride 2 padding 1", nn.AvgPool2d(3, 2, 1), shape)
    module_case("avg_pool2d without pad", nn.AvgPool2d(3, 2, 1, count_include_pad=False), shape)
    module_case("avg_pool2d ceil", nn.AvgPool2d(2, ceil_mode=True), shape)
    module_case("avg_pool2d ceil padding", nn.AvgPool2d(3, 2, 1, ceil_mode=True), (1, 2, 6, 8))
    module_case(
        "avg_pool2d ceil padding without pad",
        nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
        (1, 2, 6, 8),
    )
    module_case("adaptive_avg_pool2d", nn.AdaptiveAvgPool2d(1), shape)


class LayerNorm2d(nn.LayerNorm):
    """Over the channels of each pixel, as in torchvision's ConvNeXt."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def batch_and_instance_norms():
    shape = (2, 4, 3, 3)
    module_case("batch_norm", nn.BatchNorm2d(4), shape, seen=2)
    module_case("batch_norm cumulative", nn.BatchNorm2d(4, momentum=None), shape, seen=2)
    module_case("batch_norm momentum eps", nn.BatchNorm2d(4, eps=0.01, momentum=0.7), shape, seen=2)
    module_case("batch_norm eval", nn.BatchNorm2d(4), shape, seen=3, evaluate=True)
    untracked = {"track_running_stats": False}
    module_case("batch_norm untracked", nn.BatchNorm2d(4, **untracked), shape)
    module_case("batch_norm untracked eval", nn.BatchNorm2d(4, **untracked), shape, evaluate=True)
    module_case("batch_norm not affine", nn.BatchNorm2d(4, affine=False), shape, seen=2)
    module_case("batch_norm 1x1", nn.BatchNorm2d(4), (5, 4, 1, 1))
    module_case("instance_norm", nn.InstanceNorm2d(4), shape)
    module_case("instance_norm eval", nn.InstanceNorm2d(4), shape, evaluate=True)
    module_case("instance_norm affine", nn.InstanceNorm2d(4, affine=True, eps=0.01), shape)
    tracked = {"affine": True, "track_running_stats": True}
    module_case("instance_norm tracked", nn.InstanceNorm2d(4, **tracked), shape, seen=1)
    module_case("instance_norm tracked eval", nn.InstanceNorm2d(4, **tracked), shape, seen=2, evaluate=True)


class RMSNorm2d(nn.Module):
    """PyTorch's RMS norm over (C, H, W), with one weight per channel."""

    def __init__(self, channels, eps=1e-5, elementwise_affine=True):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels)) if elementwise_affine else None

    def forward(self, x):
        y = F.rms_norm(x, x.shape[1:], eps=self.eps)
        return y if self.weight is None else y * self.weight[:, None, None]


def group_and_layer_norms():
    shape = (2, 6, 3, 4)
    for groups in (1, 2, 3, 6):
        module_case(f"group_norm {groups}", nn.GroupNorm(groups, 6), shape)
    module_case("group_norm eps", nn.GroupNorm(2, 6, eps=0.1), shape)
    module_case("group_norm small", nn.GroupNorm(3, 6), lambda: normal(*shape) / 256)
    module_case("group_norm offset", nn.GroupNorm(3, 6), lambda: exact(normal(*shape) + 1000))
    module_case("group_norm not affine", nn.GroupNorm(2, 6, affine=False), shape)
    # y is only the bias. eps is large, because a small one would enlarge the rounding errors of dx = 0.
    module_case("group_norm 1 element", nn.GroupNorm(4, 4, eps=0.1), (3, 4, 1, 1))
    module_case("layer_norm chw", nn.LayerNorm([3, 4, 3]), (3, 3, 4, 3))
    module_case("layer_norm last", nn.LayerNorm(7, eps=0.001), (2, 3, 4, 7))
    module_case("layer_norm rows", nn.LayerNorm(33), (4, 33))
    module_case("layer_norm not affine", nn.LayerNorm([3, 4], elementwise_affine=False), (2, 5, 3, 4))
    module_case("layer_norm pixel", LayerNorm2d(5), (2, 5, 3, 4))
    module_case("layer_norm pixel eps", LayerNorm2d(7, eps=0.1), (2, 7, 2, 3))
    module_case("layer_norm pixel not affine", LayerNorm2d(5, elementwise_affine=False), (2, 5, 3, 4))
    module_case("rms_norm", RMSNorm2d(6), shape)
    module_case("rms_norm eps", RMSNorm2d(6, eps=0.1), shape)
    module_case("rms_norm offset", RMSNorm2d(6), lambda: exact(normal(*shape) + 1000))
    module_case("rms_norm not affine", RMSNorm2d(6, elementwise_affine=False), shape)


def zoo_norms():
    shape = (2, 6, 3, 4)
    module_case("ghost_batch_norm", zoo.GhostBatchNorm2d(4, 2), (5, 4, 3, 3), seen=2)
    module_case("ghost_batch_norm eval", zoo.GhostBatchNorm2d(4, 2), (5, 4, 3, 3), seen=2, evaluate=True)
    module_case("batch_renorm", zoo.BatchRenorm2d(6, warmup=0, r_end=4, d_end=5), shape, seen=2)
    module_case("batch_renorm warmup", zoo.BatchRenorm2d(6), shape, seen=2)
    module_case("batch_renorm eval", zoo.BatchRenorm2d(6), shape, seen=2, evaluate=True)
    module_case("filter_response_norm", zoo.FilterResponseNorm2d(6), shape)
    module_case("evo_norm 1", zoo.EvoNorm2dS0(1, 6), shape)
    module_case("evo_norm 3", zoo.EvoNorm2dS0(3, 6), shape)
    module_case("global_response_norm", zoo.GlobalResponseNorm2d(6), shape)
    module_case("proxy_norm 1", zoo.ProxyGroupNorm(1, 6), shape)
    module_case("proxy_norm 3", zoo.ProxyGroupNorm(3, 6), shape)
    module_case("local_response_norm", zoo.LocalResponseNorm(5), lambda: exact(normal(*shape) * 64))
    module_case("local_response_norm 3", zoo.LocalResponseNorm(3, alpha=2, beta=0.5, k=0.5), shape)
    module_case("dynamic_tanh", zoo.DynamicTanh2d(6), shape)


# ---- Functions: inputs, y = f(inputs), gradients by a random cotangent ----


def function_case(case, f, **inputs):
    seed(case)
    inputs = {name: draw(what) for name, what in inputs.items()}
    keep_group(case, "input", inputs)
    floats = {name: t.requires_grad_() for name, t in inputs.items() if t.is_floating_point()}
    y = f(*inputs.values())
    dy = normal(*y.shape)
    y.backward(dy)
    keep(case, y=y, dy=dy)
    keep_group(case, "gradient", {name: t.grad for name, t in floats.items()})


def with_zeros(x):
    x.view(-1)[1:4] = torch.tensor([0.0, -0.0, 1e-30])
    return exact(x)


def activations_and_losses():
    shape = (2, 3, 4, 5)
    function_case("relu", F.relu, x=lambda: with_zeros(normal(*shape)))
    function_case("add", torch.add, a=shape, b=shape)
    function_case("add to itself", lambda a: a + F.relu(a), a=shape)
    function_case("log_softmax", lambda x: F.log_softmax(x, 1), x=lambda: normal(5, 7) * 4)
    function_case("log_softmax large", lambda x: F.log_softmax(x, 1), x=lambda: normal(3, 5) * 512)
    scores = {"x": (6, 10), "target": lambda: torch.randint(0, 10, (6,))}
    function_case("nll_loss", lambda x, target: F.nll_loss(F.log_softmax(x, 1), target), **scores)
    function_case("cross_entropy", F.cross_entropy, **scores)
    for s in (0.1, 0.5, 1.0):
        function_case(f"cross_entropy {s}", lambda x, t: F.cross_entropy(x, t, label_smoothing=s), **scores)
    impossible = {"x": lambda: torch.tensor([[0.0, -torch.inf, 1.0], [2.0, 0.5, -torch.inf]]).double()}
    impossible["target"] = lambda: torch.tensor([2, 1])
    function_case("cross_entropy impossible", F.cross_entropy, **impossible)
    # Its gradient at 0 is 0.
    penalty = lambda p, q: 0.25 * (p.abs().sum() + q.abs().sum())
    function_case("l1 penalty", penalty, p=lambda: with_zeros(normal(3, 5)), q=(7,))


# ---- Optimizers: the same start and gradients for all; the parameter after each of 12 steps ----


def optimizers():
    seed("optimizer")
    start, gradients = normal(19), normal(12, 19)
    keep("optimizer", start=start, gradients=gradients)

    def case(name, make):
        p = start.clone().requires_grad_()
        optimizer = make([p])
        path = []
        for gradient in gradients:
            p.grad = gradient.clone()
            optimizer.step()
            path.append(p.detach().clone())
        keep("optimizer", **{name: torch.stack(path)})

    case("sgd", lambda p: SGD(p, lr=0.1))
    case("sgd weight decay", lambda p: SGD(p, lr=0.1, weight_decay=0.05))
    case("sgd momentum", lambda p: SGD(p, lr=0.1, momentum=0.9))
    case("sgd dampening", lambda p: SGD(p, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.01))
    case("sgd nesterov", lambda p: SGD(p, lr=0.05, momentum=0.8, weight_decay=0.1, nesterov=True))
    case("adam", lambda p: Adam(p))
    case("adam weight decay", lambda p: Adam(p, lr=0.02, weight_decay=0.1))
    case("adam betas eps", lambda p: Adam(p, lr=0.1, betas=(0.7, 0.95), eps=0.01))
    case("adamw", lambda p: AdamW(p))
    case("adamw weight decay", lambda p: AdamW(p, lr=0.02, betas=(0.8, 0.99), weight_decay=0.3))


# ---- Schedulers: the rate (and momentum) of each of 100 steps ----


def momentum_of(optimizer):
    group = optimizer.param_groups[0]
    return group["betas"][0] if "betas" in group else group["momentum"]


def scheduler_case(name, make, metrics=None, optimizer=None):
    optimizer = optimizer or SGD([torch.zeros(1)], lr=0.4, momentum=0.5)
    scheduler = make(optimizer)
    rates, momenta = [], []
    for t in range(100):
        if t > 0:
            optimizer.step()
            scheduler.step(*([] if metrics is None else [metrics[t - 1].item()]))
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(momentum_of(optimizer))
    keep("scheduler", **{f"{name}/lr": torch.tensor(rates, dtype=torch.float64)})
    if len(set(momenta)) > 1:
        keep("scheduler", **{f"{name}/momentum": torch.tensor(momenta, dtype=torch.float64)})


def schedulers():
    scheduler_case("step", lambda o: StepLR(o, 30))
    scheduler_case("step gamma", lambda o: StepLR(o, 7, gamma=0.8))
    scheduler_case("cosine 50", lambda o: CosineAnnealingLR(o, 50))
    scheduler_case("cosine 100", lambda o: CosineAnnealingLR(o, 100))
    scheduler_case("cosine 100 eta_min", lambda o: CosineAnnealingLR(o, 100, eta_min=0.02))
    scheduler_case("cosine 30 eta_min", lambda o: CosineAnnealingLR(o, 30, eta_min=0.02))

    def cycle(**options):
        return lambda o: OneCycleLR(o, max_lr=0.8, total_steps=100, **options)

    linear = {"anneal_strategy": "linear"}

    scheduler_case("cycle", cycle())
    scheduler_case("cycle linear", cycle(**linear))
    scheduler_case("cycle three phases", cycle(three_phase=True))
    scheduler_case("cycle linear three phases", cycle(three_phase=True, pct_start=0.4, **linear))
    scheduler_case("cycle adam", cycle(), optimizer=Adam([torch.zeros(1)]))
    scheduler_case("cycle fixed momentum", cycle(cycle_momentum=False))
    scheduler_case("cycle pct 0.1", cycle(pct_start=0.1, base_momentum=0.7, max_momentum=0.9))
    scheduler_case("cycle pct 0.333", cycle(pct_start=0.333, div_factor=10, final_div_factor=100))
    scheduler_case("cycle pct 0", cycle(pct_start=0.0))
    scheduler_case("cycle pct 1", cycle(pct_start=1.0))

    # A descent with plateaus: small steps, no change, some steps up; below 0 at the end.
    seed("scheduler")
    metrics = 0.2 * torch.rand(100).double() + 3 * torch.exp(-torch.arange(100).double() / 15)
    metrics[20:32] = metrics[20]
    metrics[60:80] = metrics[59] * (1 - 1e-5 * torch.arange(20))
    metrics[90:] -= 1
    metrics = exact(metrics)
    keep("scheduler", metrics=metrics)

    def plateau(name, **options):
        scheduler_case(f"plateau {name}", lambda o: ReduceLROnPlateau(o, **options), metrics)

    plateau("default")
    plateau("patience", patience=3, factor=0.5)
    plateau("impatient", patience=0, factor=0.9, threshold=0)
    plateau("abs", patience=2, factor=0.7, threshold=0.05, threshold_mode="abs")
    plateau("max", mode="max", patience=3, factor=0.5)
    plateau("max abs", mode="max", patience=4, factor=0.6, threshold=0.5, threshold_mode="abs")
    plateau("cooldown", patience=1, factor=0.5, cooldown=4)
    plateau("min_lr", patience=1, factor=0.3, min_lr=0.01)
    plateau("eps", patience=1, factor=0.5, eps=0.01)


# ---- A whole network, trained for 5 steps ----


def block(convolution, norm):
    return nn.Sequential(OrderedDict(conv=convolution, norm=norm, relu=nn.ReLU()))


def network():
    seed("network")
    net = nn.Sequential(
        OrderedDict(
            C1=block(nn.Conv2d(3, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6)),
            pool=nn.MaxPool2d(2),
            C2=block(nn.Conv2d(6, 8, 3, padding=1), nn.GroupNorm(4, 8)),
            gap=nn.AdaptiveAvgPool2d(1),
            head=nn.Conv2d(8, 10, 1),
            flatten=nn.Flatten(),
        )
    ).double()
    keep_group("network", "state", net.state_dict())
    images, targets = normal(5, 4, 3, 8, 8), torch.randint(0, 10, (5, 4))
    optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
    losses = []
    for x, target in zip(images, targets):
        loss = F.cross_entropy(net(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    keep("network", images=images, targets=targets, losses=torch.stack(losses))
    keep_group("network", "after", net.state_dict())
    net.eval()
    keep("network", evaluated=net(images[0]))


def stored(tensor):
    """Bytes and type name; float32 if that is exact, which is true for all inputs."""
    if tensor.dtype == torch.int64:
        return tensor.numpy().tobytes(), "I64"
    exact = bool((tensor.float().double() == tensor).all())
    return (tensor.float() if exact else tensor).numpy().tobytes(), "F32" if exact else "F64"


def write(file):
    header, data = {"__metadata__": {"torch": torch.__version__}}, b""
    for name, tensor in golden.items():
        values, dtype = stored(tensor.contiguous())
        offsets = [len(data), len(data) + len(values)]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": offsets}
        data += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(len(text).to_bytes(8, "little") + text + data)
    print(f"{file.name}: {len(golden)} tensors, {file.stat().st_size} bytes, {len(text)} of them header")


if __name__ == "__main__":
    convolutions_and_linear()
    pooling()
    batch_and_instance_norms()
    group_and_layer_norms()
    zoo_norms()
    activations_and_losses()
    optimizers()
    schedulers()
    network()
    write(Path(__file__).with_name("golden.safetensors"))
