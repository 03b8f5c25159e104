"""Writes fixtures/assignment.safetensors: random scenes and what the reference's assigner makes of them."""
import numpy as np
import torch
from reference import VERSIONS, model
from seeded import write

WIDTH, HEIGHT = 128, 96
CLASSES = 3
STRIDES = (8, 16, 32)


def anchors():
    """`[A, 2]` centres in pixels, finest level first."""
    return np.concatenate([
        np.stack(np.meshgrid(np.arange(WIDTH // s) + 0.5, np.arange(HEIGHT // s) + 0.5), -1).reshape(-1, 2) * s for s in STRIDES
    ]).astype(np.float32)


def truth(r, count):
    """Boxes from 2 px to the whole image, two of them equal, two with one edge in common, some cut by the image's edge."""
    side = np.exp(r.uniform(np.log(2), np.log(100), (count, 2)))
    centre = r.uniform(0, 1, (count, 2)) * (WIDTH, HEIGHT)
    boxes = np.concatenate([centre - side / 2, centre + side / 2], 1).clip(0, (WIDTH, HEIGHT, WIDTH, HEIGHT))
    if count > 5:
        boxes[1] = boxes[0]
        boxes[3] = boxes[2] + (0, 0, 7, 0)
        boxes[4] = (0, 0, WIDTH, HEIGHT)
        boxes[5] = np.round(boxes[5])
    return boxes


def scene(seed, counts, noise):
    """Predictions that are good for some anchors and wild for the others."""
    r = np.random.default_rng(seed)
    points = anchors()
    batch, most = len(counts), max(counts)
    gt = np.zeros((batch, most, 4), np.float32)
    kinds = np.zeros((batch, most, 1), np.float32)
    mask = np.zeros((batch, most, 1), np.float32)
    predicted = np.zeros((batch, len(points), 4), np.float32)
    for b, count in enumerate(counts):
        side = np.exp(r.uniform(np.log(4), np.log(80), (len(points), 2)))
        predicted[b] = np.concatenate([points - side / 2, points + side / 2], 1)
        if count == 0:
            continue
        gt[b, :count], kinds[b, :count, 0], mask[b, :count] = truth(r, count), r.integers(0, CLASSES, count), 1
        for a in range(len(points)):
            if r.random() < 0.8:
                near = gt[b, r.integers(0, count)]
                extent = np.tile(near[2:] - near[:2], 2)
                predicted[b, a] = near + r.normal(0, noise, 4) * extent
    scores = (1 / (1 + np.exp(-r.normal(-1, 2, (batch, len(points), CLASSES))))).astype(np.float32)
    return scores, predicted, points, kinds, gt, mask


assigner = model("n", CLASSES, "assignment").init_criterion().assigner
tensors = {}
SCENES = {"sparse": (1, (0, 1, 3), 0.1), "crowded": (2, (12, 9), 0.15), "more crowded": (3, (14, 14), 0.3), "wild": (4, (8, 10), 0.6)}
for name, arguments in SCENES.items():
    scores, predicted, points, kinds, gt, mask = map(torch.from_numpy, scene(*arguments))
    _, boxes, targets, foreground, _ = assigner(scores, predicted, points, kinds, gt, mask)
    tensors |= {f"{name}/scores": scores.numpy(), f"{name}/predicted": predicted.numpy(), f"{name}/boxes": gt.numpy(),
                f"{name}/classes": kinds[..., 0].numpy(), f"{name}/mask": mask[..., 0].numpy(),
                f"{name}/target boxes": (boxes * foreground[..., None]).numpy(), f"{name}/target scores": targets.numpy(),
                f"{name}/foreground": foreground.numpy()}
    print(name, foreground.sum(1).tolist())
write("assignment", tensors, {"by": VERSIONS, "scenes": list(SCENES), "width": WIDTH, "height": HEIGHT})
