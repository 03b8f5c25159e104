"""Writes fixtures/nms.safetensors: crowded raw detections and which of them the reference's suppression keeps."""
import numpy as np
import torch
from reference import VERSIONS
from seeded import write
from ultralytics.utils.nms import non_max_suppression

ANCHORS = 400
CASES = {
    # name: seed, classes, confidence, IoU, whether anchors report several classes, most boxes
    "one class": (1, 1, 0.25, 0.45, False, 300),
    "several classes": (2, 3, 0.25, 0.5, False, 300),
    "low threshold, several classes an anchor": (3, 4, 0.05, 0.6, True, 1000),
    "few boxes wanted": (4, 3, 0.1, 0.7, True, 20),
    "nothing above the threshold": (5, 3, 0.999, 0.7, False, 300),
}


def output(seed, classes):
    """`[1, 4 + K, A]`: clusters of boxes around 25 centres; scores all different."""
    r = np.random.default_rng(seed)
    centre = r.uniform(40, 600, (25, 2))[r.integers(0, 25, ANCHORS)] + r.normal(0, 6, (ANCHORS, 2))
    side = np.exp(r.normal(np.log(50), 0.25, (ANCHORS, 2)))
    scores = r.permutation(ANCHORS * classes).reshape(classes, ANCHORS) / (ANCHORS * classes)
    return np.concatenate([centre.T, side.T, scores**2], 0).astype(np.float32)[None]


tensors = {}
for name, (seed, classes, confidence, iou, several, most) in CASES.items():
    raw = output(seed, classes)
    kept = non_max_suppression(torch.from_numpy(raw.copy()), confidence, iou, multi_label=several, max_det=most, nc=classes)[0]
    tensors[f"{name}/output"], tensors[f"{name}/kept"] = raw, kept.numpy()
    print(name, len(kept))
fields = ("classCount", "confidence", "iou", "multiLabel", "maxDetections")
write("nms", tensors, {"by": VERSIONS, "cases": {name: dict(zip(fields, case[1:])) for name, case in CASES.items()}})
