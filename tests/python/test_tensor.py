"""norma.Tensor: memory shared with NumPy and PyTorch, arithmetic, gradients, pickling, threads."""

import gc
import os
import pickle
import resource
import subprocess
import sys
import threading
import time
import weakref

import numpy as np
import pytest

import norma
from norma import functional as F


def test_numpy_shares_memory_both_ways():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    tensor = norma.from_numpy(array)
    assert tensor.data_ptr() == array.ctypes.data
    assert tensor.numpy().ctypes.data == array.ctypes.data
    array[0, 0] = 7
    assert tensor.tolist()[0][0] == 7
    assert norma.tensor(array).data_ptr() != array.ctypes.data


def test_arguments_are_not_copied():
    """An operation that only looks at its input gives a tensor with the array's memory."""
    array = np.zeros((2, 3), np.float32)
    assert F.reshape(array, (3, 2)).data_ptr() == array.ctypes.data
    every_second = np.arange(12, dtype=np.float32)[::2]  # not in row-major order: a copy
    assert F.reshape(every_second, (2, 3)).tolist() == [[0, 2, 4], [6, 8, 10]]


def test_slices_of_arrays_need_no_alignment():
    numbers = np.random.default_rng(1).normal(size=1 + 2 * 8 * 5 * 5).astype(np.float32)
    x = numbers[1:].reshape(2, 8, 5, 5)
    assert x.ctypes.data % 16 != 0
    np.testing.assert_array_equal(F.group_norm(x, groups=4), F.group_norm(x.copy(), groups=4))


def test_pytorch_shares_memory_both_ways():
    torch = pytest.importorskip("torch")
    theirs = torch.ones(2, 3)
    ours = norma.from_dlpack(theirs)
    assert ours.data_ptr() == theirs.data_ptr()
    assert torch.from_dlpack(ours).data_ptr() == theirs.data_ptr()
    theirs[1, 2] = 5
    assert ours.tolist()[1][2] == 5
    x = torch.randn(2, 8, 4, 4)
    want = torch.nn.functional.group_norm(x, 4)
    np.testing.assert_allclose(F.group_norm(x, groups=4), want, atol=1e-5)


def test_an_array_lives_as_long_as_its_tensor():
    class Array(np.ndarray):  # plain arrays have no weak references
        pass

    array = np.zeros(4, np.float32).view(Array)
    gone = weakref.ref(array)
    tensor = norma.from_numpy(array)
    view = tensor.reshape((2, 2))
    del array, tensor
    gc.collect()
    assert gone() is not None
    del view
    gc.collect()
    assert gone() is None


def test_other_types_are_refused_with_a_sentence():
    with pytest.raises(TypeError, match="float32, float64, int64 and uint8.*astype"):
        F.relu(np.zeros(3, np.float16))
    with pytest.raises(TypeError, match="writable"):
        read_only = np.zeros(3, np.float32)
        read_only.flags.writeable = False
        norma.from_numpy(read_only)
    with pytest.raises(norma.UsageError, match="did you mean simt"):
        F.relu(np.zeros(3, np.float32), device="smt")
    with pytest.raises(RuntimeError, match="8 channels do not divide into 3 groups"):
        F.group_norm(np.zeros((1, 8, 2, 2), np.float32), groups=3)
    with pytest.raises(ValueError, match="no dtype int32"):
        norma.zeros(3, dtype="int32")
    assert issubclass(norma.OutOfMemory, MemoryError)


def test_numbers_and_lists():
    t = norma.tensor([[1, 2], [3, 4]], dtype="float32")
    assert (t.shape, t.dtype, t.device, t.ndim, len(t), t.numel()) == ((2, 2), "float32", "cpu", 2, 2, 4)
    assert norma.tensor(2.5).item() == float(norma.tensor(2.5)) == 2.5
    assert norma.tensor([1.5]).dtype == norma.float32
    assert norma.tensor([1]).dtype == norma.int64
    assert norma.zeros((0, 3)).numpy().shape == (0, 3)
    assert "requires_grad=True" in repr(norma.ones(2, requires_grad=True))


