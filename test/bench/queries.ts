/** FEATURES.npy WIDTH OUT.npy: a fixed random layer with ReLU over the rows, unit length. */
export const MAKE_LAYER = `
import sys, numpy as np
x = np.load(sys.argv[1], mmap_mode='r')
w = np.random.default_rng(3).standard_normal((x.shape[1], int(sys.argv[2])), dtype='f4') / 32
out = np.lib.format.open_memmap(sys.argv[3], 'w+', np.float32, (len(x), w.shape[1]))
for a in range(0, len(x), 5000):
    y = np.maximum(np.asarray(x[a:a+5000]) @ w, 0)
    out[a:a+5000] = y / np.linalg.norm(y, axis=1, keepdims=True)
out.flush()`;
