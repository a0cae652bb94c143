"""The files that Norma reads and writes, as NumPy arrays: safetensors, both ways, and predictions."""
import csv
import json

import numpy as np

TYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U8": "|u1"}


def read_safetensors(path):
    """The arrays by their names, and the metadata. layers/safetensors.h describes the format."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        numbers = np.frombuffer(data[begin:end], TYPES[entry["dtype"]])
        arrays[name] = numbers.reshape(entry["shape"]).copy()
    return arrays, metadata


def write_safetensors(path, arrays, metadata):
    """Writes the arrays in their order, and the metadata, a dictionary of texts."""
    types = {numpy_type: name for name, numpy_type in TYPES.items()}
    header, data = {"__metadata__": metadata}, b""
    for name, array in arrays.items():
        begin = len(data)
        data += array.tobytes()
        header[name] = {"dtype": types[array.dtype.str], "shape": list(array.shape),
                        "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers are aligned
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data)


def read_predictions(path):
    """A file of `cifar_norm eval --predictions`: class names, predicted classes, scores [N, classes]."""
    with open(path, newline="") as file:
        header, *rows = csv.reader(file)
    return header[4:], [row[2] for row in rows], np.array([row[4:] for row in rows], np.float32)
