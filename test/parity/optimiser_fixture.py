"""Writes fixtures/optimiser-*.safetensors: weights and their moving average after three updates by the reference's optimisers."""
import numpy as np
import torch
from reference import VERSIONS, model
from seeded import uniform, write
from network_fixture import summary
from ultralytics.engine.trainer import BaseTrainer
from ultralytics.utils.torch_utils import ModelEMA

CLASSES = 3
DECAY = 0.0005
# Learning rate, that of biases, momentum: as in a warm-up, so that each group and each step differs.
RATES = {"sgd": [(0.001, 0.1, 0.8), (0.002, 0.07, 0.85), (0.004, 0.05, 0.9)],
         "adamw": [(0.001, 0.01, 0.9), (0.002, 0.007, 0.9), (0.004, 0.005, 0.9)]}
EMA = {"decay": 0.9999, "tau": 2000, "updates": 4000}


class Trainer(BaseTrainer):
    """Only its `build_optimizer` is wanted, which needs none of the state that the constructor makes."""

    def __init__(self):
        self.args = model("n", CLASSES, "optimiser").args
        self.data = {"nc": CLASSES}


for kind, rates in RATES.items():
    net = model("n", CLASSES, "optimiser").train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    optimiser = Trainer().build_optimizer(net, name={"sgd": "SGD", "adamw": "AdamW"}[kind], lr=rates[0][0], momentum=rates[0][2], decay=DECAY)
    average = ModelEMA(net, **EMA)
    names = {id(p): name for name, p in net.named_parameters()}
    groups = {g.get("param_group", str(i)): [names[id(p)] for p in g["params"]] for i, g in enumerate(optimiser.param_groups)}
    print(kind, {key: (len(group), next(g["weight_decay"] for g in optimiser.param_groups if g.get("param_group") == key)) for key, group in groups.items()})
    for step, (rate, bias_rate, momentum) in enumerate(rates):
        for group in optimiser.param_groups:
            group["lr"] = bias_rate if group["param_group"] == "bias" else rate
            if "momentum" in group:
                group["momentum"] = momentum
        for name, p in net.named_parameters():
            p.grad = torch.from_numpy(uniform(f"optimiser/gradient/{step}/{name}", tuple(p.shape), -0.1, 0.3).astype(np.float32))
        for name, value in net.named_buffers():
            if ".running_" in name:
                value.copy_(torch.from_numpy(uniform(f"optimiser/running/{step}/{name}", tuple(value.shape), 0.1, 1.0).astype(np.float32)))
        optimiser.step()
        average.update(net)
    moved = sorted((name, p.detach() - before[name]) for name, p in net.named_parameters() if ".dfl." not in name)
    state = average.ema.state_dict()
    averaged = sorted((name, state[name] - before[name]) for name in state if not name.endswith("num_batches_tracked") and ".dfl." not in name)
    write(f"optimiser-{kind}", {"moved": summary("optimiser", moved), "averaged": summary("optimiser", averaged)},
          {"by": VERSIONS, "classCount": CLASSES, "weightDecay": DECAY, "rates": rates, "average": EMA,
           "names": {"moved": [n for n, _ in moved], "averaged": [n for n, _ in averaged]}})
