"""COCO evaluation by pycocotools or faster-coco-eval: args NAME TRUTH.json FOUND.json; see bench/python-peer.ts."""
import contextlib, io, json, sys, time
from importlib.metadata import version

name, truth, found = sys.argv[1:4]
if name == "pycocotools":
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
else:
    from faster_coco_eval import COCO, COCOeval_faster as COCOeval

with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO(truth)
    results = coco.loadRes(json.load(open(found)))
print(json.dumps({"version": version(name)}), flush=True)
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()):
        run = COCOeval(coco, results, "bbox")
        started = time.perf_counter()
        run.evaluate()
        run.accumulate()
        run.summarize()
        seconds = time.perf_counter() - started
    print(json.dumps({"value": seconds, "map": float(run.stats[0])}), flush=True)
