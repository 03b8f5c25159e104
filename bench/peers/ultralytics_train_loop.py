"""A training by Ultralytics that stands still between its epochs: args DATA.yaml SIDE BATCH; see bench/line-contender.ts.

An answer is the images a second of one epoch: loading, augmentation, forward, backward, optimiser and average of weights.
The library is used as it is installed, through its public classes; it is AGPL-3.0 and no part of Skyloop.
"""
import json, os, sys, tempfile, time

os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
import torch
import ultralytics
from ultralytics import YOLO

data, side, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
threads = os.cpu_count()
state = {}


def await_turn():
    if not sys.stdin.readline():
        os._exit(0)


def start(trainer):
    torch.set_num_threads(threads)
    state["started"] = time.perf_counter()


def end(trainer):
    seconds = time.perf_counter() - state["started"]
    print(json.dumps({"value": len(trainer.train_loader) * batch / seconds}), flush=True)
    await_turn()


model = YOLO("yolo11n.yaml")
model.add_callback("on_train_epoch_start", start)
model.add_callback("on_train_epoch_end", end)
print(json.dumps({"version": f"{ultralytics.__version__} (torch {torch.__version__})"}), flush=True)
await_turn()
with tempfile.TemporaryDirectory() as scratch:
    model.train(
        data=data, imgsz=side, batch=batch, nbs=batch, epochs=10_000, patience=0, device="cpu", amp=False, cache="ram",
        workers=threads, optimizer="AdamW", lr0=0.001, val=False, plots=False, save=False, project=scratch, verbose=False,
    )
