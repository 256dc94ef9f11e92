"""Images, text, sound and embeddings in TensorBoard.

One of each is logged, and read back with what TensorBoard's pages get: an image and a sound as the file that a browser
would show or play, a text as it stands, and embeddings as the projector gets them. That page reduces them to two or
three dimensions in the browser; its script is searched for the names of the ways to do so. `off_by` compares with what
was logged; an image is kept to the byte, a sound to 16 bits. PyTorch's writer has a method for each. TensorFlow has
three of them in `tf.summary`, and the projector's own module.
"""

from __future__ import annotations

import io
import json
import tempfile
import wave
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Images, text, sound and embeddings in TensorBoard"
SUBJECT = "tools"
SLOW = True  # where TensorFlow is installed, TensorBoard imports it in PyTorch's half too

IMAGE = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
SOUND = (np.sin(2 * np.pi * 440 * np.arange(4000) / 8000) / 2).astype(np.float32)
TEXT = "The loss fell."
WORDS = ["king", "queen", "apple"]
VECTORS = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)


def context(logs: str) -> Any:
    """What TensorBoard gives its pages for a folder of logs."""
    from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.plugins.base_plugin import TBContext

    runs = EventMultiplexer().AddRunsFromDirectory(logs)
    runs.Reload()
    return TBContext(data_provider=MultiplexerDataProvider(runs, logs), logdir=logs)


def blob(logs: str, plugin: str) -> bytes:
    """The last file that is logged for a page."""
    from tensorboard.context import RequestContext

    provider, asked = context(logs).data_provider, RequestContext()
    runs = provider.read_blob_sequences(asked, experiment_id="", plugin_name=plugin, downsample=1)
    point = next(points[0] for tags in runs.values() for points in tags.values())
    return bytes(provider.read_blob(asked, blob_key=point.values[-1].blob_key))


def version() -> str:
    """TensorBoard's version."""
    import tensorboard

    return f"TensorBoard {tensorboard.__version__}"


def image(logs: str) -> float:
    """The largest difference of the image that is shown."""
    from PIL import Image

    return float(np.abs(np.asarray(Image.open(io.BytesIO(blob(logs, "images"))), dtype=int) - IMAGE).max())


def sound(logs: str) -> float:
    """The largest difference of the sound that is played."""
    with wave.open(io.BytesIO(blob(logs, "audio"))) as played:
        samples = np.frombuffer(played.readframes(played.getnframes()), dtype="<i2")
    return float(np.abs(samples / 32767 - SOUND).max())


def text(logs: str) -> str:
    """The text that is shown."""
    from tensorboard.context import RequestContext

    runs = context(logs).data_provider.read_tensors(
        RequestContext(), experiment_id="", plugin_name="text", downsample=1
    )
    return str(next(points[0].numpy.item().decode() for tags in runs.values() for points in tags.values()))


def embeddings(logs: str) -> Observation:
    """The vectors and their labels as the projector gets them."""
    from tensorboard.plugins.projector.projector_plugin import ProjectorPlugin
    from werkzeug.test import Client

    pages = ProjectorPlugin(context(logs)).get_plugin_apps()
    info = json.loads(Client(pages["/info"]).get("/?run=.").data)
    asked = {"run": ".", "name": info["embeddings"][0]["tensorName"]}
    tensor = Client(pages["/tensor"]).get("/", query_string=asked).data
    labels = Client(pages["/metadata"]).get("/", query_string=asked).text
    script = Client(pages["/projector_binary.js"]).get("/").text
    return {
        "off_by": float(np.abs(np.frombuffer(tensor, dtype=np.float32).reshape(VECTORS.shape) - VECTORS).max()),
        "labels": labels.split(),
        "ways_to_project": [way for way in ("PCA", "t-SNE", "UMAP") if way in script],
    }


def pytorch() -> Observation:
    """SummaryWriter."""
    import torch

    def logged(method: str, *values: Any, **more: Any) -> str:
        from torch.utils.tensorboard import SummaryWriter

        with SummaryWriter(tempfile.mkdtemp(dir=".")) as writer:
            getattr(writer, method)(*values, **more)
            return str(writer.log_dir)

    return {
        "tensorboard": version,
        "image_off_by": lambda: image(logged("add_image", "image", IMAGE, dataformats="HWC")),
        "text": lambda: text(logged("add_text", "text", TEXT)),
        "sound_off_by": lambda: sound(logged("add_audio", "sound", torch.from_numpy(SOUND)[None], sample_rate=8000)),
        "embeddings": lambda: embeddings(logged("add_embedding", torch.from_numpy(VECTORS), metadata=WORDS)),
    }


def tensorflow() -> Observation:
    """tf.summary, and a checkpoint with a configuration of the projector."""
    import tensorflow as tf

    def logged(kind: str, value: Any, **more: Any) -> str:
        logs = tempfile.mkdtemp(dir=".")
        with tf.summary.create_file_writer(logs).as_default():
            getattr(tf.summary, kind)(kind, value, step=0, **more)
        return logs

    def projected() -> Observation:
        from tensorboard.plugins import projector

        logs = tempfile.mkdtemp(dir=".")
        tf.train.Checkpoint(vectors=tf.Variable(VECTORS)).save(f"{logs}/vectors.ckpt")
        Path(logs, "words.tsv").write_text("\n".join(WORDS) + "\n")
        config = projector.ProjectorConfig()
        config.embeddings.add(tensor_name="vectors/.ATTRIBUTES/VARIABLE_VALUE", metadata_path="words.tsv")
        projector.visualize_embeddings(logs, config)
        return embeddings(logs)

    return {
        "tensorboard": version,
        "image_off_by": lambda: image(logged("image", IMAGE[None])),
        "text": lambda: text(logged("text", TEXT)),
        "sound_off_by": lambda: sound(logged("audio", SOUND[None, :, None], sample_rate=8000)),
        "embeddings": projected,
    }
