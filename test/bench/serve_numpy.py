"""The peers of `npm run bench -- serve`: what one writes with numpy. Prints JSON as its last line.

serve_numpy.py speed                                        how fast it multiplies, to choose the Python by
serve_numpy.py scan|cosine FEATURES.npy ROWS.json COUNT     asks for rows of a loaded matrix, one by one
serve_numpy.py classes TRAIN TEST                           nearest of TRAIN's rows to each of TEST's, by blocks
serve_numpy.py once INDEX VECTOR.npy COUNT                  the plain script: loads all shards, asks once
"""
import glob
import json
import os
import resource
import sys
import time

import numpy as np


def speed():
    a = np.random.default_rng(1).standard_normal((1500, 1500), dtype="f4")
    a @ a
    start = time.perf_counter()
    a @ a
    seconds = time.perf_counter() - start
    return {"version": np.__version__, "gigaflops": 2 * 1500**3 / seconds / 1e9}


def rows_of(file, rows_file, count, how):
    start = time.perf_counter()
    x = np.load(file)
    norms = np.linalg.norm(x, axis=1) if how == "cosine" else None
    loaded = time.perf_counter() - start

    def scan(q):
        d = np.linalg.norm(x - q, axis=1)
        best = np.argsort(d)[:count]
        return best, d[best]

    def cosine(q):
        c = x @ q / norms
        best = np.argsort(-c)[:count]
        return best, 1 - c[best] / np.linalg.norm(q)

    ask, seconds, answers = {"scan": scan, "cosine": cosine}[how], [], []
    with open(rows_file) as rows:
        asked = json.load(rows)
    ask(x[asked[0]])
    for row in asked:
        start = time.perf_counter()
        best, distances = ask(x[row])
        seconds.append(time.perf_counter() - start)
        answers.append({"row": row, "rows": best.tolist(), "distances": distances.tolist()})
    return {"openSeconds": loaded, "seconds": seconds, "answers": answers}


def shards(folder):
    names = sorted(glob.glob(os.path.join(folder, "*.features.npy")))
    ids = [np.load(name.replace(".features.npy", ".object_ids.npy")) for name in names]
    return np.concatenate([np.load(name) for name in names]), np.concatenate(ids)


def classes(train, test):
    (x, known), (queries, asked) = shards(train), shards(test)
    squares = np.einsum("ij,ij->i", x, x)
    nearest = []
    for first in range(0, len(queries), 500):
        # the square of the query is the same for all
        nearest.append((squares - 2 * (queries[first : first + 500] @ x.T)).argmin(1))
    nearest = known[np.concatenate(nearest)]
    return {"nearest": dict(zip(asked.tolist(), nearest.tolist()))}


def once(folder, vector, count):
    x, ids = shards(folder)
    d = np.linalg.norm(x - np.load(vector), axis=1)
    best = np.argsort(d)[:count]
    return {"answers": [[str(ids[i]), float(d[i])] for i in best]}


name, args = sys.argv[1], sys.argv[2:]
if name == "speed":
    result = speed()
elif name == "classes":
    result = classes(*args)
elif name == "once":
    result = once(args[0], args[1], int(args[2]))
else:
    result = rows_of(args[0], args[1], int(args[2]), name)
result["peakMegabytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(json.dumps(result))
