"""Trains YOLO11n from scratch with Ultralytics: args DATA.yaml EPOCHS BATCH SIDE SEED FOLDER [name=value...].

Everything that is not named here has the library's default. FOLDER gets `model.onnx` (the best checkpoint) and `own.json`:
the library's version, its own metrics of that checkpoint, and the seconds of training.
The library is used as it is installed, through its public classes; it is AGPL-3.0 and no part of Skyloop.
"""
import ast, json, os, shutil, sys, time
from pathlib import Path

os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true")
import ultralytics
from ultralytics import YOLO

data, epochs, batch, side, seed, folder = sys.argv[1:7]
overrides = dict(argument.split("=", 1) for argument in sys.argv[7:])
folder = Path(folder)
folder.mkdir(parents=True, exist_ok=True)
started = time.time()
model = YOLO("yolo11n.yaml")
model.train(
    data=data, epochs=int(epochs), batch=int(batch), imgsz=int(side), seed=int(seed), deterministic=True,
    pretrained=False, device="cpu", amp=False, workers=0, cache="ram", patience=int(epochs), plots=False, val=True,
    project=str(folder), name="run", exist_ok=True,
    **{name: ast.literal_eval(value) for name, value in overrides.items()},
)
seconds = time.time() - started
best = YOLO(folder / "run" / "weights" / "best.pt")
own = best.val(data=data, imgsz=int(side), batch=int(batch), device="cpu", workers=0, plots=False, project=str(folder), name="val", exist_ok=True)
exported = best.export(format="onnx", imgsz=int(side), device="cpu", simplify=False, opset=17)
shutil.move(exported, folder / "model.onnx")
figures = {"map50": own.box.map50, "map50_95": own.box.map}
(folder / "own.json").write_text(json.dumps({
    "version": ultralytics.__version__, "own": {name: float(value) for name, value in figures.items()}, "seconds": seconds,
}))
