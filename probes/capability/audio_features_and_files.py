"""The audio libraries: features, datasets and files.

Features of a tone of 440 Hz: the loudest band of a mel spectrogram must be the one around it, and a cepstrum has 13
numbers for each stretch of time. The datasets are listed, and one of them is read with a made recording in its place.
Files are written and read back in three formats, of which WAV and FLAC must keep the samples and MP3 the tone.
TorchAudio leaves files to TorchCodec; TensorFlow reads WAV, and TensorFlow I/O more formats.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Audio libraries: features, datasets and files"
SUBJECT = "media"

RATE, FRAME, STEP, BANDS = 16_000, 400, 160, 40
TONE = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32) / 2
MEL_OF_TONE, MEL_OF_NYQUIST = (float(np.log1p(hertz / 700)) for hertz in (440, RATE / 2))
LOUDEST = round(MEL_OF_TONE / MEL_OF_NYQUIST * (BANDS + 1)) - 1


def bands_apart(mel: Any) -> int:
    """How many bands the loudest one is away from the one around the tone."""
    return abs(int(np.asarray(mel).mean(axis=1).argmax()) - LOUDEST)


def apart(found: Any) -> float:
    """The largest difference of a sound from the tone."""
    return float(np.abs(np.asarray(found) - TONE).max())


def heard(found: Any) -> float:
    """The frequency of a sound, from half a second in the middle of it."""
    return float(np.abs(np.fft.rfft(np.asarray(found)[4000:12000])).argmax() * 2)


def pytorch() -> Observation:
    """TorchAudio, and TorchCodec for the files."""
    import torch

    tone = torch.from_numpy(TONE)
    frames = {"n_fft": FRAME, "hop_length": STEP, "center": False}

    def library() -> str:
        import torchaudio

        return f"TorchAudio {torchaudio.__version__}"

    def library_of_files() -> str:
        import torchcodec

        return f"TorchCodec {torchcodec.__version__}"

    def mel() -> Any:
        from torchaudio.transforms import MelSpectrogram

        return MelSpectrogram(RATE, n_mels=BANDS, **frames)(tone)

    def cepstrum() -> Any:
        from torchaudio.transforms import MFCC

        return MFCC(RATE, n_mfcc=13, melkwargs={"n_mels": BANDS, **frames})(tone)

    def datasets() -> list[str]:
        from torchaudio import datasets

        return sorted(datasets.__all__)

    def through(name: str) -> Any:
        import torchaudio

        torchaudio.save(name, tone[None], RATE)
        return torchaudio.load(name)[0][0]

    def one_read() -> Observation:
        from torchaudio.datasets import YESNO

        Path("made", "waves_yesno").mkdir(parents=True, exist_ok=True)
        through("made/waves_yesno/0_1_0_1_0_1_0_1.wav")
        recording, _, words = YESNO("made")[0]
        return {"samples": recording.numel(), "words": list(words)}

    return {
        "library": library,
        "mel_bands_apart": lambda: bands_apart(mel()),
        "cepstrum": lambda: list(cepstrum().shape),
        "datasets": {"names": datasets, "one_read": one_read},
        "files": {
            "library": library_of_files,
            "wav_off_by": lambda: apart(through("tone.wav")),
            "flac_off_by": lambda: apart(through("tone.flac")),
            "mp3_hertz": lambda: heard(through("tone.mp3")),
        },
    }


def tensorflow() -> Observation:
    """Keras, tf.signal, tf.audio, TensorFlow Datasets and TensorFlow I/O."""
    import tensorflow as tf

    def library() -> str:
        import tensorflow_io

        return f"TensorFlow I/O {tensorflow_io.__version__}"

    def mel() -> Any:
        layer = tf.keras.layers.MelSpectrogram(FRAME, STEP, num_mel_bins=BANDS, min_freq=0, sampling_rate=RATE)
        return layer(TONE[None])[0]

    def cepstrum() -> Any:
        return tf.transpose(tf.signal.mfccs_from_log_mel_spectrograms(tf.transpose(mel()))[:, :13])

    def datasets() -> list[str]:
        import tensorflow_datasets as tfds

        modules = {name: tfds.builder_cls(name).__module__ for name in tfds.list_builders()}
        return sorted(name for name, module in modules.items() if module.startswith("tensorflow_datasets.audio"))

    def one_read() -> Observation:
        import tensorflow_datasets as tfds

        with tfds.testing.mock_data(num_examples=1):
            example = next(iter(tfds.load("yes_no", split="train")))
        return {"samples": int(tf.size(example["audio"])), "words": example["label"].numpy().tolist()}

    def wav() -> Any:
        tf.io.write_file("tone.wav", tf.audio.encode_wav(TONE[:, None], RATE))
        return tf.audio.decode_wav(tf.io.read_file("tone.wav")).audio[:, 0]

    def flac() -> Any:
        import tensorflow_io as tfio

        tf.io.write_file("tone.flac", tfio.audio.encode_flac(np.int16(TONE[:, None] * 32767), RATE))
        return tfio.audio.decode_flac(tf.io.read_file("tone.flac"), dtype=tf.int16)[:, 0] / 32767

    def mp3() -> Any:
        import tensorflow_io as tfio

        tf.io.write_file("tone.mp3", tfio.audio.encode_mp3(TONE[:, None], RATE))
        return tfio.audio.decode_mp3(tf.io.read_file("tone.mp3"))[:, 0]

    return {
        "library": library,
        "mel_bands_apart": lambda: bands_apart(mel()),
        "cepstrum": lambda: list(cepstrum().shape),
        "datasets": {"names": datasets, "one_read": one_read},
        "files": {
            "library": library,
            "wav_off_by": lambda: apart(wav()),
            "flac_off_by": lambda: apart(flac()),
            "mp3_hertz": lambda: heard(mp3()),
        },
    }
