"""Writes fixtures/ops.safetensors: values and gradients of every differentiable operation by PyTorch, inputs and dy being seeded."""
import numpy as np
import torch
import torch.nn.functional as F
from seeded import uniform, write

SMALL, POSITIVE, WIDE = (-1.0, 1.0), (0.1, 4.0), (-12.0, 12.0)


def conv(x, w, b=None, *, stride, groups, **_):
    return F.conv2d(x, w, b, stride, w.shape[-1] // 2, 1, groups)


def conv_norm(x, w, scale, shift, *, stride, groups, **_):
    return F.batch_norm(conv(x, w, stride=stride, groups=groups), None, None, scale, shift, training=True, eps=1e-3)


def window(c, k, kernel, stride, groups, h, w, batch=2):
    return [(batch, c, h, w), (k, c // groups, kernel, kernel)], {"kernel": kernel, "stride": stride, "groups": groups}


def product(a, b, *, transposeA, transposeB, alpha):
    return alpha * ((a.mT if transposeA else a) @ (b.mT if transposeB else b))


# operation, shapes of its inputs, their range, attributes, PyTorch's function
CASES = [
    ("exp", [(3, 5)], (-6, 4), {}, torch.exp),
    ("log", [(3, 5)], POSITIVE, {}, torch.log),
    ("sqrt", [(3, 5)], POSITIVE, {}, torch.sqrt),
    ("atan", [(3, 5)], WIDE, {}, torch.atan),
    ("sigmoid", [(3, 5)], WIDE, {}, torch.sigmoid),
    ("reciprocal", [(3, 5)], POSITIVE, {}, torch.reciprocal),
    ("add", [(2, 3, 4), (3, 1)], SMALL, {}, torch.add),
    ("sub", [(3, 1), (2, 1, 4)], SMALL, {}, torch.sub),
    ("mul", [(2, 3, 4), (4,)], SMALL, {}, torch.mul),
    ("div", [(2, 3, 4), (3, 1)], POSITIVE, {}, torch.div),
    ("min", [(2, 3, 4), (3, 4)], SMALL, {}, torch.minimum),
    ("max", [(2, 3, 4), (1, 3, 1)], SMALL, {}, torch.maximum),
    ("silu", [(40,)], WIDE, {}, F.silu),
    ("binaryCrossEntropy", [(40,), (40,)], (-20, 20), {}, lambda z, t: F.binary_cross_entropy_with_logits(z, (t + 20) / 40, reduction="none")),
    ("reduceSum", [(2, 3, 4)], SMALL, {"axes": [0, 2], "keepAxes": False}, lambda x, axes, keepAxes: x.sum(axes, keepAxes)),
    ("reduceSum", [(2, 3, 4)], SMALL, {"axes": [1], "keepAxes": True}, lambda x, axes, keepAxes: x.sum(axes, keepAxes)),
    ("softmax", [(2, 7, 3)], WIDE, {"axis": 1}, lambda x, axis: F.softmax(x, axis)),
    ("logSoftmax", [(2, 7, 3)], WIDE, {"axis": 1}, lambda x, axis: F.log_softmax(x, axis)),
    ("reshape", [(2, 6)], SMALL, {"shape": [3, 4]}, lambda x, shape: x.reshape(shape)),
    ("transpose", [(2, 3, 4)], SMALL, {"order": [2, 0, 1]}, lambda x, order: x.permute(order)),
    ("expand", [(3, 1)], SMALL, {"shape": [2, 3, 4]}, lambda x, shape: x.expand(shape)),
    ("concat", [(2, 1, 3), (2, 4, 3)], SMALL, {"axis": 1}, lambda a, b, axis: torch.cat([a, b], axis)),
    ("split", [(2, 7)], SMALL, {"axis": 1, "sizes": [2, 3, 2]}, lambda x, axis, sizes: torch.split(x, sizes, axis)[1]),
    ("slice", [(2, 7)], SMALL, {"axis": 1, "start": 2, "end": 6}, lambda x, axis, start, end: x[:, start:end]),
    *[("matMul", [(2, 5, 3) if a else (2, 3, 5), (2, 4, 5) if b else (2, 5, 4)], SMALL, {"transposeA": a, "transposeB": b, "alpha": 0.7}, product)
      for a in (False, True) for b in (False, True)],
    *[("conv", shapes, SMALL, attributes, conv) for shapes, attributes in (
        window(3, 16, 3, 2, 1, 20, 14), window(3, 8, 3, 2, 1, 9, 11), window(16, 24, 3, 1, 1, 11, 9), window(16, 8, 3, 2, 1, 13, 10),
        window(24, 16, 1, 1, 1, 7, 5), window(12, 5, 3, 1, 1, 26, 24), window(3, 7, 3, 2, 1, 52, 48), window(32, 32, 3, 1, 32, 9, 6), window(6, 6, 3, 1, 6, 5, 8), window(2, 3, 3, 1, 1, 6, 4),
        window(3, 16, 3, 2, 1, 82, 6), window(8, 16, 3, 1, 1, 42, 5), window(16, 16, 3, 1, 1, 41, 4), window(6, 6, 3, 2, 6, 8, 6))],
    ("conv", [(2, 8, 5, 4), (6, 8, 1, 1), (6,)], SMALL, {"kernel": 1, "stride": 1, "groups": 1}, conv),
    *[("convBatchNorm", [*shapes, (shapes[1][0],), (shapes[1][0],)], SMALL, attributes, conv_norm) for shapes, attributes in (
        window(3, 8, 3, 2, 1, 14, 10), window(16, 8, 3, 1, 1, 7, 9), window(8, 16, 1, 1, 1, 6, 5), window(16, 16, 3, 1, 16, 8, 5),
        window(2, 2, 1, 1, 1, 48, 48), window(8, 8, 3, 2, 1, 7, 6, batch=3))],
    ("maxPool", [(2, 4, 9, 7)], SMALL, {"kernel": 5}, lambda x, kernel: F.max_pool2d(x, kernel, 1, kernel // 2)),
    ("upsample2", [(2, 3, 4, 5)], SMALL, {}, lambda x: F.interpolate(x, scale_factor=2, mode="nearest")),
]

tensors, cases = {}, []
for i, (op, shapes, (low, high), attributes, function) in enumerate(CASES):
    inputs = [torch.from_numpy(uniform(f"op/{i}/{n}", shape, low, high).astype(np.float32)).double().requires_grad_() for n, shape in enumerate(shapes)]
    y = function(*inputs, **attributes)
    y.backward(torch.from_numpy(uniform(f"op/{i}/dy", tuple(y.shape), -1, 1).astype(np.float32)).double())
    tensors[f"{i}/y"] = y.detach().numpy()
    for n, x in enumerate(inputs):
        if not (op == "binaryCrossEntropy" and n == 1):
            tensors[f"{i}/d{n}"] = x.grad.numpy()
    cases.append({"op": op, "shapes": shapes, "range": (low, high), "attributes": attributes})
write("ops", tensors, {"by": f"torch {torch.__version__}, in double precision", "cases": cases})
