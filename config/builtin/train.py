"""Trains the embedded network on drawn pictures and writes it as ONNX.

usage: train.py PICTURES.npy OUT.onnx [--steps 6400] [--batch 96] [--seed 1] [--threads 2]
PICTURES.npy comes from draw_pictures.py. Each step edits every picture of a batch twice; the two edits of one picture are
pulled together and apart from all others (InfoNCE, temperature 0.07), and a spreading term (Sablayrolles et al.,
"Spreading vectors for similarity search", 2019) keeps nearest strangers apart. After a third of the steps the batch is
made of pairs from one family, the hard negatives. The weights that are kept are a running average.
Needs Debian's python3-torch, python3-onnx, python3-numpy, python3-pil; only training needs them.
"""
import argparse
import math
import time

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

from draw_pictures import MEMBERS
from edit_pictures import INPUT, edited
from network import Network

TEMPERATURE, SPREADING, AVERAGING = 0.07, 0.3, 0.003


def loss_of(features):
    """features: (2n, dim), unit length; row i and row n + i are edits of one picture. Returns loss and share of hits."""
    n = len(features) // 2
    partner = torch.cat([torch.arange(n) + n, torch.arange(n)])
    cosine = features @ features.T
    logits = (cosine / TEMPERATURE).fill_diagonal_(-1e4)
    distance = torch.sqrt((2 - 2 * cosine).clamp(min=1e-6)) + 10 * torch.eye(2 * n)
    distance = distance + 10 * (partner[:, None] == torch.arange(2 * n)[None]).float()
    spreading = -torch.log(distance.min(1).values).mean()
    hits = (logits.argmax(1) == partner).float().mean()
    return F.cross_entropy(logits, partner) + SPREADING * spreading, hits


def batch_of(pictures, size, siblings):
    if not siblings:
        return pictures[torch.randint(0, len(pictures), (size,))]
    family = torch.randperm(len(pictures) // MEMBERS)[: size // 2]
    members = torch.rand(size // 2, MEMBERS).argsort(1)[:, :2]
    return pictures[(family[:, None] * MEMBERS + members).flatten()]


def train(pictures, steps, batch, log):
    network = Network()
    average = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=1e-3)
    start = time.time()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / steps)) + 1e-5
        chosen = batch_of(pictures, batch, siblings=step >= steps // 3)
        loss, hits = loss_of(network(torch.cat([edited(chosen), edited(chosen)])))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for name, value in network.state_dict().items():
                if value.dtype.is_floating_point:
                    average[name].lerp_(value, AVERAGING if step > 300 else 1.0)
                else:
                    average[name].copy_(value)
        if step % 100 == 0 or step == steps - 1:
            log(f"step {step} loss {loss.item():.3f} hits {hits.item():.3f} seconds {time.time() - start:.0f}")
        if step % 800 == 799:
            torch.save(average, "checkpoint.pt")
    network.load_state_dict(average)
    return network.eval()


def export(network, path):
    """Writes the network as ONNX: `image` float32 (n, 3, INPUT, INPUT) to `features` float32 (n, 256)."""
    axes = {"image": {0: "n"}, "features": {0: "n"}}
    torch.onnx.export(network, torch.rand(2, 3, INPUT, INPUT), path, input_names=["image"],
                      output_names=["features"], dynamic_axes=axes, opset_version=13)
    model = onnx.load(path)
    store_weights_as_float16(model.graph)
    model.producer_name, model.producer_version = "twinsift", "1"
    onnx.checker.check_model(model)
    onnx.save(model, path)


def store_weights_as_float16(graph):
    """Halves the file: large float32 constants become float16 with a Cast, which ONNX Runtime folds when it loads."""
    casts = []
    for constant in graph.initializer:
        values = numpy_helper.to_array(constant)
        if values.dtype == np.float32 and values.size > 64:
            name = constant.name
            constant.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + ".half"))
            casts.append(onnx.helper.make_node("Cast", [name + ".half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("pictures")
    options.add_argument("out")
    options.add_argument("--steps", type=int, default=6400)
    options.add_argument("--batch", type=int, default=96)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=2)
    settings = options.parse_args()
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    np.random.seed(settings.seed)
    pictures = torch.from_numpy(np.load(settings.pictures)).permute(0, 3, 1, 2).contiguous()

    def log(line):
        print(line, flush=True)

    log(f"pictures {len(pictures)} steps {settings.steps} batch {settings.batch} seed {settings.seed} torch {torch.__version__}")
    network = train(pictures, settings.steps, settings.batch, log)
    log(f"weights {sum(parameter.numel() for parameter in network.parameters())}")
    export(network, settings.out)


if __name__ == "__main__":
    main()
