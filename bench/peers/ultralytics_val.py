"""Evaluates an exported model with Ultralytics: args MODEL.onnx DATA.yaml SIDE FOLDER.

Prints the library's version and its own metrics as the last line; FOLDER gets `predictions.json`, all that it found.
The library is used as it is installed, through its public classes; it is AGPL-3.0 and no part of Skyloop.
"""
import json, os, sys

os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
import ultralytics
from ultralytics import YOLO

model, data, side, folder = sys.argv[1:5]
own = YOLO(model, task="detect").val(
    data=data, imgsz=int(side), batch=1, rect=False, device="cpu", workers=0, plots=False, save_json=True,
    conf=0.001, iou=0.7, max_det=300, project=folder, name=".", exist_ok=True, verbose=False,
)
print(json.dumps({"version": ultralytics.__version__, "own": {"map50": float(own.box.map50), "map50_95": float(own.box.map)}}))
