"""Forward and backward of YOLO11n by Ultralytics on PyTorch: args SIDE BATCH BOXES STEPS; see bench/python-peer.ts.

The library is used as it is installed, through its public classes; it is AGPL-3.0 and no part of Skyloop.
"""
import json, os, sys, time

os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
import torch
import ultralytics
from ultralytics import YOLO
from ultralytics.cfg import get_cfg

side, batch, boxes, steps = map(int, sys.argv[1:5])
torch.manual_seed(1)
torch.set_num_threads(os.cpu_count())
model = YOLO("yolo11n.yaml").model
model.args = get_cfg()
model.train()
count = batch * boxes
size = torch.rand(count, 2) * 30 / side + 10 / side
data = {
    "img": torch.rand(batch, 3, side, side),
    "cls": torch.randint(0, 80, (count, 1)).float(),
    "bboxes": torch.cat([torch.rand(count, 2) * 280 / side + size / 2, size], 1),
    "batch_idx": torch.arange(batch).repeat_interleave(boxes).float(),
}
print(json.dumps({"version": f"{ultralytics.__version__} (torch {torch.__version__})"}), flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    for _ in range(steps):
        loss, _ = model(data)
        loss.sum().backward()
        model.zero_grad()
    print(json.dumps({"value": steps * batch / (time.perf_counter() - started)}), flush=True)
