"""Writes neighbour-frames.json: what exiftool reads of the photographs, and where pairs of them show the same ground.

Needs exiftool, numpy and opencv-python-headless. Usage: neighbour_frames.py FOLDER_OF_RAW_DRONE_JPEGS
"""
import json
import os
import subprocess
import sys
from glob import glob

import cv2
import numpy as np

WIDTH, HEIGHT = 1280, 720
# Of one flight, and the fewest matches that agree on how the picture moved.
FLIGHTS = {"brighton": 100, "minsk": 25}
TAGS = ["GPSLatitude", "GPSLongitude", "RelativeAltitude", "GimbalPitchDegree", "GimbalYawDegree", "GimbalRollDegree",
        "FlightYawDegree", "FocalLength", "Software"]

files = sorted(glob(os.path.join(sys.argv[1], "*", "*.JPG")), key=os.path.basename)
read = json.loads(subprocess.check_output(["exiftool", "-n", "-json", *[f"-{tag}" for tag in TAGS], *files]))
images = {os.path.basename(row.pop("SourceFile")): {k: v if k == "Software" else float(v) for k, v in row.items()} for row in read}

sift, matcher, features = cv2.SIFT_create(6000), cv2.BFMatcher(), {}
for file in files:
    grey = cv2.resize(cv2.imread(file, cv2.IMREAD_GRAYSCALE), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    features[os.path.basename(file)] = sift.detectAndCompute(grey, None)

pairs, names = [], list(features)
for i, a in enumerate(names):
    for b in names[i + 1:]:
        flight = a.split("_")[0]
        if not b.startswith(flight):
            continue
        least = FLIGHTS[flight]
        (points_a, words_a), (points_b, words_b) = features[a], features[b]
        good = [m for m, n in matcher.knnMatch(words_a, words_b, k=2) if m.distance < 0.75 * n.distance]
        if len(good) < least:
            continue
        in_a = np.float32([points_a[m.queryIdx].pt for m in good])
        in_b = np.float32([points_b[m.trainIdx].pt for m in good])
        cv2.setRNGSeed(0)
        motion, kept = cv2.findHomography(in_a, in_b, cv2.RANSAC, 3)
        kept = kept[:, 0] > 0
        if kept.sum() < least:
            continue
        in_a, in_b = in_a[kept], in_b[kept]
        similar, _ = cv2.estimateAffinePartial2D(in_a, in_b, ransacReprojThreshold=10)
        turn = float(np.degrees(np.arctan2(similar[1, 0], similar[0, 0])))
        # The match nearest to the middle of all: a mean of points is no point of both pictures when they are oblique.
        middle = int(np.argmin(np.linalg.norm(in_a - in_a.mean(0), axis=1)))
        pairs.append({"a": a, "b": b, "inliers": int(kept.sum()), "turnDeg": round(turn, 2),
                      "pointPxA": [round(float(v), 2) for v in in_a[middle]], "pointPxB": [round(float(v), 2) for v in in_b[middle]]})

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "neighbour-frames.json"), "w") as out:
    rows = ",\n".join(f'    {json.dumps(name)}: {json.dumps(row)}' for name, row in images.items())
    lines = ",\n".join(f"    {json.dumps(pair)}" for pair in pairs)
    out.write(f'{{\n  "width": {WIDTH},\n  "height": {HEIGHT},\n  "images": {{\n{rows}\n  }},\n  "pairs": [\n{lines}\n  ]\n}}\n')
