"""The audio libraries: sampling rates, spectra, mel spectrograms and decibels.

A tone of 440 Hz, one second at 16 kHz, is brought to 8 kHz and compared with the same tone made at that rate. Its
spectrogram, and the decibels of that, are compared with NumPy's; of a mel spectrogram the loudest band must be the one
around 440 Hz. TorchAudio is a package beside PyTorch; in TensorFlow the spectra are in the core, Keras has the mel
spectrogram, and TensorFlow I/O has the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Audio libraries: transforms"
SUBJECT = "media"

RATE, FRAME, STEP, BANDS = 16_000, 400, 160, 40
TONE = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32) / 2
HALF_RATE = np.sin(2 * np.pi * 440 * np.arange(RATE // 2) / (RATE // 2)) / 2
FRAMES = np.lib.stride_tricks.sliding_window_view(TONE, FRAME)[::STEP]
SPECTROGRAM = np.abs(np.fft.rfft(FRAMES * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)))).astype("float32")
DECIBELS = np.maximum(20 * np.log10(SPECTROGRAM), 20 * np.log10(SPECTROGRAM.max()) - 80)
MEL_OF_TONE, MEL_OF_NYQUIST = (float(np.log1p(hertz / 700)) for hertz in (440, RATE / 2))
LOUDEST = round(MEL_OF_TONE / MEL_OF_NYQUIST * (BANDS + 1)) - 1


def far(found: Any, exact: Any) -> float:
    """The largest difference of two arrays."""
    return float(np.abs(np.subtract(found, exact, dtype=np.float64)).max())


def resampled_apart(found: Any) -> float:
    """The largest difference from the tone at half the rate, without the ends, where a filter lacks samples."""
    return far(np.asarray(found)[200:-200], HALF_RATE[200:-200])


def bands_apart(mel: Any) -> int:
    """How many bands the loudest one is away from the one around the tone."""
    return abs(int(np.asarray(mel).mean(axis=1).argmax()) - LOUDEST)


def pytorch() -> Observation:
    """TorchAudio's transforms."""
    import torch

    tone = torch.from_numpy(TONE)
    frames = {"n_fft": FRAME, "hop_length": STEP, "center": False}

    def library() -> str:
        import torchaudio

        return f"TorchAudio {torchaudio.__version__}"

    def resampled() -> Any:
        from torchaudio.transforms import Resample

        return Resample(RATE, RATE // 2)(tone)

    def spectrogram() -> Any:
        from torchaudio.transforms import Spectrogram

        return Spectrogram(power=1, **frames)(tone).T

    def mel() -> Any:
        from torchaudio.transforms import MelSpectrogram

        return MelSpectrogram(RATE, n_mels=BANDS, **frames)(tone)

    def decibels() -> Any:
        from torchaudio.transforms import AmplitudeToDB

        return AmplitudeToDB("magnitude", top_db=80)(torch.from_numpy(SPECTROGRAM))

    return {
        "library": library,
        "resampled_off_by": lambda: resampled_apart(resampled()),
        "spectrogram_off_by": lambda: far(spectrogram(), SPECTROGRAM),
        "mel_bands_apart": lambda: bands_apart(mel()),
        "decibels_off_by": lambda: far(decibels(), DECIBELS),
    }


def tensorflow() -> Observation:
    """tf.signal, a Keras layer, and TensorFlow I/O."""
    import tensorflow as tf

    def library() -> str:
        import tensorflow_io

        return f"TensorFlow I/O {tensorflow_io.__version__}"

    def resampled() -> Any:
        import tensorflow_io as tfio

        return tfio.audio.resample(TONE[:, None], RATE, RATE // 2)[:, 0]

    def spectrogram() -> Any:
        return tf.abs(tf.signal.stft(TONE, FRAME, STEP, FRAME))

    def mel() -> Any:
        layer = tf.keras.layers.MelSpectrogram(FRAME, STEP, num_mel_bins=BANDS, min_freq=0, sampling_rate=RATE)
        return layer(TONE[None])[0]

    def decibels() -> Any:
        import tensorflow_io as tfio

        return tfio.audio.dbscale(SPECTROGRAM, top_db=80)

    return {
        "library": library,
        "resampled_off_by": lambda: resampled_apart(resampled()),
        "spectrogram_off_by": lambda: far(spectrogram(), SPECTROGRAM),
        "mel_bands_apart": lambda: bands_apart(mel()),
        "decibels_off_by": lambda: far(decibels(), DECIBELS),
    }
