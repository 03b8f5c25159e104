"""What the reference finds with ONNX files of ours: python reference_predicts.py FOLDER  (used by check-exports.ts)

Prints one JSON document: file name of the model, then of the image, then rows of x1, y1, x2, y2, confidence, class name.
"""

import json
import os
import sys
from pathlib import Path

os.environ |= {"YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true", "YOLO_VERBOSE": "false"}
# Failures name the error alone: the clean room keeps the reference's text off the screen.
sys.tracebacklimit = 0
folder = Path(sys.argv[1])
os.environ["YOLO_CONFIG_DIR"] = str(folder)

from ultralytics import YOLO

found = {}
for path in sorted(folder.glob("*.onnx")):
    # Neither task nor size nor names are given: all of them come from the file's metadata. Only with a file of open size the
    # reference goes by its own usual size, whatever the metadata says.
    model = YOLO(path)
    size = {"imgsz": 320} if path.stem == "dynamic" else {}
    found[path.name] = {}
    for image in sorted(folder.glob("*.png")):
        (result,) = model.predict(image, conf=0.25, iou=0.6, device="cpu", verbose=False, **size)
        rows = zip(result.boxes.xyxy.tolist(), result.boxes.conf.tolist(), result.boxes.cls.tolist())
        found[path.name][image.name] = [[*box, confidence, result.names[int(k)]] for box, confidence, k in rows]
(folder / "reference.json").write_text(json.dumps(found))
