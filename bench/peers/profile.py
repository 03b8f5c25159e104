"""Measures of image files with Pillow, OpenCV and NumPy: args PROCESSES ROWS FILE...; see bench/python-peer.ts.

Written for speed with what the libraries offer: one decode, 16-bit filters instead of 64-bit ones, statistics by OpenCV
rather than by NumPy temporaries, one process a core with one OpenCV thread each, kept from run to run. The rows of all
files are written to ROWS, as JSON, before the first run.
"""
import hashlib, io, json, math, multiprocessing, sys, time

import cv2
import numpy as np
import PIL
from PIL import Image

NOISE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.int16)
EXIF_IFD, GPS_IFD = 0x8769, 0x8825


def measure(path):
    with open(path, "rb") as file:
        data = file.read()
    header = Image.open(io.BytesIO(data))
    exif = header.getexif()
    lens, gps = exif.get_ifd(EXIF_IFD), exif.get_ifd(GPS_IFD)
    xmp = header.info.get("xmp", b"").decode("utf-8", "replace")
    altitude = xmp.partition('drone-dji:RelativeAltitude="')[2].partition('"')[0]

    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    pixels = grey.size
    shares = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel().astype(np.float64) / pixels
    present = shares[shares > 0]
    brightness, contrast = cv2.meanStdDev(grey)
    _, edges = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
    inner = cv2.filter2D(grey, cv2.CV_16S, NOISE)[1:-1, 1:-1]
    blue, green, red = cv2.split(bgr)
    rg_mean, rg_std = cv2.meanStdDev(cv2.subtract(red, green, dtype=cv2.CV_16S))
    twice_blue = cv2.add(blue, blue, dtype=cv2.CV_16S)
    yb_mean, yb_std = cv2.meanStdDev(cv2.subtract(cv2.add(red, green, dtype=cv2.CV_16S), twice_blue))
    most = cv2.max(cv2.max(blue, green), red)
    spread = cv2.subtract(most, cv2.min(cv2.min(blue, green), red))
    saturation = cv2.mean(cv2.divide(spread, cv2.max(most, 1), dtype=cv2.CV_32F))[0]
    cells = cv2.resize(grey, (9, 9), interpolation=cv2.INTER_AREA)
    right = cells[:8, 1:] > cells[:8, :8]
    down = cells[1:, :8] > cells[:8, :8]
    bits = np.concatenate([right.ravel(), down.ravel()])
    return {
        "contentHash": hashlib.sha256(data).hexdigest(),
        "width": header.width,
        "height": header.height,
        "brightness": brightness[0, 0],
        "contrast": contrast[0, 0],
        "sharpness": edges[0, 0] ** 2,
        "entropy": -float((present * np.log2(present)).sum()),
        "colourfulness": math.hypot(rg_std[0, 0], yb_std[0, 0] / 2)
        + 0.3 * math.hypot(rg_mean[0, 0], yb_mean[0, 0] / 2),
        "noise": math.sqrt(math.pi / 2) * cv2.norm(inner, cv2.NORM_L1) / (6 * inner.size),
        "saturation": saturation,
        "clippedShadows": float(shares[:5].sum()),
        "clippedHighlights": float(shares[251:].sum()),
        "hash": np.packbits(bits, bitorder="little").tobytes().hex() if contrast[0, 0] > 0 else None,
        "camera": {
            "make": text(exif.get(0x010F)),
            "model": text(exif.get(0x0110)),
            "latitudeDeg": degrees(gps.get(2), gps.get(1)),
            "longitudeDeg": degrees(gps.get(4), gps.get(3)),
            "focalLengthMm": float(lens[0x920A]) if 0x920A in lens else None,
            "relativeAltitudeM": float(altitude) if altitude else None,
        },
    }


def text(value):
    return value.partition("\0")[0].strip() if value else None


def degrees(dms, ref):
    if not dms or not ref:
        return None
    value = float(dms[0]) + float(dms[1]) / 60 + float(dms[2]) / 3600
    return -value if ref in "SW" else value


def start():
    cv2.setNumThreads(1)


if __name__ == "__main__":
    processes, rows, *paths = sys.argv[1:]
    with multiprocessing.Pool(int(processes), start) as pool:
        with open(rows, "w") as file:
            json.dump(pool.map(measure, paths), file)
        print(json.dumps({"version": f"{cv2.__version__} (Pillow {PIL.__version__}, NumPy {np.__version__})"}), flush=True)
        for line in sys.stdin:
            started = time.perf_counter()
            for _ in pool.imap_unordered(measure, paths):
                pass
            print(json.dumps({"value": len(paths) / (time.perf_counter() - started)}), flush=True)
