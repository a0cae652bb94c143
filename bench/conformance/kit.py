"""What all runners share: the cases, the judge, and the result as a JSON file that report.py reads."""
import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file


class Unsupported(Exception):
    """The framework has no such thing: no gradient, no momentum None, no such type."""


class Case:
    def __init__(self, description, tensors):
        self.__dict__.update(description)
        self.inputs = {k.split("/")[2]: v for k, v in tensors.items() if k.startswith(f"{self.name}/in/")}
        for name in self.inputs:
            if name in ("x", "dy") or name.startswith("before"):
                self.inputs[name] = self.inputs[name].astype(self.dtype)
        self.expected = {k.split("/")[2]: v for k, v in tensors.items() if k.startswith(f"{self.name}/out/")}

    def __getitem__(self, name):
        """An input, or None."""
        return self.inputs.get(name)

    def batches(self):
        """The batches of x in training, the last one is x."""
        return [self.inputs[f"before{i}"] for i in range(self.batches_before)] + [self.inputs["x"]]


def load_cases():
    folder = Path(__file__).parent
    tensors = load_file(folder / "cases.safetensors")
    return [Case(c, tensors) for c in json.loads((folder / "cases.json").read_text())]


def judge(case, got):
    """"" if all results are right, else the first that is not. Results that a framework does not give are not judged."""
    for name in ("y", "running_mean", "running_var", "dx", "dweight", "dbias"):
        if name not in case.expected or got.get(name) is None:
            continue
        want = case.expected[name]
        value = np.asarray(got[name], np.float64).reshape(want.shape)
        if not np.isfinite(value).all():
            return f"{name} has NaN or infinity"
        largest = np.abs(want).max()
        error = np.abs(value - want).max() / (largest if largest > 0 else 1)
        allowed = case.forward if name in ("y", "running_mean", "running_var") else case.backward
        if name == "dx" and largest < 1e-6:  # a gradient that is 0 but for rounding
            error = np.abs(value - want).max()
        if error <= allowed:
            continue
        if name == "running_var" and np.allclose(value, case["biased_running_var"], rtol=1e-3):
            return "running_var divides by M, the number of values, and not by M − 1"
        if np.abs(value).max() == 0:
            return f"{name} is 0" + (": numbers below 1e-38 are taken as 0" if "denormal" in case.name else "")
        return f"{name} is wrong by {error:.1g} of its largest value; allowed are {allowed:g}"
    return ""


def run_all(framework, version, run, without=()):
    """run(case) returns a dict of results. `without`: results that the framework does not compute."""
    results, out = [], sys.argv[1] if len(sys.argv) > 1 else None
    for case in load_cases():
        try:
            got = run(case)
            wrong = judge(case, {k: v for k, v in got.items() if k not in without})
            verdict = {"passed": not wrong, "text": wrong}
        except Unsupported as e:
            verdict = {"passed": None, "text": str(e)}
        except Exception as e:  # an error of the framework is a result
            text = f"{type(e).__name__}: {str(e).splitlines()[0][:120] if str(e) else ''}"
            verdict = {"passed": True if case.may_refuse else False, "text": text}
        results.append({"case": case.name, **verdict})
        mark = {True: "ok", False: "FAILED", None: "–"}[verdict["passed"]]
        print(f"{framework}  {case.name:<34} {mark:<7} {verdict['text']}")
    if out:
        Path(out).write_text(json.dumps({"framework": framework, "version": version, "without": list(without),
                                         "results": results}, indent=1))
