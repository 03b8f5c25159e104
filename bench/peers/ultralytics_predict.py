"""JPEG files to boxes by Ultralytics on ONNX Runtime: args one|list MODEL.onnx SIDE FILE...; see bench/python-peer.ts.

`one` calls predict for each file, `list` once for all of them. The library is used as it is installed, through its public
classes; it is AGPL-3.0 and no part of Skyloop.
"""
import json, os, sys, time

os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
import ultralytics
from ultralytics import YOLO

mode, model_path, side, *paths = sys.argv[1:]
model = YOLO(model_path, task="detect")
options = {"imgsz": int(side), "device": "cpu", "verbose": False}
model.predict(paths[0], **options)
print(json.dumps({"version": f"{ultralytics.__version__} (onnx)"}), flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    if mode == "list":
        for _ in model.predict(paths, stream=True, **options):
            pass
    else:
        for path in paths:
            model.predict(path, **options)
    print(json.dumps({"value": (time.perf_counter() - started) * 1000 / len(paths)}), flush=True)
