"""What a training tells on its way: one row an epoch, as results.csv and as the metric lines that SageMaker's regexes read.

Names are those of Skyloop's own trainer, so that metric definitions, tuning jobs and readers of results.csv serve both.
"""
COLUMNS = (
    "epoch", "train_loss", "box_loss", "cls_loss", "dfl_loss", "val_map50", "val_map50_95",
    "learning_rate", "images_per_second", "seconds", "boxes_left_out", "wait_share",
)  # fmt: skip


def row_of(epoch, losses, metrics, learning_rate, images_per_second, seconds):
    """`losses`: box, cls and dfl, means of the epoch; `metrics`: the library's own of the validation."""
    box, cls, dfl = (float(value) for value in losses)
    return {
        "epoch": epoch,
        "train_loss": round(box + cls + dfl, 5),
        "box_loss": round(box, 5),
        "cls_loss": round(cls, 5),
        "dfl_loss": round(dfl, 5),
        "val_map50": round(float(metrics["metrics/mAP50(B)"]), 5),
        "val_map50_95": round(float(metrics["metrics/mAP50-95(B)"]), 5),
        "learning_rate": round(float(learning_rate), 7),
        "images_per_second": round(images_per_second, 2),
        "seconds": round(seconds, 1),
        # The library has no limit of boxes, and does not say how long it waited for images.
        "boxes_left_out": 0,
        "wait_share": None,
    }


def metric_line(row):
    return " ".join(f"{name}={row[name]}" for name in COLUMNS if row[name] is not None)


def results_csv(rows):
    cell = lambda value: "" if value is None else str(value)  # noqa: E731
    return "\n".join([",".join(COLUMNS)] + [",".join(cell(row[name]) for name in COLUMNS) for row in rows]) + "\n"


def fitness(row):
    """Ranks epochs as Skyloop does: mostly mAP50-95."""
    return 0.1 * row["val_map50"] + 0.9 * row["val_map50_95"]
