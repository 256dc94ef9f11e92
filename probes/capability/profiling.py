"""A program profiled by the framework's own profiler, and what is written for TensorBoard to read.

Three products of matrices run under the profiler. The files that it writes are listed, then read: how many products
they hold, and how long these took. TensorFlow writes into the folder where TensorBoard's profile plug-in looks for
runs; so does Keras's TensorBoard callback for a batch of training. PyTorch writes a trace in a form of its own, by
a handler made for another plug-in of TensorBoard. To look at a profile takes TensorBoard and such a plug-in,
packages beside either framework: the versions that are installed here come last.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from probes.kit.observing import Observation

TITLE = "Profiles, and who can read them"
SUBJECT = "tools"

SIZE, PRODUCTS = 128, 3
Events = list[tuple[str, float]]


def written(profiled: Callable[[Path], None], pattern: str, read: Callable[[Path], Events]) -> Observation:
    """What a profiled program leaves in a folder: its files, their numbers as #, and the products recorded in them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profiled(folder)
        files = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
        events = [event for path in folder.glob(pattern) for event in read(path)]
    times = [microseconds for name, microseconds in events if re.search(r"\bMatMul\b|\baten::mm\b", name)]
    return {
        "files": [re.sub(r"\d[\d_]*", "#", file.as_posix()) for file in files],
        "where_the_plug_in_looks": sum(file.match("plugins/profile/*/*.xplane.pb") for file in files),
        "products": len(times),
        "microseconds": sum(times),
    }


def installed() -> dict[str, str | None]:
    """The versions of TensorBoard and of the plug-ins that show profiles, where they are installed."""
    names = ("tensorboard", "xprof", "tensorboard-plugin-profile", "torch-tb-profiler")
    found = {d.name.lower().replace("_", "-"): d.version for d in importlib.metadata.distributions() if d.name}
    return {name: found.get(name) for name in names}


def pytorch() -> Observation:
    """torch.profiler with the handler that writes for TensorBoard."""
    import torch

    def profiled(folder: Path) -> None:
        handler = torch.profiler.tensorboard_trace_handler(str(folder))
        matrix = torch.ones(SIZE, SIZE) @ torch.ones(SIZE, SIZE)  # the first product of all takes longer
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], on_trace_ready=handler):
            for _ in range(PRODUCTS):
                matrix = matrix @ matrix

    def read(file: Path) -> Events:
        events = json.loads(file.read_text(encoding="utf-8"))["traceEvents"]
        return [(event["name"], event["dur"]) for event in events if event.get("cat") == "cpu_op"]

    return {
        "by_profiler": lambda: written(profiled, "**/*.pt.trace.json", read),
        "by_callback_of_training": None,
        "installed": installed,
    }


def tensorflow() -> Observation:
    """tf.profiler.experimental, and Keras's callback."""
    import tensorflow as tf

    def profiled(folder: Path) -> None:
        matrix = tf.matmul(tf.ones((SIZE, SIZE)), tf.ones((SIZE, SIZE)))  # the first product of all takes longer
        tf.profiler.experimental.start(str(folder))
        for _ in range(PRODUCTS):
            matrix = tf.matmul(matrix, matrix)
        tf.profiler.experimental.stop()

    def trained(folder: Path) -> None:
        model = tf.keras.Sequential([tf.keras.Input((SIZE,)), tf.keras.layers.Dense(SIZE)])
        model.compile("sgd", "mse")
        rows = tf.ones((4, SIZE))
        callback = tf.keras.callbacks.TensorBoard(folder, profile_batch=2)
        model.fit(rows, rows, batch_size=1, epochs=1, verbose=0, callbacks=[callback])

    def read(file: Path) -> Events:
        from tensorflow.tsl.profiler.protobuf import xplane_pb2

        space = xplane_pb2.XSpace.FromString(file.read_bytes())
        return [
            (plane.event_metadata[event.metadata_id].name, event.duration_ps / 1e6)
            for plane in space.planes
            for line in plane.lines
            for event in line.events
        ]

    return {
        "by_profiler": lambda: written(profiled, "**/*.xplane.pb", read),
        "by_callback_of_training": lambda: written(trained, "**/*.xplane.pb", read),
        "installed": installed,
    }
