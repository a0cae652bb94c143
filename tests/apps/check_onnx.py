#!/usr/bin/env python3
"""Runs exported networks in ONNX Runtime and compares the scores with Norma's.

    check_onnx.py FOLDER…      each with model.onnx, images.safetensors (uint8 [N, C, H, W]), predictions.csv

Prints versions and, per folder, how many images got the same class and the largest difference of a score."""
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

try:
    import onnx
except ImportError:  # then only the runtime checks the file
    onnx = None

sys.path.insert(0, str(Path(__file__).parents[2] / "bench" / "peers"))
import norma_files

results = []
for folder in map(Path, sys.argv[1:]):
    if onnx is not None:
        onnx.checker.check_model(onnx.load(folder / "model.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    classes = json.loads(session.get_modelmeta().custom_metadata_map["classes"])
    images = norma_files.read_safetensors(folder / "images.safetensors")[0]["images"]
    scores = session.run(["scores"], {"images": images.astype(np.float32) / 255})[0]
    known_classes, predicted, norma = norma_files.read_predictions(folder / "predictions.csv")
    assert known_classes == classes, f"{known_classes} are not {classes}"
    assert norma.shape == scores.shape, f"{norma.shape} is not {scores.shape}"
    results.append({"images": len(images),
                    "same_class": sum(classes[best] == name for best, name in zip(scores.argmax(1), predicted)),
                    "different_classes": len(set(predicted)),
                    "largest_difference": float(np.abs(scores - norma).max()),
                    "largest_score": float(np.abs(norma).max())})
print(json.dumps({"onnxruntime": onnxruntime.__version__, "onnx": onnx and onnx.__version__,
                  "results": results}))
