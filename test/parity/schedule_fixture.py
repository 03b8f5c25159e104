"""Writes fixtures/schedule.jsonl: learning rates and momentum at every batch of real (tiny) trainings by the reference."""
import json
import pathlib
import tempfile

import cv2
import numpy as np
from reference import VERSIONS
from seeded import FIXTURES
from ultralytics.models.yolo.detect import DetectionTrainer

IMAGES, BATCH = 8, 2
TRAININGS = {
    "SGD, linear": {"optimizer": "SGD", "cos_lr": False, "lr0": 0.01, "lrf": 0.01, "momentum": 0.937, "warmup_epochs": 1.5, "epochs": 5},
    "SGD, cosine": {"optimizer": "SGD", "cos_lr": True, "lr0": 0.02, "lrf": 0.1, "momentum": 0.9, "warmup_epochs": 2.0, "epochs": 6},
    "AdamW, linear, no warm-up": {"optimizer": "AdamW", "cos_lr": False, "lr0": 0.001, "lrf": 0.05, "momentum": 0.9, "warmup_epochs": 0.0, "epochs": 4},
    "AdamW, cosine": {"optimizer": "AdamW", "cos_lr": True, "lr0": 0.002, "lrf": 0.01, "momentum": 0.9, "warmup_epochs": 1.0, "epochs": 3},
}


def dataset(folder):
    for split in ("train", "val"):
        for part in ("images", "labels"):
            (folder / part / split).mkdir(parents=True)
        for i in range(IMAGES):
            cv2.imwrite(str(folder / "images" / split / f"{i}.png"), np.random.default_rng(i).integers(0, 255, (32, 32, 3), dtype=np.uint8))
            (folder / "labels" / split / f"{i}.txt").write_text("0 0.5 0.5 0.4 0.4\n")
    (folder / "data.yaml").write_text(f"path: {folder}\ntrain: images/train\nval: images/val\nnames: {{0: thing}}\n")
    return folder / "data.yaml"


def rates(trainer):
    groups = {group["param_group"]: group for group in trainer.optimizer.param_groups}
    weights = groups["weight"]
    return [weights["lr"], groups["bias"]["lr"], weights["momentum"] if "momentum" in weights else weights["betas"][0]]


with tempfile.TemporaryDirectory() as folder:
    data = dataset(pathlib.Path(folder) / "data")
    trainings = {}
    for name, settings in TRAININGS.items():
        seen = []
        trainer = DetectionTrainer(overrides={
            "model": "yolo11n.yaml", "data": str(data), "imgsz": 32, "batch": BATCH, "nbs": BATCH, "workers": 0, "device": "cpu", "amp": False,
            "plots": False, "val": False, "save": False, "mosaic": 0.0, "project": folder, "name": "run", "exist_ok": True, **settings})
        trainer.add_callback("on_train_batch_end", lambda trainer: seen.append(rates(trainer)))
        trainer.train()
        trainings[name] = {**settings, "batches": IMAGES // BATCH, "warmup_momentum": trainer.args.warmup_momentum,
                           "warmup_bias_lr": trainer.args.warmup_bias_lr, "rates": seen}
lines = [json.dumps({"by": VERSIONS}), *(json.dumps({"name": name, **training}) for name, training in trainings.items())]
(FIXTURES / "schedule.jsonl").write_text("\n".join(lines) + "\n")
