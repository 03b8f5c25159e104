"""Writes fixtures/letterbox.safetensors: images as the reference fits them into a network's input (OpenCV's bilinear)."""
import cv2
import numpy as np
from reference import VERSIONS
from seeded import words, write
from ultralytics.data.augment import LetterBox

EVERY = 29  # of the bytes, each 29th is kept
# Image width and height, then those of the input: odd paddings on both axes, enlarging, shrinking by much, equal, thin, one pixel.
CASES = [(100, 60, 96, 96), (37, 53, 96, 64), (641, 479, 320, 320), (200, 111, 64, 64), (96, 64, 96, 64), (333, 20, 160, 96),
         (7, 90, 64, 96), (1, 1, 32, 32), (150, 150, 224, 160), (1000, 563, 320, 192)]


def picture(key, width, height):
    """Blocks of 8 px and noise, three to one. `[H, W, 3]` bytes"""
    rows, columns = -(-height // 8), -(-width // 8)
    blocks = (words(f"{key}/blocks", rows * columns * 3) % np.uint32(256)).reshape(rows, columns, 3)
    noise = (words(f"{key}/noise", width * height * 3) % np.uint32(256)).reshape(height, width, 3)
    return ((blocks.repeat(8, 0).repeat(8, 1)[:height, :width] * np.uint32(3) + noise) >> np.uint32(2)).astype(np.uint8)


tensors = {}
for i, (w, h, width, height) in enumerate(CASES):
    fitted = LetterBox(new_shape=(height, width), auto=False, stride=32)(image=picture(f"letterbox/{i}", w, h))
    tensors[f"{i}"] = np.ascontiguousarray(fitted).reshape(-1)[::EVERY]
write("letterbox", tensors, {"by": f"{VERSIONS}, opencv {cv2.__version__}", "cases": CASES, "every": EVERY})
