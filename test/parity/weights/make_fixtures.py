"""Writes the small checkpoints of src/yolo/weights/fixtures with PyTorch: python make_fixtures.py FOLDER

Values are small whole numbers and halves, exact in every element type, so that the tests can name them.
"""

import sys
from pathlib import Path

import numpy as np
import torch

folder = Path(sys.argv[1])

base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
torch.save(
    {
        "f32": torch.tensor([[1.0, -2.0], [0.5, 3.0]]),
        "f16": torch.tensor([1.5, -0.25], dtype=torch.float16),
        "bf16": torch.tensor([1.5, -0.25], dtype=torch.bfloat16),
        "f64": torch.tensor([1.5, -0.25], dtype=torch.float64),
        "i64": torch.tensor(-7),
        "i32": torch.tensor([-7], dtype=torch.int32),
        "i16": torch.tensor([-7], dtype=torch.int16),
        "i8": torch.tensor([-7], dtype=torch.int8),
        "u8": torch.tensor([200], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "empty": torch.zeros(0, 3),
        # Three views of one storage: whole, transposed, and a column with an offset.
        "base": base,
        "turned": base.T,
        "column": base[:, 1],
        "channels_last": torch.arange(8.0).reshape(1, 2, 2, 2).to(memory_format=torch.channels_last),
    },
    folder / "state-dict.pt",
)


class Doubled(torch.nn.Sequential):
    """A class that whoever reads the file does not have."""


Doubled.__module__ = "nowhere.models"
sys.modules["nowhere"] = sys.modules["nowhere.models"] = sys.modules[__name__]

conv = torch.nn.Conv2d(1, 2, 1, bias=False)
norm = torch.nn.BatchNorm2d(2)
with torch.no_grad():
    conv.weight.copy_(torch.tensor([2.0, -4.0]).reshape(2, 1, 1, 1))
    norm.running_mean.copy_(torch.tensor([0.5, 0.25]))
model = Doubled(conv, torch.nn.ModuleDict({"norm": norm}))
model.names = {0: "car", 1: "driver's van"}
model.register_buffer("scratch", torch.zeros(4), persistent=False)
torch.save(
    {
        "epoch": 3,
        "best_fitness": np.float64(0.5),
        "model": None,
        "ema": model.half(),
        "optimizer": {"state": {0: {"momentum_buffer": torch.ones(2)}}},
        "train_args": {"data": Path("data.yaml"), "lr0": 0.01, "device": torch.device("cpu"), "freeze": {1, 2}},
    },
    folder / "model.pt",
)

torch.save({"f32": torch.ones(1)}, folder / "legacy.pt", _use_new_zipfile_serialization=False)
