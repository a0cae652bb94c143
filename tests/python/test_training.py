"""Modules of Python's own, the Trainer, norma.train() and run folders."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

import norma
from norma import functional as F
from norma import nn

SMALL = dict(data="synthetic", limit_train=256, limit_test=64, epochs=2)


class TwoBlocks(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(3, channels, 3, padding=1)
        self.norm = nn.GroupNorm(4, channels)
        self.scale = nn.Parameter(norma.ones((1, channels, 1, 1)))
        self.last = nn.Linear(channels, 10)

    def forward(self, x):
        x = F.relu(self.norm(self.first(x))) * self.scale
        return self.last(F.flatten(F.global_avg_pool(x)))


def test_a_module_of_ones_own():
    norma.manual_seed(1)
    net = TwoBlocks(8)
    names = ["scale", "first.weight", "first.bias", "norm.weight", "norm.bias", "last.weight", "last.bias"]
    assert list(net.named_parameters()) == names
    assert "(norm): GroupNorm(4, 8" in repr(net) and repr(net).startswith("TwoBlocks(")
    other = TwoBlocks(8)
    other.load_state_dict(net.state_dict())
    x = np.random.default_rng(1).normal(size=(2, 3, 8, 8)).astype(np.float32)
    np.testing.assert_array_equal(net(x), other(x))
    with pytest.raises(AttributeError, match="no attribute 'second'"):
        net.second
    with pytest.raises(norma.Error, match="has a module 'first' already"):
        net.first = nn.ReLU()
    with pytest.raises(norma.Error, match="norm"):
        net.load_state_dict({**net.state_dict(), "norm.weight": norma.ones(3)})
    assert nn.Linear(2, 2, bias=False).bias is None
    on_simt = net.to("simt")(norma.tensor(x, device="simt"))
    np.testing.assert_allclose(on_simt, other(x), atol=1e-5)


def test_an_exception_of_forward_is_the_one_that_python_sees():
    class Broken(nn.Module):
        def forward(self, x):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        nn.Sequential(Broken())(norma.ones(1))

    class Without(nn.Module):
        pass

    with pytest.raises(RuntimeError):
        Without()(norma.ones(1))


class ThreeLayers(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(4))
        self.last = nn.Linear(16 * 8 * 8, 10)

    def forward(self, x):
        return self.last(F.flatten(self.features(x)))


def test_a_training_in_plain_python():
    """The loop of a PyTorch user, on a network of one's own: it learns 64 images by heart."""
    norma.manual_seed(1)
    images = norma.data.load("cifar10", data="synthetic", quiet=True)
    train, pixels = images.train.first(64), norma.data.normalization_of("cifar10")
    net = ThreeLayers()
    optimizer = norma.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    schedule = norma.optim.OneCycleLR(optimizer, max_lr=0.1, total_steps=60)
    losses = []
    for epoch in range(30):
        order = norma.data.shuffled(len(train), seed=1, epoch=epoch)
        for start in range(0, len(train), 32):
            x, target = norma.data.load_batch(train, order[start : start + 32], pixels)
            loss = F.cross_entropy(net(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
    assert losses[0] > 2 and losses[-1] < 0.2


def test_the_trainer_takes_it_too():
    norma.manual_seed(1)
    images = norma.data.load("cifar10", data="synthetic", quiet=True)
    recipe = norma.Recipe(epochs=2, batch_size=32, lr=0.1, scheduler="onecycle")
    trainer = norma.Trainer(TwoBlocks(16), images.train.first(256), images.test.first(64), recipe=recipe)
    steps = []
    first = trainer.run_epoch(on_step=lambda report: steps.append(report.step))
    assert steps == list(range(1, 9)) and first.epoch == 1 and 0 < first.test.accuracy <= 100
    state = trainer.state_dict()
    second = trainer.run_epoch()
    norma.manual_seed(1)
    again = norma.Trainer(TwoBlocks(16), images.train.first(256), images.test.first(64), recipe=recipe)
    again.load_state_dict(state)
    assert again.run_epoch().test.loss == second.test.loss
    with pytest.raises(ZeroDivisionError):
        norma.Trainer(TwoBlocks(16), images.train.first(64), images.test.first(64)).run_epoch(lambda _: 1 / 0)


def test_train_writes_a_run(tmp_path, capsys):
    seen = []
    run = norma.train(norm="gn", groups=4, out=tmp_path / "run", seed=3, callback=seen.append, **SMALL)
    assert [e.epoch for e in seen] == [1, 2] == [e.epoch for e in run.epochs]
    assert run.complete and run.report.exists() and run.config["network"]["norm"] == "gn"
    assert re.search(r"epoch  2/2 .*test loss", capsys.readouterr().out)
    assert "<table>" in run._repr_html_()
    images = norma.data.load("cifar10", data="synthetic", quiet=True)
    score = norma.evaluate(run.network(), images.test.first(64), run.normalization)
    assert score.accuracy == run.epochs[-1].test.accuracy
    assert norma.load_run(tmp_path / "run").best.epoch == run.best.epoch

    program = [sys.executable, "-c", "from norma import _programs; _programs.cifar_norm()"]
    flags = "--norm gn --groups 4 --seed 3 --data synthetic --limit-train 256 --limit-test 64 --epochs 2 --out".split()
    assert subprocess.run([*program, *flags, tmp_path / "same"], capture_output=True).returncode == 0
    same, mine = (norma.load_safetensors(tmp_path / name / "model.safetensors") for name in ("same", "run"))
    for name, tensor in mine.items():
        np.testing.assert_array_equal(tensor, same[name])


def test_a_notebook_gets_the_progress(tmp_path, monkeypatch):
    class OutStream:  # as ipykernel's: not a terminal, but a carriage return works
        text = ""

        def write(self, text):
            self.text += text

        def flush(self):
            pass

        def isatty(self):
            return False

    OutStream.__module__ = "ipykernel.iostream"
    out = OutStream()
    monkeypatch.setattr(sys, "stdout", out)
    norma.train(out=tmp_path / "run", **SMALL)
    assert "images/s" in out.text and "\r" in out.text and "\033" not in out.text


def test_quiet_prints_nothing(tmp_path, capfd):
    norma.train(out=tmp_path / "run", quiet=True, **SMALL)
    assert capfd.readouterr() == ("", "")


def test_train_says_what_is_wrong(tmp_path):
    with pytest.raises(TypeError, match="no argument 'epoch'; did you mean 'epochs'"):
        norma.train(epoch=3)
    with pytest.raises(norma.UsageError, match="did you mean gn"):
        norma.train(norm="ng")
    with pytest.raises(norma.Error, match="diverged"):
        norma.train(norm="none", lr=1e9, scheduler="none", out=tmp_path / "run", quiet=True, **SMALL)
    with pytest.raises(ZeroDivisionError):
        norma.train(out=tmp_path / "other", callback=lambda _: 1 / 0, quiet=True, **SMALL)
    norma.train(out=tmp_path / "other", quiet=True, resume=True, **SMALL)  # from the checkpoint before it


def test_ctrl_c_stops_and_resume_goes_on(tmp_path):
    threading.Timer(2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    options = dict(out=tmp_path / "run", quiet=True, data="synthetic", epochs=1000, limit_train=512, limit_test=64)
    with pytest.raises(KeyboardInterrupt):
        norma.train(**options)
    assert not norma.load_run(tmp_path / "run").complete
    assert (tmp_path / "run" / "checkpoint.safetensors").exists()


def test_files(tmp_path):
    net = norma.network("norma-49k", norm="bn")
    norma.save_safetensors(tmp_path / "w.safetensors", net.state_dict(), {"format": "pt"})
    loaded = norma.load_safetensors(tmp_path / "w.safetensors")
    assert loaded.keys() == net.state_dict().keys()
    pixels = norma.data.normalization_of("cifar10")
    norma.save_onnx(tmp_path / "net.onnx", net, (3, 32, 32), pixels.mean, pixels.std)
    assert (tmp_path / "net.onnx").stat().st_size > 100_000
    safetensors = pytest.importorskip("safetensors.numpy")
    assert safetensors.load_file(tmp_path / "w.safetensors").keys() == loaded.keys()


def test_builder_and_presets():
    net = (norma.NetworkBuilder((3, 32, 32), norm="gn", groups=4)
           .block("C1", 16, padding=1).max_pool("P1", 2)
           .residual("R", lambda b: b.block("a", 16, padding=1))
           .global_avg_pool("GAP").classifier("c2").flatten("flat").build())
    assert net(norma.zeros((2, 3, 32, 32))).shape == (2, 10)
    assert net.C1.conv.weight.shape == (16, 3, 3, 3)
    assert "GroupNorm" in net.summary((3, 32, 32))
    assert "norma-49k" in norma.presets() and "gn" in norma.norms()


def test_explain_shows_every_number():
    x = np.random.default_rng(1).normal(size=(1, 4, 2, 2))
    told = norma.explain("gn", x, groups=2, dy=np.ones_like(x))
    assert len(told.sets) == 2 and told.sets[0].elements == 8
    assert told.sets[0].mean == pytest.approx(x[0, :2].mean())
    np.testing.assert_allclose(told.xhat, F.group_norm(x, groups=2), atol=1e-12)
    assert "<table" in told._repr_html_() and "rstd" in repr(told)


def test_the_documents_code_runs(tmp_path, monkeypatch):
    """Every Python block of docs/python.md, in their order, in one namespace."""
    text = (pathlib.Path(__file__).parents[2] / "docs" / "python.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert len(blocks) >= 5
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    names.clear()
