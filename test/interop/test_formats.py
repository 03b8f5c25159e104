"""What `skyloop data convert` writes, read by the reference reader of COCO."""

import json
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path

from pycocotools.coco import COCO

SKYLOOP = Path(__file__).parents[2] / "bin" / "skyloop.js"


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Formats(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name, labels in {"a": "0 0.5 0.5 0.2 0.4\n1 0.1 0.2 0.05 0.1\n", "empty": "", "unknown": None}.items():
            (self.folder / "set" / "images").mkdir(parents=True, exist_ok=True)
            (self.folder / "set" / "labels").mkdir(parents=True, exist_ok=True)
            (self.folder / "set" / "images" / f"{name}.png").write_bytes(png(200, 100))
            if labels is not None:
                (self.folder / "set" / "labels" / f"{name}.txt").write_text(labels)
        (self.folder / "set" / "classes.txt").write_text("car\nbus\n")

    def convert(self, *args: str) -> dict:
        done = subprocess.run(
            ["node", str(SKYLOOP), "data", "convert", *args, "--json"], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_pycocotools_reads_the_boxes_that_were_written(self):
        out = self.folder / "coco"
        report = self.convert(str(self.folder / "set"), "--to", "coco", "--out", str(out))
        self.assertEqual((report["labels"]["kept"], report["images"]["leftOut"]), (2, 1))
        coco = COCO(str(out / "annotations" / "instances.json"))
        self.assertEqual([c["name"] for c in coco.loadCats(coco.getCatIds())], ["car", "bus"])
        images = coco.loadImgs(coco.getImgIds())
        self.assertEqual([(i["file_name"], i["width"], i["height"]) for i in images],
                         [("a.png", 200, 100), ("empty.png", 200, 100)])
        found = coco.loadAnns(coco.getAnnIds(imgIds=[images[0]["id"]]))
        self.assertEqual([(a["category_id"], a["bbox"], a["area"], a["iscrowd"]) for a in found],
                         [(1, [80, 30, 40, 40], 1600, 0), (2, [15, 15, 10, 10], 100, 0)])
        self.assertEqual(coco.getAnnIds(imgIds=[images[1]["id"]]), [])

    def test_a_background_image_survives_coco_and_an_unknown_one_is_never_made_background(self):
        self.convert(str(self.folder / "set"), "--to", "coco", "--out", str(self.folder / "coco"))
        self.convert(str(self.folder / "coco"), "--to", "yolo", "--out", str(self.folder / "yolo"))
        labels = {path.name: path.read_text() for path in (self.folder / "yolo" / "labels").iterdir()}
        self.assertEqual(labels, {
            "a.txt": "0 0.500000 0.500000 0.200000 0.400000\n1 0.100000 0.200000 0.050000 0.100000\n",
            "empty.txt": "",
        })


if __name__ == "__main__":
    unittest.main()
