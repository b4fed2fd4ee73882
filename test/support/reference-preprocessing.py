"""The documented preprocessing of a preset by numpy and Pillow, which share nothing with the program's own.

stdin: JSON with files, preset and out. Writes the model's inputs, float32 (or float16), one picture after the other.
"""

import json
import sys

import numpy
from PIL import Image, ImageOps

KERNELS = {"linear": Image.BILINEAR, "cubic": Image.BICUBIC, "lanczos3": Image.LANCZOS}


def on_white(path):
    """Upright, RGB, transparency laid on white."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def resized(picture, preset):
    size = (preset["width"], preset["height"])
    kernel = KERNELS[preset["kernel"]]
    if preset["resize"] == "squash":
        return picture.resize(size, kernel)
    if preset["resize"] == "pad":
        scale = min(size[i] / picture.size[i] for i in (0, 1))
        inner = picture.resize([max(1, round(side * scale)) for side in picture.size], kernel)
        whole = Image.new("RGB", size, (127, 127, 127))
        whole.paste(inner, tuple((size[i] - inner.size[i]) // 2 for i in (0, 1)))
        return whole
    scale = preset["cropFrom"] / min(picture.size)
    larger = picture.resize([round(side * scale) for side in picture.size], kernel)
    left, top = ((larger.size[i] - size[i]) // 2 for i in (0, 1))
    return larger.crop((left, top, left + size[0], top + size[1]))


def model_input(path, preset):
    pixels = numpy.asarray(resized(on_white(path), preset)).astype(numpy.float64)
    if preset["channels"] == "bgr":
        pixels = pixels[:, :, ::-1]
    values = (pixels - numpy.array(preset["mean"])) / numpy.array(preset["deviation"])
    return values.transpose(2, 0, 1) if preset["layout"] == "nchw" else values


request = json.load(sys.stdin)
inputs = [model_input(path, request["preset"]) for path in request["files"]]
numpy.stack(inputs).astype(request["type"]).tofile(request["out"])
print("[]")
