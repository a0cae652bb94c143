"""The operations of kernels/table.h in PyTorch, one at a time, for bench_kernels.

Forward is the usual function, on tensors that require gradients, as in training. Backward is torch.autograd.grad
of it: the work of a backward pass for this node, with some microseconds of autograd.
"""
import torch
from torch.nn import functional

DTYPES = {"float32": torch.float32, "float64": torch.float64}


class Operation:
    """call() runs it once and returns its (first) result; wait() waits until the device has finished."""

    def __init__(self, name, sizes):
        self.device, self.dtype = sizes.pop("device"), DTYPES[sizes.pop("dtype")]
        self.s = {key: int(value) for key, value in sizes.items()}
        for ending in ("_backward_data", "_backward_weight", "_backward"):
            if name.endswith(ending):
                self.make_backward(name[:-len(ending)], ending)
                return
        self.call = getattr(self, name[:-len("_forward")] if name.endswith("_forward") else name)()[0]

    def make_backward(self, name, ending):
        forward, inputs = getattr(self, name)()
        inputs = {"_backward_data": inputs[:1], "_backward_weight": inputs[1:]}.get(ending, inputs)
        y = forward()
        dy = torch.rand_like(y)
        self.call = lambda: torch.autograd.grad(y, inputs, dy, retain_graph=True)[0]

    def wait(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def leaf(self, *shape):
        return torch.rand(*shape, device=self.device, dtype=self.dtype).sub_(0.5).requires_grad_()

    def labels(self):
        return torch.randint(self.s["c"], (self.s["n"],), device=self.device)

    def image(self):
        s = self.s
        return self.leaf(s["n"], s["c"], s["h"], s["w"])

    # Each method returns the forward function and the inputs whose gradients backward computes.

    def conv2d(self):
        s, x = self.s, self.image()
        weight = self.leaf(s["k"], s["c"] // s["conv_groups"], s["kernel"], s["kernel"])
        return lambda: functional.conv2d(x, weight, None, s["stride"], s["pad"], 1, s["conv_groups"]), (x, weight)

    def conv2d_norm(self):
        s = self.s
        conv, (x, weight) = self.conv2d()
        scale, shift = self.leaf(s["k"]), self.leaf(s["k"])

        def block():
            y = functional.relu(functional.group_norm(conv(), s["groups"], scale, shift))
            return functional.dropout2d(y, 0.05)

        return block, (x, weight, scale, shift)

    def linear(self):
        s = self.s
        x, weight, bias = self.leaf(s["n"], s["c"]), self.leaf(s["k"], s["c"]), self.leaf(s["k"])
        return lambda: functional.linear(x, weight, bias), (x, weight, bias)

    def batch_norm(self):
        x, weight, bias = self.image(), self.leaf(self.s["c"]), self.leaf(self.s["c"])
        mean, var = torch.zeros_like(weight).detach(), torch.ones_like(weight).detach()
        return lambda: functional.batch_norm(x, mean, var, weight, bias, training=True), (x, weight, bias)

    def group_norm(self):
        x, weight, bias = self.image(), self.leaf(self.s["c"]), self.leaf(self.s["c"])
        return lambda: functional.group_norm(x, self.s["groups"], weight, bias), (x, weight, bias)

    def layer_norm(self):
        x = self.image()
        shape = x.shape[1:]
        weight, bias = self.leaf(*shape), self.leaf(*shape)
        return lambda: functional.layer_norm(x, shape, weight, bias), (x, weight, bias)

    def layer_norm_pixel(self):  # as in ConvNeXt
        x, weight, bias = self.image(), self.leaf(self.s["c"]), self.leaf(self.s["c"])

        return lambda: functional.layer_norm(x.permute(0, 2, 3, 1), weight.shape, weight, bias), (x, weight, bias)

    def rms_norm(self):
        x, weight = self.image(), self.leaf(self.s["c"])

        def call():
            return x * torch.rsqrt(x.square().mean((1, 2, 3), keepdim=True) + 1e-5) * weight[:, None, None]

        return call, (x, weight)

    def max_pool2d(self):
        s, x = self.s, self.image()
        return lambda: functional.max_pool2d(x, s["kernel"], s["stride"]), (x,)

    def avg_pool2d(self):
        s, x = self.s, self.image()
        return lambda: functional.avg_pool2d(x, s["kernel"], s["stride"]), (x,)

    def global_avg_pool(self):
        x = self.image()
        return lambda: functional.adaptive_avg_pool2d(x, 1), (x,)

    def relu(self):
        x = self.image()
        return lambda: functional.relu(x), (x,)

    def add(self):
        a, b = self.image(), self.image()
        return lambda: a + b, (a, b)

    def dropout(self):
        x = self.image()
        return lambda: functional.dropout2d(x, 0.05), (x,)

    def unary(self):
        x = self.image()
        return lambda: torch.sigmoid(2 * x + 0.5), (x,)

    def combine(self):
        x, v = self.image(), self.leaf(self.s["c"])
        return lambda: x * v[:, None, None], (x, v)

    def sum(self):
        x = self.image()
        return lambda: x.sum((0, 2, 3)), (x,)

    def log_softmax(self):
        x = self.leaf(self.s["n"], self.s["c"])
        return lambda: functional.log_softmax(x, 1), (x,)

    def nll_loss(self):
        x, target = self.leaf(self.s["n"], self.s["c"]), self.labels()
        return lambda: functional.nll_loss(x, target), (x,)

    def correct_count(self):
        x, target = self.leaf(self.s["n"], self.s["c"]).detach(), self.labels()
        return lambda: (x.argmax(1) == target).sum(), ()

    def fill(self):
        x = self.leaf(self.s["n"]).detach()
        return lambda: x.fill_(1), ()

    def abs_sum(self):
        x = self.leaf(self.s["n"])
        return lambda: 1e-3 * x.abs().sum(), (x,)

    def optimizer_step(self, make):
        p = self.leaf(self.s["n"])
        p.grad = torch.rand_like(p)
        optimizer = make([p])

        def step():
            optimizer.step()
            return p

        return step, ()

    def sgd_step(self):
        return self.optimizer_step(lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9))

    def adam_step(self):
        return self.optimizer_step(lambda p: torch.optim.Adam(p, lr=1e-3))
