"""The steps before the model as they are most often written in Python: Pillow opens, decodes and scales, numpy makes the input.

stdin: JSON with files, width, height, layout, mean, deviation and cores. Prints seconds an image, of one process and of all cores.
"""

import json
import multiprocessing
import sys
import time

import numpy
from PIL import Image

task = json.load(sys.stdin)
MEAN = numpy.array(task["mean"], dtype=numpy.float32)
DEVIATION = numpy.array(task["deviation"], dtype=numpy.float32)


def model_input(path):
    picture = Image.open(path).convert("RGB").resize((task["width"], task["height"]), Image.BILINEAR)
    values = (numpy.asarray(picture, dtype=numpy.float32) - MEAN) / DEVIATION
    return numpy.ascontiguousarray(values.transpose(2, 0, 1)) if task["layout"] == "nchw" else values


def prepare(path):
    # the input itself stays in the process, so that no time is lost with sending it
    return model_input(path).shape


files = task["files"]
for file in files[:10]:
    prepare(file)
start, processor = time.perf_counter(), time.process_time()
for file in files:
    prepare(file)
one, one_processor = time.perf_counter() - start, time.process_time() - processor

with multiprocessing.Pool(task["cores"]) as pool:
    pool.map(prepare, files[: 10 * task["cores"]], chunksize=10)
    start = time.perf_counter()
    pool.map(prepare, files, chunksize=max(1, len(files) // (8 * task["cores"])))
    whole = time.perf_counter() - start

print(json.dumps({
    "seconds": one / len(files),
    "processorSeconds": one_processor / len(files),
    "allCoresSeconds": whole / len(files),
}))
