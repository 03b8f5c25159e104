"""Writes checkpoints and exports of the reference, and what it computes with them, for `check.ts`.

    python reference_checkpoints.py FOLDER     (needs ultralytics, torch, onnx; the package is used from outside only)
"""

import json
import os
import shutil
import sys
from pathlib import Path

os.environ |= {"YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true", "YOLO_VERBOSE": "false"}
# Failures name the error alone: the clean room keeps the reference's text off the screen.
sys.tracebacklimit = 0
folder = Path(sys.argv[1])
os.environ["YOLO_CONFIG_DIR"] = str(folder)

import numpy as np
import torch
from PIL import Image
from ultralytics import YOLO

HEIGHT, WIDTH = 64, 96


def varied(model):
    """Running statistics and class biases as a training would leave them, so that nothing is folded away unnoticed."""
    generator = torch.Generator().manual_seed(1)
    for name, tensor in model.state_dict().items():
        if name.endswith(("running_mean", "bn.bias")):
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.1)
        if name.endswith(("running_var", "bn.weight")):
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
    model.names = {k: f"class {k}" for k in range(80)} | {1: "driver's van", 2: 'a "bus"'}


def tiny_dataset():
    """Two images for one epoch of the reference's own trainer."""
    random = np.random.default_rng(0)
    for split in ("train", "val"):
        for kind in ("images", "labels"):
            (folder / "set" / kind / split).mkdir(parents=True, exist_ok=True)
        for i in range(2):
            pixels = random.integers(0, 255, (64, 64, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "set" / "images" / split / f"{i}.png")
            (folder / "set" / "labels" / split / f"{i}.txt").write_text("0 0.5 0.5 0.4 0.4\n2 0.3 0.3 0.2 0.2\n")
    names = "".join(f"  {k}: {name}\n" for k, name in enumerate(["car", "van", "bus"]))
    (folder / "data.yaml").write_text(f"path: {folder / 'set'}\ntrain: images/train\nval: images/val\nnames:\n{names}")


def describe(path):
    """All tensors of a checkpoint as one file of floats, and what its network answers."""
    model = YOLO(path).model.float().eval()
    state = model.state_dict()
    header = [[name, list(tensor.shape)] for name, tensor in state.items()]
    np.concatenate([tensor.float().numpy().ravel() for tensor in state.values()]).tofile(f"{path}.tensors.f32")
    images = torch.rand(1, 3, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        answer = model(images)
    answer = answer[0] if isinstance(answer, (tuple, list)) else answer
    images.numpy().tofile(f"{path}.images.f32")
    answer.numpy().tofile(f"{path}.output.f32")
    facts = {"tensors": header, "names": list(model.names.values()), "height": HEIGHT, "width": WIDTH}
    Path(f"{path}.json").write_text(json.dumps(facts))


for scale in sys.argv[2] if len(sys.argv) > 2 else "nsmlx":
    model = YOLO(f"yolo11{scale}.yaml")
    varied(model.model)
    path = folder / f"yolo11{scale}.pt"
    model.save(path)
    describe(path)

# State dicts with norms folded and not, exports.
fused = YOLO(folder / "yolo11n.pt")
fused.model.fuse()
torch.save(fused.model.state_dict(), folder / "fused.pt")
torch.save(YOLO(folder / "yolo11n.pt").model.float().state_dict(), folder / "state.pt")
for name, options in {"plain": {"simplify": False}, "slim": {}, "nms": {"nms": True}, "dynamic": {"dynamic": True}}.items():
    exported = YOLO(folder / "yolo11n.pt").export(format="onnx", imgsz=(HEIGHT, WIDTH), **options)
    shutil.move(exported, folder / f"{name}.onnx")

tiny_dataset()
trainer = YOLO("yolo11n.yaml")
trainer.train(data=folder / "data.yaml", epochs=1, imgsz=64, batch=2, project=folder, name="run", workers=0, plots=False, exist_ok=True)
for name in ("best", "last"):
    shutil.move(folder / "run" / "weights" / f"{name}.pt", folder / f"{name}.pt")
    describe(folder / f"{name}.pt")
