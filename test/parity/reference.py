"""The reference trainer, used as it is installed, through its public classes only; it is AGPL-3.0 and no part of Skyloop."""
import os, sys

os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
# Failures name the error alone: the clean room keeps the reference's text off the screen.
sys.tracebacklimit = 0
import numpy as np
import torch
import ultralytics
from ultralytics.cfg import get_cfg
from ultralytics.nn.tasks import DetectionModel
from seeded import weight

torch.set_num_threads(2)
VERSIONS = f"ultralytics {ultralytics.__version__}, torch {torch.__version__}"


def model(scale, classes, key):
    """A YOLO11 whose every tensor is drawn from `key`."""
    net = DetectionModel(f"yolo11{scale}.yaml", nc=classes, verbose=False)
    net.args = get_cfg()
    state = net.state_dict()
    for name, tensor in state.items():
        if name.endswith("num_batches_tracked") or ".dfl." in name:
            continue
        tensor.copy_(torch.from_numpy(weight(key, name, tuple(tensor.shape)).astype(np.float32)))
    net.load_state_dict(state)
    return net
