"""Writes test/parity/coco-fixture.jsonl: random detection sets and what pycocotools says about them.

Run on demand:  python test/parity/coco_fixture.py   (needs pycocotools and numpy)
Box sides are multiples of 1/8 px, so that x + w is exact in both programs; scores repeat on purpose, so that ties are covered.
"""
import contextlib, io, json, pathlib
from importlib.metadata import version
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

KEYS = ["map50_95", "map50", "map75", "mapSmall", "mapMedium", "mapLarge",
        "ar1", "ar10", "ar100", "arSmall", "arMedium", "arLarge"]


def grid(values):
    return (np.round(np.asarray(values) * 8) / 8).tolist()


def make_case(name, seed, images, classes, per_image, crowd=0.0, own_areas=False, score_steps=100, noise=0.08, max_size=150):
    r = np.random.default_rng(seed)
    truth, found = [], []
    for i in range(images):
        boxes, kinds, crowds, areas, dets = [], [], [], [], []
        for _ in range(int(r.integers(0, per_image + 1))):
            w, h = np.exp(r.uniform(np.log(6), np.log(max_size), 2))
            x, y = r.uniform(0, 600 - w), r.uniform(0, 600 - h)
            box, kind = grid([x, y, x + w, y + h]), int(r.integers(0, classes))
            boxes.append(box)
            kinds.append(kind)
            crowds.append(int(r.random() < crowd))
            areas.append(round(float(w * h * r.uniform(0.4, 1.0)), 3))
            for _ in range(int(r.choice([0, 1, 1, 1, 2]))):
                d = np.array(box) + r.normal(0, noise, 4) * np.array([w, h, w, h])
                if r.random() < 0.1:
                    d = np.array(box)
                k = kind if r.random() < 0.85 else int(r.integers(0, classes))
                if d[2] - d[0] > 1 and d[3] - d[1] > 1:
                    dets.append([k, round(float(r.integers(1, score_steps + 1)) / score_steps, 6), grid(d)])
        for _ in range(int(r.integers(0, 4))):
            x, y, w, h = r.uniform(0, 500), r.uniform(0, 500), r.uniform(4, 90), r.uniform(4, 90)
            dets.append([int(r.integers(0, classes)), round(float(r.integers(1, score_steps + 1)) / score_steps, 6), grid([x, y, x + w, y + h])])
        truth.append({"boxes": boxes, "classes": kinds, **({"crowd": crowds} if crowd else {}), **({"areas": areas} if own_areas else {})})
        found.append(dets)
    return {"name": name, "classCount": classes, "truth": truth, "detections": found}


def expected(case):
    annotations, results = [], []
    for i, image in enumerate(case["truth"]):
        for m, (x1, y1, x2, y2) in enumerate(image["boxes"]):
            annotations.append({"id": len(annotations) + 1, "image_id": i + 1, "category_id": image["classes"][m] + 1,
                                "bbox": [x1, y1, x2 - x1, y2 - y1],
                                "area": image["areas"][m] if "areas" in image else (x2 - x1) * (y2 - y1),
                                "iscrowd": image["crowd"][m] if "crowd" in image else 0})
        for k, score, (x1, y1, x2, y2) in case["detections"][i]:
            results.append({"image_id": i + 1, "category_id": k + 1, "bbox": [x1, y1, x2 - x1, y2 - y1], "score": score})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {"images": [{"id": i + 1} for i in range(len(case["truth"]))], "annotations": annotations,
                        "categories": [{"id": k + 1} for k in range(case["classCount"])]}
        coco.createIndex()
        run = COCOeval(coco, coco.loadRes(results), "bbox")
        run.evaluate(), run.accumulate(), run.summarize()
    precision = run.eval["precision"]  # [T, R, K, A, M]

    def mean(values):
        values = values[values > -1]
        return float(values.mean()) if values.size else -1.0

    per_class = [{"ap50": mean(precision[0, :, k, 0, 2]), "ap50_95": mean(precision[:, :, k, 0, 2])} for k in range(case["classCount"])]
    return {**dict(zip(KEYS, map(float, run.stats))), "perClass": per_class}


if __name__ == "__main__":
    cases = [
        make_case("several classes and sizes", 1, 40, 5, 12),
        make_case("crowds and own areas", 2, 40, 3, 12, crowd=0.2, own_areas=True),
        make_case("many ties in score", 3, 30, 2, 10, score_steps=4),
        make_case("a class without boxes", 4, 5, 30, 3),
        make_case("more than a hundred detections an image", 5, 3, 1, 200, noise=0.12, max_size=40),
    ]
    for case in cases:
        case["expected"] = expected(case)
    lines = [{"source": f"pycocotools {version('pycocotools')}, numpy {np.__version__}, test/parity/coco_fixture.py"}, *cases]
    pathlib.Path(__file__).with_name("coco-fixture.jsonl").write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
