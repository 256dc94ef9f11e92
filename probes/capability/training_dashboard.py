"""A training run in TensorBoard: its metrics, the graph of its model, and histograms of its weights.

Three epochs are logged, and what TensorBoard would draw is read back with its own reader and graph plugin. Loss and
accuracy must be those of the training, the graph must have the layers, and each epoch must have a histogram of each
weight in which all 19 values are counted. TensorBoard is a package of its own, which neither framework installs and
both import; the framework's part is what writes the files. Keras logs by a callback; PyTorch's writer,
`torch.utils.tensorboard`, is called from the training loop.
"""

from __future__ import annotations

import importlib.util
import re
import tempfile
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "A training run in TensorBoard"
SUBJECT = "tools"
SLOW = True  # where TensorFlow is installed, TensorBoard imports it in PyTorch's half too

INPUTS = np.random.default_rng(0).normal(size=(32, 4)).astype(np.float32)
TARGETS = (INPUTS.sum(axis=1, keepdims=True) > 0).astype(np.float32)
LAYERS = ("hidden", "output")
EPOCHS = 3


def folder() -> str:
    """A new folder for logs."""
    return tempfile.mkdtemp(dir=".")


def version() -> str:
    """TensorBoard's version."""
    import tensorboard

    return f"TensorBoard {tensorboard.__version__}"


def reader(logs: str) -> tuple[Any, Any]:
    """TensorBoard's reader of a folder of logs, and the context that its methods ask for."""
    from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.context import RequestContext

    runs = EventMultiplexer().AddRunsFromDirectory(logs)
    runs.Reload()
    return MultiplexerDataProvider(runs, logs), RequestContext()


def shown(logs: str, plugin: str) -> dict[str, list[Any]]:
    """The points of all that TensorBoard shows under Scalars or Histograms."""
    provider, context = reader(logs)
    read = provider.read_scalars if plugin == "scalars" else provider.read_tensors
    runs = read(context, experiment_id="", plugin_name=plugin, downsample=100)
    return {tag: list(points) for tags in runs.values() for tag, points in tags.items()}


def compared(logs: str, trained: dict[str, list[float]]) -> Observation:
    """How far the metrics that are shown are from those of the training."""
    tags = shown(logs, "scalars")
    values = {metric: [point.value for tag in tags if metric in tag for point in tags[tag]] for metric in trained}
    return {metric: float(np.abs(np.subtract(values[metric], trained[metric])).max()) for metric in trained}


def histograms(logs: str) -> Observation:
    """Of how many weights there are histograms, at least how many of each, and how many values an epoch's count."""
    tags = list(shown(logs, "histograms").values())
    counted = [sum(round(points[epoch].numpy[:, 2].sum()) for points in tags) for epoch in range(EPOCHS)]
    return {"weights": len(tags), "epochs": min(len(points) for points in tags), "values": min(counted)}


def layers_drawn(logs: str) -> list[str]:
    """The layers that stand in what the graph plugin draws."""
    from tensorboard.plugins.base_plugin import TBContext
    from tensorboard.plugins.graph.graphs_plugin import GraphsPlugin

    provider, context = reader(logs)
    plugin = GraphsPlugin(TBContext(data_provider=provider, logdir=logs))
    drawn = ""
    for run, graphs in plugin.info_impl(context, experiment="").items():
        tags = [tag for tag, kind in graphs["tags"].items() if kind["conceptual_graph"]]
        drawn += "".join(plugin.graph_impl(context, run, tag, True, "")[0] for tag in tags)
        drawn += plugin.graph_impl(context, run, None, False, "")[0] if graphs["run_graph"] else ""
    nodes = re.findall(r'name: "([^"]+)"', drawn)
    return [layer for layer in LAYERS if any(layer in node for node in nodes)]


def pytorch() -> Observation:
    """SummaryWriter, called from the loop."""
    import torch

    torch.manual_seed(0)
    inputs, targets = torch.from_numpy(INPUTS), torch.from_numpy(TARGETS)
    model = torch.nn.Sequential()
    model.add_module("hidden", torch.nn.Linear(4, 3))
    model.add_module("output", torch.nn.Linear(3, 1))

    def writer() -> Any:
        from torch.utils.tensorboard import SummaryWriter

        return SummaryWriter(folder())

    def trained(log: Any) -> tuple[str, dict[str, list[float]]]:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        history: dict[str, list[float]] = {"loss": [], "accuracy": []}
        with writer() as board:
            for epoch in range(EPOCHS):
                outputs = model(inputs)
                loss = torch.nn.functional.binary_cross_entropy_with_logits(outputs, targets)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                history["loss"].append(loss.item())
                history["accuracy"].append(((outputs > 0) == targets).float().mean().item())
                log(board, epoch, history)
        return board.log_dir, history

    def log_metrics(board: Any, epoch: int, history: dict[str, list[float]]) -> None:
        for metric, values in history.items():
            board.add_scalar(metric, values[-1], epoch)

    def log_weights(board: Any, epoch: int, _: object) -> None:
        for name, weight in model.named_parameters():
            board.add_histogram(name, weight, epoch)

    def graph() -> list[str]:
        with writer() as board:
            board.add_graph(model, inputs)
        return layers_drawn(board.log_dir)

    return {
        "tensorboard": version,
        "own_part": lambda: getattr(importlib.util.find_spec("torch.utils.tensorboard"), "name", "none"),
        "metrics_off_by": lambda: compared(*trained(log_metrics)),
        "layers_drawn": graph,
        "histograms": lambda: histograms(trained(log_weights)[0]),
    }


def tensorflow() -> Observation:
    """Keras's TensorBoard callback."""
    import tensorflow as tf

    tf.keras.utils.set_random_seed(0)
    layers = [tf.keras.Input([4]), tf.keras.layers.Dense(3, name="hidden"), tf.keras.layers.Dense(1, name="output")]
    model = tf.keras.Sequential(layers)
    loss = tf.keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=[tf.keras.metrics.BinaryAccuracy("accuracy", threshold=0)])

    def trained(**settings: Any) -> tuple[str, dict[str, list[float]]]:
        board = tf.keras.callbacks.TensorBoard(folder(), **settings)
        history = model.fit(INPUTS, TARGETS, batch_size=32, epochs=EPOCHS, verbose=0, callbacks=[board]).history
        return board.log_dir, history

    return {
        "tensorboard": version,
        "own_part": lambda: tf.keras.callbacks.TensorBoard.__module__,
        "metrics_off_by": lambda: compared(*trained(write_graph=False)),
        "layers_drawn": lambda: layers_drawn(trained()[0]),
        "histograms": lambda: histograms(trained(write_graph=False, histogram_freq=1)[0]),
    }
