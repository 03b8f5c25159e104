"""Writes fixtures/coco-large.json: what pycocotools says about 5,000 seeded images of 80 classes (see coco-large.test.ts).

Coordinates are whole eighths of a pixel and scores thousandths, so both programs work on the same numbers and ties are plenty.
"""
import contextlib
import io
import json
from importlib.metadata import version

import numpy as np
from coco_fixture import KEYS
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from seeded import FIXTURES, words

IMAGES, CLASSES = 5000, 80
TRUTH_SLOTS, TRUTH_WORDS = 12, 8
FALSE_SLOTS, FALSE_WORDS = 4, 6
SIZES = np.array([200, 800, 3000])  # eighths


def columns(key, slots, count):
    """`count` words for each slot of each image, as i64 columns."""
    return words(key, IMAGES * slots * count).astype(np.int64).reshape(IMAGES * slots, count).T


def truth():
    present, x, y, size, w, h, kind, crowd = columns("coco-large/truth", TRUTH_SLOTS, TRUTH_WORDS)
    largest = SIZES[size % 3]
    box = np.stack([x % 4000, y % 4000, 8 + w % largest, 8 + h % largest])
    return {"present": present % 12 < 7, "box": box, "class": kind % CLASSES, "crowd": crowd % 40 == 0}


def found(real, copy):
    """Up to one report of each real box: moved by up to a fifth of its sides, sometimes of another class."""
    seen, dx, dy, dw, dh, kind, score, other = columns(f"coco-large/found/{copy}", TRUTH_SLOTS, TRUTH_WORDS)
    x, y, w, h = real["box"]
    shift = lambda word, side: word % (2 * (side // 5) + 1) - side // 5
    box = np.stack([x + shift(dx, w), y + shift(dy, h), np.maximum(w + shift(dw, w), 4), np.maximum(h + shift(dh, h), 4)])
    return {"present": real["present"] & (seen % 4 < (3 if copy == 0 else 1)), "box": box,
            "class": np.where(other % 8 == 0, kind % CLASSES, real["class"]), "score": (score % 1000 + 1) / 1000}


def false():
    x, y, w, h, kind, score = columns("coco-large/false", FALSE_SLOTS, FALSE_WORDS)
    return {"present": np.ones(len(x), bool), "box": np.stack([x % 4000, y % 4000, 8 + w % 800, 8 + h % 800]), "class": kind % CLASSES,
            "score": (score % 600 + 1) / 1000}


def rows(table, slots):
    for i in np.flatnonzero(table["present"]):
        yield {"image_id": int(i // slots) + 1, "category_id": int(table["class"][i]) + 1, "bbox": (table["box"][:, i] / 8).tolist()}, i


real = truth()
annotations = [{**row, "id": n + 1, "area": row["bbox"][2] * row["bbox"][3], "iscrowd": int(real["crowd"][i])}
               for n, (row, i) in enumerate(rows(real, TRUTH_SLOTS))]
results = [{**row, "score": float(table["score"][i])} for table, slots in ((found(real, 0), TRUTH_SLOTS), (found(real, 1), TRUTH_SLOTS), (false(), FALSE_SLOTS))
           for row, i in rows(table, slots)]
with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO()
    coco.dataset = {"images": [{"id": i + 1} for i in range(IMAGES)], "annotations": annotations, "categories": [{"id": k + 1} for k in range(CLASSES)]}
    coco.createIndex()
    run = COCOeval(coco, coco.loadRes(results), "bbox")
    run.evaluate(), run.accumulate(), run.summarize()
precision = run.eval["precision"]  # [T, R, K, A, M]
per_class = [{"ap50": float(precision[0, :, k, 0, 2].mean()), "ap50_95": float(precision[:, :, k, 0, 2].mean())} for k in range(CLASSES)]
written = {"by": f"pycocotools {version('pycocotools')}, numpy {np.__version__}", "images": IMAGES, "classCount": CLASSES, "boxes": len(annotations),
           "detections": len(results), "expected": dict(zip(KEYS, map(float, run.stats))), "perClass": per_class}
(FIXTURES / "coco-large.json").write_text(json.dumps(written, separators=(",", ":")) + "\n")
print(len(annotations), len(results), dict(zip(KEYS, map(float, run.stats))))
