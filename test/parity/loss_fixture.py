"""Writes fixtures/loss.safetensors: the reference's loss parts and their gradients for given raw predictions and boxes."""
import numpy as np
import torch
from reference import VERSIONS, model
from seeded import uniform, write

WIDTH, HEIGHT = 128, 160
STRIDES = (8, 16, 32)
CELLS = [(HEIGHT // s, WIDTH // s) for s in STRIDES]
ANCHORS = sum(h * w for h, w in CELLS)
BINS = 16
PEAK = 6.0
EVERY = 7  # of the gradients, each seventh number is kept


def points():
    grid = [np.stack(np.meshgrid(np.arange(w) + 0.5, np.arange(h) + 0.5), -1).reshape(-1, 2) * s for (h, w), s in zip(CELLS, STRIDES)]
    strides = np.concatenate([np.full(h * w, s) for (h, w), s in zip(CELLS, STRIDES)])
    return np.concatenate(grid), strides[:, None]


def ordinary(r, count):
    side = np.exp(r.uniform(np.log(5), np.log(90), (count, 2)))
    centre = r.uniform(0, 1, (count, 2)) * (WIDTH, HEIGHT)
    boxes = np.concatenate([centre - side / 2, centre + side / 2], 1)
    return boxes.clip(0, (WIDTH, HEIGHT, WIDTH, HEIGHT))


def extreme(_r, _count):
    """Below a pixel, the whole image (further from fine anchors than bins reach), equal, nested, along every edge, long and thin."""
    return np.array([[70, 70, 70.5, 70.4], [0, 0, 128, 160], [20, 20, 60, 60], [20, 20, 60, 60], [30, 30, 50, 50], [0, 40, 8, 60],
                     [120, 40, 128, 60], [40, 0, 60, 8], [40, 152, 60, 160], [4, 100, 124, 103], [88, 10, 92, 150], [64, 64, 72, 72]])


SCENES = {
    # name: seed, classes, boxes per image, maker, logits of classes, share of anchors that predict a real box, class weights
    "trained": (1, 5, (0, 1, 12, 3), ordinary, (-6, 2), 0.7, None),
    "fresh": (2, 80, (6, 3), ordinary, (-12.2, -11.2), 0.0, None),
    "extreme": (3, 3, (12, 1), extreme, (-4, 4), 0.5, None),
    "empty": (4, 3, (0, 0), ordinary, (-5, 5), 0.0, None),
    "weighted": (5, 3, (5, 4), ordinary, (-4, 2), 0.6, (0.5, 1.0, 3.0)),
}


def predictions(name, seed, classes, counts, make, logits, share):
    """Distances of each anchor around which its distributions peak, class logits, and rows of image, class, box."""
    r = np.random.default_rng(seed)
    centres, strides = points()
    batch = len(counts)
    rows = np.concatenate([np.empty((0, 6))] + [
        np.concatenate([np.full((count, 1), b), r.integers(0, classes, (count, 1)), make(r, 12)[:count]], 1)
        for b, count in enumerate(counts) if count
    ]).astype(np.float32)
    peaks = r.uniform(0.2, 9, (batch, 4, ANCHORS))
    for b, count in enumerate(counts):
        own = rows[rows[:, 0] == b, 2:]
        for a in np.flatnonzero(r.random(ANCHORS) < share) if count else []:
            inside = [box for box in own if (centres[a] > box[:2] - 8).all() and (centres[a] < box[2:] + 8).all()]
            if inside:
                box = inside[r.integers(0, len(inside))]
                distance = np.concatenate([centres[a] - box[:2], box[2:] - centres[a]]) / strides[a]
                peaks[b, :, a] = (distance + r.normal(0, 0.3, 4)).clip(0, 15)
    peaks = peaks.astype(np.float32)
    bins = np.arange(BINS).reshape(1, 1, BINS, 1)
    noise = uniform(f"loss/{name}/distances", (batch, 4, BINS, ANCHORS), -0.5, 0.5)
    distances = noise + PEAK * np.maximum(0, 1 - np.abs(bins - peaks[:, :, None].astype(np.float64)))
    scores = uniform(f"loss/{name}/classes", (batch, classes, ANCHORS), *logits)
    return rows, peaks, distances.reshape(batch, 4 * BINS, ANCHORS).astype(np.float32), scores.astype(np.float32)


tensors, settings = {}, {}
for name, (seed, classes, counts, make, logits, share, weights) in SCENES.items():
    rows, peaks, distances, scores = predictions(name, seed, classes, counts, make, logits, share)
    batch = len(counts)
    boxes, kinds = torch.from_numpy(distances).requires_grad_(), torch.from_numpy(scores).requires_grad_()
    criterion = model("n", classes, "loss").init_criterion()
    if weights:
        criterion.class_weights = torch.tensor(weights)
    seen = {}
    criterion.assigner.register_forward_hook(lambda _module, given, out: seen.update(given=given, out=out))
    corners = torch.from_numpy(rows[:, 2:]) / torch.tensor([WIDTH, HEIGHT, WIDTH, HEIGHT])
    data = {"batch_idx": torch.from_numpy(rows[:, 0]), "cls": torch.from_numpy(rows[:, 1:2]),
            "bboxes": torch.cat([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], 1)}
    feats = [torch.zeros(batch, 1, h, w) for h, w in CELLS]
    total, parts = criterion({"boxes": boxes, "scores": kinds, "feats": feats}, data)
    total.sum().backward()
    values = [float(parts[part].detach()) for part in ("box_loss", "cls_loss", "dfl_loss")]
    given = seen["given"]
    tensors |= {f"{name}/peaks": peaks, f"{name}/loss": np.array(values + [float(total.sum().detach())]),
                f"{name}/boxes": given[4].numpy(), f"{name}/classes": given[3][..., 0].numpy(), f"{name}/mask": given[5][..., 0].numpy(),
                f"{name}/distances gradient": boxes.grad.reshape(-1)[::EVERY].numpy(),
                f"{name}/classes gradient": kinds.grad.reshape(-1)[::EVERY].numpy()}
    settings[name] = {"classCount": classes, "logits": logits, "classWeights": weights}
    print(name, values, "positives", (seen["out"][2].sum(-1) > 0).sum(1).tolist(), tuple(given[4].shape))
write("loss", tensors, {"by": VERSIONS, "width": WIDTH, "height": HEIGHT, "every": EVERY, "peak": PEAK, "scenes": settings})