def test_arithmetic_is_that_of_numpy():
    rng = np.random.default_rng(1)
    a, b, c = rng.normal(size=(2, 3, 4)), rng.normal(size=(3, 1)), rng.normal(size=(2, 3, 4)) + 4
    x, v, w = map(norma.tensor, (a, b, c))
    for got, want in [
        (x + v, a + b), (v - x, b - a), (x * v, a * b), (x / w, a / c), (v / w, b / c), (2 - x, 2 - a),
        (1 / w, 1 / c), (x * 3 + 1, a * 3 + 1), (-x, -a), (a + v, a + b), (a / w, a / c),
    ]:
        assert isinstance(got, norma.Tensor)
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6)
    assert abs(x.mean().item() - a.mean()) < 1e-6
    np.testing.assert_allclose(x.sum([0]), a.sum(0, keepdims=True), rtol=1e-5)


def test_gradients_and_second_derivatives():
    x = norma.tensor([1.0, 2.0, 3.0], dtype="float64", requires_grad=True)
    ((x * x * x).sum()).backward()
    np.testing.assert_allclose(x.grad, [3, 12, 27])
    (first,) = norma.grad((x * x * x).sum(), [x], create_graph=True)
    (second,) = norma.grad(first.sum(), [x])
    np.testing.assert_allclose(second, [6, 12, 18])
    with norma.no_grad():
        assert not (x * x).requires_grad
    assert (x * x).requires_grad
    unused = norma.ones(1, requires_grad=True)
    assert norma.grad(x.sum(), [unused]) == (None,)
    with pytest.raises(norma.Error, match="does not pass from cpu to simt"):
        F.relu(x, device="simt")


@pytest.mark.parametrize("device", ["cpu", "simt", "reference"])
def test_pickle(device):
    tensor = norma.tensor([[1.5, -2.0]], dtype="float64", device=device, requires_grad=True)
    copy = pickle.loads(pickle.dumps(tensor))
    assert (copy.device, copy.dtype, copy.requires_grad) == (device, "float64", True)
    np.testing.assert_array_equal(copy, tensor)


def test_other_threads_run_while_norma_computes():
    x = norma.ones((64, 32, 32, 32), device="reference")
    ticks, stop = [0], threading.Event()

    def tick():
        while not stop.is_set():
            ticks[0] += 1
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    before = ticks[0]
    F.group_norm(x, groups=4)  # some 100 ms; with the GIL held there would be one tick at most
    after = ticks[0]
    stop.set()
    thread.join()
    assert after - before > 5


def test_nothing_leaks():
    """Tensors, graphs and modules that Python drops give their memory back."""
    def work():
        net = norma.nn.Sequential(norma.nn.Conv2d(3, 8, 3), norma.nn.BatchNorm2d(8), norma.nn.ReLU())
        x = np.zeros((4, 3, 16, 16), np.float32)
        F.flatten(net(x)).sum().backward()

    for _ in range(20):
        work()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(500):
        work()
    gc.collect()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 4096  # KiB; 500 rounds use 200 MB of activations


def test_nothing_is_left_at_the_end():
    """nanobind says at the end which objects still exist."""
    code = """
import norma, numpy as np
class Net(norma.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = norma.nn.Conv2d(3, 4, 3)
        self.scale = norma.nn.Parameter(norma.ones(1))
    def forward(self, x):
        return self.conv(x) * self.scale
net = Net()
optimizer = norma.optim.Adam(net.parameters())
schedule = norma.optim.StepLR(optimizer, 2)
net(np.ones((1, 3, 5, 5), "float32")).sum().backward()
optimizer.step()
kept = norma.from_numpy(np.zeros(3, "float32")).numpy()
"""
    env = {**os.environ, "NORMA_LEAK_WARNINGS": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert (done.returncode, done.stderr) == (0, "")


def test_import_is_fast_and_quiet_at_the_end():
    code = "import time; t = time.perf_counter(); import norma; print(time.perf_counter() - t)"
    env = {**os.environ, "NORMA_LEAK_WARNINGS": "1"}
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env) for _ in range(5)]
    assert all(run.returncode == 0 and run.stderr == "" for run in runs)
    assert min(float(run.stdout) for run in runs) < 0.2
    code = "import norma, sys; assert 'numpy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
