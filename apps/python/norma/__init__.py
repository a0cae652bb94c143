"""Normalization in small CNNs: tensors, autograd, layers, training, and the norms' insides.

    import norma

    run = norma.train("norma-49k", norm="gn", groups=4, epochs=20, data="~/data", callback=print)
    y = norma.functional.group_norm(x, groups=4, weight=w, bias=b, device="simt")
    norma.explain("gn", x, groups=2)

docs/python.md is a tour.
"""

from . import _C
from ._C import *  # noqa: F403
from ._C import __version__, data, functional, nn, optim  # noqa: F401
import sys as _sys
from typing import Any, Union

#: What functions take as a tensor: a Tensor, a NumPy array, or anything with __dlpack__.
TensorLike = Union[Tensor, Any]  # noqa: F405

#: The dtypes, by their names.
float32, float64, uint8, int64 = "float32", "float64", "uint8", "int64"

for _name in ("data", "functional", "nn", "optim"):  # `import norma.nn` and `from norma.nn import Linear`
    _sys.modules[f"{__name__}.{_name}"] = globals()[_name]


def _rebuild(*parts):
    """For pickle, which looks functions up by their names."""
    return _C._rebuild(*parts)
