"""A SageMaker training job that trains YOLO11 with the Ultralytics library, through its public API.

This file is MIT like the rest of Skyloop; the library it calls is AGPL-3.0 (see README.md).
Channels, hyperparameters, outputs and metric lines are those of Skyloop's own training job (src/jobs/train.ts).
"""
import json
import os
import signal
import sys
import time
import traceback

from arguments import HyperparameterError, library_arguments, read_hyperparameters
from container import Container, JobError, TrainingData, start_weights
from record import metric_line, row_of

os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")


class Stopped(Exception):
    """Ends the library's training from a callback; what the last finished epoch left is kept."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


class Training:
    """One training, perhaps in several runs: what it has recorded lies beside the library's checkpoints."""

    def __init__(self, container, values):
        self.values = values
        self.run = container.checkpoints / "run"
        self.state_file = container.checkpoints / "state.json"
        self.rows, self.prior_seconds, self.finished = [], 0.0, None
        # What the start weights reach; None from random values, or where their classes are others.
        self.start = None
        self.steps = 0
        self.signalled = False
        self.started = time.monotonic()
        self.epoch_started = None
        if self.state_file.exists():
            state = json.loads(self.state_file.read_text("utf-8"))
            # How long a training may take does not change what it computes.
            if {**state["values"], "max_minutes": None} != {**values, "max_minutes": None}:
                raise JobError("the checkpoint there belongs to a training with other hyperparameters")
            self.rows, self.prior_seconds, self.steps = state["rows"], state["seconds"], state["steps"]
            self.finished, self.start = state["finished"], state["start"]

    def seconds(self):
        return self.prior_seconds + time.monotonic() - self.started

    def last_epoch(self):
        return self.rows[-1]["epoch"] if self.rows else 0

    def save(self):
        self.state_file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.state_file.with_suffix(".new")
        state = {
            "values": self.values, "rows": self.rows, "seconds": self.seconds(), "steps": self.steps, "start": self.start,
            "finished": self.finished,
        }  # fmt: skip
        fresh.write_text(json.dumps(state), "utf-8")
        fresh.replace(self.state_file)

    def stop_when_asked(self, _trainer):
        minutes = self.values.get("max_minutes", 0)
        where = f"after {self.last_epoch()} of {self.values['epochs']} epochs"
        if self.signalled:
            raise Stopped("interrupted", f"stopped {where}; a checkpoint is kept")
        if minutes > 0 and self.seconds() >= minutes * 60:
            raise Stopped("time", f"{minutes:g} minutes have passed, {where}")

    def epoch_begins(self, _trainer):
        self.epoch_started = time.monotonic()

    def epoch_ends(self, trainer):
        """Called by the library after each validation, and once more when it measures its best checkpoint."""
        epoch = trainer.epoch + 1
        if self.epoch_started is None:
            return
        batches, began = len(trainer.train_loader), self.epoch_started
        self.epoch_started = None
        self.steps += batches
        rate = batches * self.values["batch"] / max(1e-3, self.trained - began)
        learning_rate = next(iter(trainer.lr.values()))
        self.rows.append(row_of(epoch, trainer.label_loss_items(trainer.tloss).values(), trainer.metrics, learning_rate, rate, self.seconds()))
        print(metric_line(self.rows[-1]), flush=True)
        self.save()

    def batches_end(self, _trainer):
        self.trained = time.monotonic()


def train(container, values):
    try:
        import ultralytics  # noqa: F401
        from ultralytics import YOLO
    except ImportError as error:
        raise JobError(f"{sys.executable} lacks the library: {error} (pip install -r containers/ultralytics/requirements.txt)") from error
    from outputs import measure, write_outputs

    data = TrainingData(container)
    weights = start_weights(container)
    training = Training(container, values)
    yaml = container.output_data / "data.yaml"
    data.write_yaml(yaml)
    signal.signal(signal.SIGTERM, lambda *_: setattr(training, "signalled", True))
    last, best = (training.run / "weights" / name for name in ("last.pt", "best.pt"))
    arguments = {
        **library_arguments(values), "data": str(yaml), "project": str(container.checkpoints), "name": "run", "exist_ok": True,
        "workers": 0, "val": True, "verbose": False, "pretrained": weights is not None,
    }  # fmt: skip
    ending = {"status": "completed", "reason": f"all {values['epochs']} epochs are done"}
    if training.finished is None:
        resume = last.exists()
        if resume:
            _move_checkpoint(last, arguments)
            print(f"Resuming after epoch {training.last_epoch()}", flush=True)
        elif weights:
            training.start = measure(YOLO(weights), data.classes, values, yaml)
        model = YOLO(last if resume else weights or f"yolo11{values['scale']}.yaml")
        for event, callback in (
            ("on_train_epoch_start", training.epoch_begins),
            ("on_train_batch_start", training.stop_when_asked),
            ("on_train_epoch_end", training.batches_end),
            ("on_fit_epoch_end", training.epoch_ends),
        ):
            model.add_callback(event, callback)
        try:
            model.train(resume=True) if resume else model.train(**arguments)
            if training.last_epoch() < values["epochs"]:
                ending = {"status": "early", "reason": f"{values['patience']} validations in a row were no better"}
        except Stopped as stopped:
            ending = {"status": stopped.status, "reason": str(stopped)}
        if ending["status"] != "interrupted":
            training.finished = ending
            training.save()
    else:
        ending = training.finished
    if not best.exists():
        raise JobError(f"no epoch was finished: {ending['reason']}")
    facts = {
        "steps": training.steps,
        "imagesPerSecond": sum(row["images_per_second"] for row in training.rows) / max(1, len(training.rows)),
        "start": training.start,
        "startedFrom": {"file": weights.name} if weights else None,
    }
    write_outputs(container, data, values, training.rows, ending, best, yaml, facts)
    print(f"Training ended ({ending['status']}): {ending['reason']}", flush=True)


def _move_checkpoint(path, arguments):
    """A job that goes on elsewhere has other folders than the one that wrote the checkpoint."""
    import torch

    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    checkpoint["train_args"].update({name: arguments[name] for name in ("data", "project", "name")})
    checkpoint["train_args"]["save_dir"] = str(path.parent.parent)
    torch.save(checkpoint, path)


def main():
    container = Container()
    try:
        train(container, read_hyperparameters(container.hyperparameters()))
    except (HyperparameterError, JobError) as error:
        print(error, file=sys.stderr)
        container.fail(str(error))
        return 1
    except Exception as error:
        traceback.print_exc()
        container.fail(f"{type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
