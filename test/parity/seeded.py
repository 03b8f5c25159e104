"""What both sides draw alike: the random stream of src/core/random.ts in NumPy, and the values made from it (see seeded.ts)."""
import json, pathlib, struct
import numpy as np

FIXTURES = pathlib.Path(__file__).with_name("fixtures")
MASK = 0xFFFFFFFF


def hash32(text):
    """FNV-1a with a final avalanche, as in src/core/random.ts."""
    h = 0x811C9DC5
    for byte in text.encode("ascii"):
        h = ((h ^ byte) * 0x01000193) & MASK
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & MASK
    return h ^ (h >> 16)


def words(key, count):
    """The first `count` 32-bit words of the stream named `key` (Mulberry32)."""
    with np.errstate(over="ignore"):
        s = np.uint32(hash32(key)) + np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
        t = (s ^ (s >> np.uint32(15))) * (s | np.uint32(1))
        t = t ^ (t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61)))
        return t ^ (t >> np.uint32(14))


def uniform(key, shape, low=0.0, high=1.0):
    """Uniform in [low, high), f64."""
    count = int(np.prod(shape))
    return (low + (high - low) * (words(key, count) / 4294967296.0)).reshape(shape)


def signs(key, count):
    """16 directions of +1 and -1: direction k of element i is bit 16 + k of word i. `[16, count]` f32"""
    bits = words(key, count) >> np.uint32(16)
    return np.stack([((bits >> np.uint32(k)) & np.uint32(1)).astype(np.float32) * 2 - 1 for k in range(16)])


def images(key, batch, height, width):
    """`[B, 3, H, W]` in [0, 1]: 8 px blocks, so that deep layers see something, and noise. f32"""
    blocks = uniform(f"{key}/blocks", (batch, 3, height // 8, width // 8))
    noise = uniform(f"{key}/noise", (batch, 3, height, width))
    return (0.7 * blocks.repeat(8, axis=2).repeat(8, axis=3) + 0.3 * noise).astype(np.float32)


def weight(key, name, shape):
    """Values of one tensor of the model by its name; chosen so that signals neither die nor explode and every term matters."""
    part = name.split(".")[-1]
    own = f"{key}/{name}"
    head = name.startswith("model.23.cv") and ".conv." not in name and ".bn." not in name
    if head and part == "bias":
        return uniform(own, shape, -2.0, 2.0) if ".cv2." in name else uniform(own, shape, -4.0, 0.0)
    if part == "weight" and len(shape) == 4:
        gain = (2.0 if ".cv2." in name else 1.0) if head else 1.0
        bound = gain * np.sqrt(3.0 / np.prod(shape[1:]))
        return uniform(own, shape, -bound, bound)
    low, high = {"weight": (0.8, 1.2), "bias": (-0.3, 0.3), "running_mean": (-0.2, 0.2), "running_var": (0.3, 0.6)}[part]
    return uniform(own, shape, low, high)


def write(name, tensors, source):
    """fixtures/<name>.safetensors: little-endian f32 tensors; `source` (any JSON value) tells what made them."""
    header, blobs, at = {"__metadata__": {"source": json.dumps(source)}}, [], 0
    for key, value in tensors.items():
        data = np.ascontiguousarray(value, dtype="<f4")
        header[key] = {"dtype": "F32", "shape": list(data.shape), "data_offsets": [at, at + data.nbytes]}
        blobs.append(data.tobytes())
        at += data.nbytes
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    FIXTURES.mkdir(exist_ok=True)
    path = FIXTURES / f"{name}.safetensors"
    path.write_bytes(struct.pack("<Q", len(head)) + head + b"".join(blobs))
    print(f"{path.name}: {path.stat().st_size // 1024} KiB")
