"""JPEG files to boxes by Ultralytics on ONNX Runtime: args MODEL.onnx SIDE FILE...; see bench/python-peer.ts.

The library is used as it is installed, through its public classes; it is AGPL-3.0 and no part of Skyloop.
"""
import json, os, sys, time

os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
import ultralytics
from ultralytics import YOLO

model_path, side, *paths = sys.argv[1:]
model = YOLO(model_path, task="detect")
options = {"imgsz": int(side), "device": "cpu", "verbose": False}
model.predict(paths[0], **options)
print(json.dumps({"version": f"{ultralytics.__version__} (onnx)"}), flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    for path in paths:
        model.predict(path, **options)
    print(json.dumps({"value": (time.perf_counter() - started) * 1000 / len(paths)}), flush=True)
