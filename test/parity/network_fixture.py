"""Writes fixtures/network-*.safetensors: what the reference trainer computes from seeded weights, images and boxes."""
import numpy as np
import torch
from reference import VERSIONS, model
from seeded import images, signs, uniform, words, write

BATCH, HEIGHT, WIDTH = 3, 96, 64
EVERY = 3  # of the large outputs, each third number is kept
SAMPLES = 8


def scene(key, classes):
    """No box, one box, and twelve: tiny, huge, overlapping, touching the edges. Rows: image, class, x1 y1 x2 y2 in pixels."""
    rows = [[1, 1, 20, 30, 44, 62]]
    boxes = [[30, 40, 33, 43], [8.5, 8.5, 14, 13], [0, 0, 64, 96], [0, 10, 22, 40], [44, 60, 64, 96], [10, 20, 40, 60],
             [14, 24, 44, 64], [10, 20, 40, 60], [50.25, 3.75, 58.5, 12.25], [2, 70, 26, 90]]
    low = uniform(f"{key}/corner", (2, 2), 0, 40)
    side = uniform(f"{key}/side", (2, 2), 6, 24)
    boxes += np.concatenate([low, low + side], 1).tolist()
    return np.array(rows + [[2, i % classes, *box] for i, box in enumerate(boxes)], dtype=np.float32)


def summary(key, named):
    """Per tensor: norm, projections on 16 directions of signs, and eight of its entries (with repetition). `[N, 25]`"""
    rows = []
    for name, value in named:
        flat = value.detach().double().reshape(-1).numpy()
        picked = words(f"{key}/picked/{name}", SAMPLES) % np.uint32(flat.size)
        rows.append(np.concatenate([[np.linalg.norm(flat)], signs(f"{key}/signs/{name}", flat.size) @ flat, flat[picked]]))
    return np.array(rows)


def every(value):
    return value.detach().reshape(-1)[::EVERY].numpy()


def fixture(scale, classes):
    key = f"network-{scale}-{classes}"
    rows = scene(key, classes)
    shown = torch.from_numpy(images(key, BATCH, HEIGHT, WIDTH))
    size = np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], dtype=np.float32)
    corners = rows[:, 2:] / size
    batch = {
        "batch_idx": torch.from_numpy(rows[:, 0]),
        "cls": torch.from_numpy(rows[:, 1:2]),
        "bboxes": torch.from_numpy(np.concatenate([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], 1)),
    }
    # The network in double precision, so that what rounds is the other side alone; the loss takes floats only.
    decoded, raw = model(scale, classes, key).double().eval()(shown.double())
    tensors = {"eval.boxes": every(raw["boxes"]), "eval.scores": every(raw["scores"]), "eval.decoded": every(decoded)}

    net = model(scale, classes, key).double().train()
    criterion = net.init_criterion()
    seen = {}
    criterion.assigner.register_forward_hook(lambda _module, given, out: seen.update(given=given, out=out))
    raw = net(shown.double())
    feats = [feature.float() for feature in raw["feats"]]
    total, parts = criterion({"boxes": raw["boxes"].float(), "scores": raw["scores"].float(), "feats": feats}, batch)
    total.sum().backward()
    tensors |= {"train.boxes": every(raw["boxes"]), "train.scores": every(raw["scores"])}
    tensors["loss"] = np.array([float(parts[part].detach()) for part in ("box_loss", "cls_loss", "dfl_loss")] + [float(total.sum().detach())])
    tensors["boxes"] = seen["given"][4].numpy()
    tensors["classes"] = seen["given"][3][..., 0].numpy()
    tensors["mask"] = seen["given"][5][..., 0].numpy()
    tensors["foreground"] = seen["out"][3].numpy()
    parameters = sorted((name, p.grad) for name, p in net.named_parameters() if p.grad is not None)
    running = sorted((name, value) for name, value in net.named_buffers() if ".running_" in name)
    tensors["gradients"] = summary(key, parameters)
    tensors["running"] = summary(key, running)
    names = {"gradients": [name for name, _ in parameters], "running": [name for name, _ in running]}
    write(key, tensors, {"by": VERSIONS, **names})
    print(key, "loss", tensors["loss"], "positives", seen["out"][3].sum(1).tolist())


if __name__ == "__main__":
    for scale, classes in (("n", 80), ("s", 5), ("m", 5)):
        fixture(scale, classes)
