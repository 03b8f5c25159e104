"""The SageMaker container contract as a training job sees it; standard library only.

Folders lie under SAGEMAKER_BASE_DIR, /opt/ml by default.
"""
import json
import os
from pathlib import Path

IMAGE_ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"}


class JobError(Exception):
    """What is wrong with a job's input, said for the person who started it."""


class Container:
    def __init__(self, base=None):
        self.base = Path(base or os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
        self.model = self.base / "model"
        self.checkpoints = self.base / "checkpoints"
        self.output = self.base / "output"
        self.output_data = self.output / "data"

    def channel(self, name):
        return self.base / "input" / "data" / name

    def hyperparameters(self):
        path = self.base / "input" / "config" / "hyperparameters.json"
        value = json.loads(path.read_text("utf-8")) if path.exists() else {}
        if not isinstance(value, dict):
            raise JobError("hyperparameters.json is not an object")
        return value

    def fail(self, sentence):
        """The platform shows the first 1024 characters as the job's FailureReason."""
        self.output.mkdir(parents=True, exist_ok=True)
        (self.output / "failure").write_text(sentence[:960], "utf-8")


class TrainingData:
    """Where the images are: channel `dataset` (a prepared data set), or `train` and `validation` (one split each)."""

    def __init__(self, container):
        dataset = container.channel("dataset")
        if dataset.is_dir():
            self.train, self.validation, folders = dataset / "train", dataset / "val", [dataset]
        else:
            self.train, self.validation = container.channel("train"), container.channel("validation")
            folders = [self.train, self.validation, self.train.parent]
        for what, folder in (("train on", self.train), ("validate on", self.validation)):
            if not _has_images(folder / "images"):
                raise JobError(
                    f"there is nothing to {what}: {folder}/images has no image "
                    '(give a prepared data set as channel "dataset", or its splits as "train" and "validation")'
                )
        self.classes = _class_names(folders)
        facts = next((json.loads((f / "dataset.json").read_text("utf-8")) for f in folders if (f / "dataset.json").exists()), {})
        # How frames were cut; the model carries it, so that prediction cuts alike.
        self.tile = facts.get("tile")
        self.content_hash = facts.get("contentHash")

    def write_yaml(self, path):
        """The data set as the library reads it. JSON is YAML, and quotes every name."""
        names = dict(enumerate(self.classes))
        path.parent.mkdir(parents=True, exist_ok=True)
        value = {"train": str(self.train / "images"), "val": str(self.validation / "images")}
        lines = [f"{key}: {json.dumps(text)}" for key, text in value.items()]
        lines += ["names:"] + [f"  {k}: {json.dumps(name)}" for k, name in names.items()]
        path.write_text("\n".join(lines) + "\n", "utf-8")


def start_weights(container):
    """The .pt file of channel `weights`, or None to begin with random values."""
    channel = container.channel("weights")
    if not channel.is_dir():
        return None
    files = sorted(channel.glob("*.pt"))
    if not files:
        raise JobError('channel "weights" holds no .pt file')
    return files[0]


def _has_images(folder):
    return folder.is_dir() and any(path.suffix.lower() in IMAGE_ENDINGS for path in folder.iterdir())


def _class_names(folders):
    for folder in folders:
        path = folder / "classes.txt"
        if path.exists():
            names = [line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
            if names:
                return names
    raise JobError(f"no classes.txt in {' or '.join(str(folder) for folder in folders)}")
