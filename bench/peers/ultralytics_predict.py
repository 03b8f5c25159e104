"""JPEG files to boxes by Ultralytics on ONNX Runtime: args one|list MODEL SIDE FILE...; see bench/python-peer.ts.

`one` calls predict for each file, `list` once for all of them. MODEL is an .onnx file, or a .yaml that is exported first into
the folder of the images, with the package's defaults. The library is used as it is installed, through its public
classes; it is AGPL-3.0 and no part of Skyloop.
"""
import json, os, sys, time

os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
import ultralytics
from ultralytics import YOLO

mode, model_path, side, *paths = sys.argv[1:]
if model_path.endswith(".yaml"):
    # Asked for by name: without it the package would only print that it is missing.
    import onnx

    os.chdir(os.path.dirname(paths[0]))
    model_path = YOLO(model_path).export(format="onnx", imgsz=int(side))
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
