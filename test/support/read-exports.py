"""Reads the files of an export as the tools that they are for do, or as close to it as Python's own library comes."""
import json
import re
import sys
from xml.etree import ElementTree


def label_studio(files):
    config = ElementTree.fromstring(files["labeling-config.xml"])
    return {
        "tasks": json.loads(files["tasks.json"]),
        "choices": [choice.get("value") for choice in config.iter("Choice")],
        "controls": [[element.tag, element.get("toName")] for element in config if element.get("toName")],
    }


def cvat(files):
    # CVAT's manifest is read line by line, in Python's text mode
    lines = re.split("\r\n|\r|\n", files["manifest.jsonl"])
    assert lines.pop() == ""
    root = ElementTree.fromstring(files["annotations.xml"].encode())
    labels = root.findall("./meta/task/labels/label")
    return {
        "manifest": [json.loads(line) for line in lines],
        "files": files["files.txt"].split("\n")[:-1],
        "labels": json.loads(files["labels.json"]),
        "version": root.findtext("version"),
        "xmlLabels": [label.findtext("name") for label in labels],
        "images": [
            {
                **image.attrib,
                "tags": [
                    {"label": tag.get("label"), "values": {each.get("name"): each.text or "" for each in tag}}
                    for tag in image.findall("tag")
                ],
            }
            for image in root.findall("image")
        ],
    }


def yolo(files):
    import yaml

    # as Ultralytics does before it parses
    text = re.sub("[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+", "", files["data.yaml"])
    return {"data": yaml.safe_load(text), "images": files["candidates.txt"].strip().splitlines()}


def coco(files):
    import contextlib
    import os
    import tempfile

    from pycocotools.coco import COCO

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        path = os.path.join(folder, "instances.json")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(files["instances.json"])
        dataset = COCO(path)
        return {
            "images": dataset.loadImgs(dataset.getImgIds()),
            "categories": dataset.loadCats(dataset.getCatIds()),
            "annotations": dataset.getAnnIds(),
        }


def fiftyone(files):
    samples = json.loads(files["samples.json"])["samples"]
    return {
        "metadata": json.loads(files["metadata.json"]),
        "samples": samples,
        "types": [{name: type(value).__name__ for name, value in sample.items()} for sample in samples],
    }


READERS = {"label-studio": label_studio, "cvat": cvat, "yolo": yolo, "coco": coco, "fiftyone": fiftyone}

given = json.load(sys.stdin)
print(json.dumps(READERS[given["format"]](given["files"])))
