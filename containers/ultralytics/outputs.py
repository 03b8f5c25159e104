"""Writes `model.onnx`, `model.pt`, `metrics.json` and `results.csv`, with the fields that Skyloop's own trainer writes."""
import json
import shutil
import tempfile
from pathlib import Path

from record import fitness, results_csv


def write_outputs(container, data, values, rows, ending, best_file, yaml, facts):
    """`ending`: status and reason; `facts`: what metrics.json says beyond rows and validation."""
    import onnx
    import torch
    import ultralytics
    from ultralytics import YOLO

    container.model.mkdir(parents=True, exist_ok=True)
    container.output_data.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(best_file, container.model / "model.pt")
    # The library writes its export beside the checkpoint.
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(shutil.copy(best_file, Path(scratch) / "model.pt"))
        best = YOLO(copy)
        own = validate(best, values, yaml, scratch)
        exported = best.export(format="onnx", imgsz=values["imgsz"], simplify=False, opset=17)
        model = onnx.load(exported)
    onnx.helper.set_model_props(
        model, {**{p.key: p.value for p in model.metadata_props}, "scale": values["scale"], "tile": json.dumps(data.tile)}
    )
    onnx.save(model, container.model / "model.onnx")
    best_row = max(rows, key=fitness) if rows else None
    last = rows[-1] if rows else None
    metrics = {
        "status": ending["status"],
        "reason": ending["reason"],
        "epochs": len(rows),
        "bestEpoch": best_row["epoch"] if best_row else 0,
        "finalLoss": last["train_loss"] if last else None,
        "seconds": last["seconds"] if last else 0,
        "engine": f"ultralytics {ultralytics.__version__}, torch {torch.__version__}",
        "classes": data.classes,
        "datasetHash": data.content_hash,
        **facts,
        "validation": _validation(own, data.classes),
    }
    (container.model / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", "utf-8")
    (container.output_data / "results.csv").write_text(results_csv(rows), "utf-8")


def measure(model, classes, values, yaml):
    """mAP of a model on the validation images, or None when it knows other classes. The model cannot be trained afterwards."""
    if list(model.names.values()) != classes:
        return None
    with tempfile.TemporaryDirectory() as scratch:
        box = validate(model, values, yaml, scratch).box
    return {"map50": float(box.map50), "map50_95": float(box.map)}


def validate(model, values, yaml, scratch):
    return model.val(data=str(yaml), imgsz=values["imgsz"], batch=values["batch"], workers=0, plots=False, project=scratch, name="val")


def _validation(own, classes):
    box = own.box
    per_class = {name: {"ap50": -1, "ap50_95": -1, "boxes": 0} for name in classes}
    for row, class_id in enumerate(box.ap_class_index):
        per_class[classes[class_id]] = {
            "ap50": float(box.ap50[row]),
            "ap50_95": float(box.ap[row]),
            "boxes": int(own.nt_per_class[class_id]),
        }
    # Where the mean over classes of F1 is best, which is where the library reads precision and recall off its curves.
    curve = box.f1_curve.mean(0) if len(box.f1_curve) else None
    return {
        "map50": float(box.map50),
        "map50_95": float(box.map),
        "precision": float(box.mp),
        "recall": float(box.mr),
        "confidence": float(box.px[curve.argmax()]) if curve is not None else 1.0,
        "perClass": per_class,
    }
