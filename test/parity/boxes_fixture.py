"""Boxes that the reference finds with a file of ours, of open size, so that both pad as little as they can."""
import json, subprocess, tempfile
from pathlib import Path
from reference import VERSIONS
import onnxruntime
from ultralytics import YOLO

here = Path(__file__).parent
with tempfile.TemporaryDirectory() as folder:
    subprocess.run(["node", str(here / "boxes-inputs.ts"), folder], check=True)
    model = YOLO(f"{folder}/detector.onnx")
    images = []
    for path in sorted(Path(folder).glob("*.png")):
        (found,) = model.predict(path, imgsz=320, conf=0.25, iou=0.6, device="cpu", verbose=False)
        rows = zip(found.boxes.cls.tolist(), found.boxes.conf.tolist(), found.boxes.xyxy.tolist())
        images.append([[int(k), round(confidence, 6), *(round(side, 4) for side in box)] for k, confidence, box in rows])
source = f"{VERSIONS}, onnxruntime {onnxruntime.__version__}"
lines = ",\n".join(json.dumps(rows) for rows in images)
(here / "fixtures" / "boxes.json").write_text(f'{{"source": "{source}", "images": [\n{lines}\n]}}\n')
