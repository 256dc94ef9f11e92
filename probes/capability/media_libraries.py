"""Audio, text and images: what the framework can do itself, and one operation of an extension library for each.

By itself: an image is halved, a tone is split into its frequencies, the words of a text are put into a tensor, and the
vectors of words are averaged. With an extension library: an image is halved too, a tone is brought to half its sampling
rate, and a text is split into words. Each result is compared with NumPy or with what is known of it. What needs a
library that is not installed stays open: it says nothing of the framework.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Audio, text and images"
SUBJECT = "media"

IMAGE = np.random.default_rng(0).random((8, 8, 3), dtype=np.float32)
HALVED = IMAGE.reshape(4, 2, 4, 2, 3).mean(axis=(1, 3))
TONE = np.sin(2 * np.pi * 500 * np.arange(8000) / 8000).astype(np.float32)
TONE_AT_HALF_RATE = np.sin(2 * np.pi * 500 * np.arange(4000) / 4000)
WORDS = ["sparse", "tensors", "are", "tensors"]
VOCABULARY = ["are", "sparse", "tensors"]
VECTORS = np.random.default_rng(1).random((3, 5), dtype=np.float32)
MEANING = VECTORS[[1, 2, 0, 2]].mean(axis=0)


def far(found: Any, exact: Any) -> float:
    """The largest difference of two arrays."""
    return float(np.abs(np.subtract(found, exact, dtype=np.float64)).max())


def apart(found: Any) -> float:
    """The largest difference from the tone at half the rate, without the ends, where a filter lacks samples."""
    return far(np.asarray(found)[200:-200], TONE_AT_HALF_RATE[200:-200])


def loudest(spectrum: Any) -> float:
    """The frequency of the tone, from the magnitudes of 200 frequencies up to 4000 Hz and zero."""
    return float(np.asarray(spectrum).argmax() * 20)


def pytorch() -> Observation:
    """torch itself; TorchVision, TorchAudio and TorchText."""
    import torch

    def halved() -> Any:
        channels_first = torch.from_numpy(IMAGE).permute(2, 0, 1)[None]
        return torch.nn.functional.interpolate(channels_first, scale_factor=0.5, mode="bilinear")[0].permute(1, 2, 0)

    def averaged() -> Any:
        bag = torch.nn.EmbeddingBag.from_pretrained(torch.from_numpy(VECTORS), mode="mean")
        return bag(torch.tensor([[VOCABULARY.index(word) for word in WORDS]]))[0]

    def held() -> str:
        return str(torch.tensor(WORDS).dtype)

    def frequency() -> float:
        window = torch.hann_window(400)
        return loudest(torch.stft(torch.from_numpy(TONE), 400, window=window, return_complex=True).abs().mean(1))

    def halved_by_library() -> Any:
        from torchvision.transforms.v2 import functional

        channels_first = torch.from_numpy(IMAGE).permute(2, 0, 1)
        return functional.resize(channels_first, [4, 4], antialias=False).permute(1, 2, 0)

    def resampled() -> Any:
        from torchaudio.functional import resample

        return resample(torch.from_numpy(TONE), 8000, 4000)

    def split() -> list[str]:
        from torchtext.data.utils import get_tokenizer

        return list(get_tokenizer("basic_english")(" ".join(WORDS)))

    return {
        "own": {
            "image_off_by": lambda: far(halved(), HALVED),
            "audio_hertz": frequency,
            "text_held_as": held,
            "text_off_by": lambda: far(averaged(), MEANING),
        },
        "library": {
            "image_off_by": lambda: far(halved_by_library(), HALVED),
            "audio_off_by": lambda: apart(resampled()),
            "text_words": split,
        },
    }


def tensorflow() -> Observation:
    """tensorflow itself; KerasHub, TensorFlow I/O and TensorFlow Text."""
    import tensorflow as tf

    def averaged() -> Any:
        lookup = tf.keras.layers.StringLookup(vocabulary=VOCABULARY, num_oov_indices=0)
        return tf.reduce_mean(tf.nn.embedding_lookup(VECTORS, lookup(tf.strings.split(" ".join(WORDS)))), axis=0)

    def frequency() -> float:
        return loudest(tf.reduce_mean(tf.abs(tf.signal.stft(TONE, 400, 100, 400)), axis=0))

    def halved_by_library() -> Any:
        from keras_hub.layers import ImageConverter

        return ImageConverter(image_size=(4, 4), interpolation="bilinear")(IMAGE[None])[0]

    def resampled() -> Any:
        import tensorflow_io as tfio

        return tfio.audio.resample(TONE[:, None], 8000, 4000)[:, 0]

    def split() -> list[str]:
        import tensorflow_text as tf_text

        return [word.decode() for word in tf_text.WhitespaceTokenizer().tokenize(" ".join(WORDS)).numpy()]

    return {
        "own": {
            "image_off_by": lambda: far(tf.image.resize(IMAGE, (4, 4)), HALVED),
            "audio_hertz": frequency,
            "text_held_as": lambda: tf.constant(WORDS).dtype.name,
            "text_off_by": lambda: far(averaged(), MEANING),
        },
        "library": {
            "image_off_by": lambda: far(halved_by_library(), HALVED),
            "audio_off_by": lambda: apart(resampled()),
            "text_words": split,
        },
    }
