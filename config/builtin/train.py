"""Trains the embedded network on drawn pictures and writes it as ONNX.

usage: train.py PICTURES.npy OUT.onnx [--steps 14000] [--batch 96] [--seed 1] [--threads 2]
                [--resume STATE.pt | --start WEIGHTS.pt]
PICTURES.npy comes from draw_pictures.py. Each step takes every picture of a batch twice: as it came or edited, and edited. The two
are pulled together and apart from all others (InfoNCE, temperature 0.07), and a spreading term (Sablayrolles et al.,
"Spreading vectors for similarity search", 2019) keeps nearest strangers apart. After a third of the steps half the batch is
made of pairs from one family, the hard negatives. The weights that are kept are a running average. Everything needed to go on is
in state.pt every 200 steps: a run that was stopped and resumed takes the same steps as one that was not. --start goes on from the
weights that an earlier training kept, with half the rate and hard negatives from the first step on.
Needs Debian's python3-torch, python3-onnx, python3-numpy, python3-pil; only training needs them.
"""
import argparse
import math
import os
import time

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

from draw_pictures import MEMBERS
from edit_pictures import INPUT, edited, original
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


def two_views(pictures):
    """Of half the pictures, the first view is the original: copies are mostly found beside one."""
    first = edited(pictures)
    unedited = torch.rand(len(pictures)) < 0.5
    first[unedited] = original(pictures[unedited])
    return torch.cat([first, edited(pictures)])


class Training:
    """A network under way, with all that its next step depends on."""

    def __init__(self, steps, weights=None):
        self.steps, self.step, self.starts_anew = steps, 0, weights is None
        self.network = Network()
        if weights is not None:
            self.network.load_state_dict(weights)
        self.network.to(memory_format=torch.channels_last)
        self.average = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.optimizer = torch.optim.AdamW(self.network.parameters(), 2e-3, weight_decay=1e-3)

    def state(self):
        return {"step": self.step, "starts_anew": self.starts_anew, "network": self.network.state_dict(), "average": self.average,
                "optimizer": self.optimizer.state_dict(), "torch": torch.get_rng_state(), "numpy": np.random.get_state()}

    def resume(self, state):
        self.step, self.average, self.starts_anew = state["step"], state["average"], state["starts_anew"]
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["torch"])
        np.random.set_state(state["numpy"])

    def take_step(self, pictures, batch):
        for group in self.optimizer.param_groups:
            group["lr"] = (2e-3 if self.starts_anew else 1e-3) * min(1, (self.step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * self.step / self.steps)) + 1e-5
        siblings = (self.step >= self.steps // 3 or not self.starts_anew) and self.step % 2 == 0
        views = two_views(batch_of(pictures, batch, siblings)).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            features = self.network(views)
        loss, hits = loss_of(F.normalize(features.float(), dim=1))
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.keep_average()
        self.step += 1
        return loss.item(), hits.item()

    @torch.no_grad()
    def keep_average(self):
        for name, value in self.network.state_dict().items():
            if value.dtype.is_floating_point:
                self.average[name].lerp_(value, AVERAGING if self.step > 300 else 1.0)
            else:
                self.average[name].copy_(value)

    def finished(self):
        self.network.load_state_dict(self.average)
        return self.network.eval()


def train(training, pictures, batch, log):
    start = time.time()
    while training.step < training.steps:
        loss, hits = training.take_step(pictures, batch)
        if training.step % 100 == 0 or training.step == training.steps:
            log(f"step {training.step} loss {loss:.3f} hits {hits:.3f} seconds {time.time() - start:.0f}")
        if training.step % 200 == 0:
            torch.save(training.state(), "state.pt.tmp")
            os.replace("state.pt.tmp", "state.pt")


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
    options.add_argument("--steps", type=int, default=14000)
    options.add_argument("--batch", type=int, default=96)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--resume")
    options.add_argument("--start")
    settings = options.parse_args()
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    np.random.seed(settings.seed)
    pictures = torch.from_numpy(np.load(settings.pictures)).permute(0, 3, 1, 2).contiguous()

    def log(line):
        print(line, flush=True)

    log(f"pictures {len(pictures)} steps {settings.steps} batch {settings.batch} seed {settings.seed} torch {torch.__version__}")
    training = Training(settings.steps, torch.load(settings.start) if settings.start else None)
    if settings.resume:
        training.resume(torch.load(settings.resume))
        log(f"resumed at step {training.step}")
    if settings.start:
        log("from the weights of an earlier training")
    train(training, pictures, settings.batch, log)
    network = training.finished()
    torch.save(network.state_dict(), f"{settings.out}.weights.pt")
    log(f"weights {sum(parameter.numel() for parameter in network.parameters())}")
    export(network, settings.out)


if __name__ == "__main__":
    main()
