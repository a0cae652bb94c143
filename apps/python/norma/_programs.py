"""The programs that pip installs. They are those of apps/, in this process."""

import sys

from . import _C


def cifar_norm():
    sys.exit(_C._run("cifar_norm", sys.argv[1:]))


def mnist_norm():
    sys.exit(_C._run("mnist_norm", sys.argv[1:]))
