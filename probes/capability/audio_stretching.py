"""A sound made longer at the same pitch, or higher at the same length: who has a function for it.

The functions of tf.signal and tf.audio are searched, by name and description, for words of that trade: to stretch, to
change pitch, tempo or speed, to resample, to augment; a search for windows and transforms shows that searching finds
what is there. The same is done in what PyTorch has for signals, and in TorchAudio where it is installed, whose
functions are tried on a tone. `by_hand` is the tone made twice as long from parts that both have: windowed frames, laid
down at twice the distance; the loudest frequency stays what it was.
"""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Stretching a sound, changing its pitch"
SUBJECT = "media"

RATE, FRAME, STEP = 8000, 512, 128
TONE = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)

STRETCHING = "stretch|pitch|tempo|speed|resampl|augment|vocod"
WINDOWS = "window|fourier"


def public(module: ModuleType) -> dict[str, str]:
    """The public functions and classes of a module, each with its name and the first line of its description."""
    parts = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    return {n: f"{n}: {(inspect.getdoc(part) or '-').splitlines()[0]}" for n, part in parts.items() if callable(part)}


def search(words: str, *modules: ModuleType) -> Observation:
    """Which of the modules' functions speak of these words, by name or description."""
    told = {f"{module.__name__.split('.')[-1]}.{n}": text for module in modules for n, text in public(module).items()}
    found = [name for name, text in told.items() if re.search(words, text, re.IGNORECASE)]
    return {"searched": len(told), "count": len(found), "names": found}


def heard(sound: Any) -> dict[str, float]:
    """How long a sound is, and its loudest frequency."""
    array = np.asarray(sound, dtype=np.float64)
    return {
        "seconds": round(array.size / RATE, 2),
        "hertz": round(np.abs(np.fft.rfft(array)).argmax() * RATE / array.size),
    }


def pytorch() -> Observation:
    """What PyTorch has for signals, and TorchAudio where it is installed."""
    import torch

    tone = torch.from_numpy(TONE)

    def stretched() -> Any:
        from torchaudio import transforms

        frequencies = transforms.Spectrogram(FRAME, hop_length=STEP, power=None)(tone)
        longer = transforms.TimeStretch(STEP, FRAME // 2 + 1)(frequencies, 0.5)
        return heard(transforms.InverseSpectrogram(FRAME, hop_length=STEP)(longer))

    def pitch_changed() -> Any:
        from torchaudio import functional

        return heard(functional.pitch_shift(tone, RATE, n_steps=12))

    def in_torchaudio() -> Any:
        from torchaudio import functional, transforms

        return search(STRETCHING, functional, transforms)

    def by_hand() -> Any:
        frames = tone.unfold(0, FRAME, STEP) * torch.hann_window(FRAME)
        length = 2 * STEP * (len(frames) - 1) + FRAME
        fold = torch.nn.functional.fold(frames.T[None], (1, length), (1, FRAME), stride=(1, 2 * STEP))
        return heard(fold.flatten())

    return {
        "for_windows": lambda: search(WINDOWS, torch.signal.windows, torch.fft),
        "for_stretching": lambda: search(STRETCHING, torch.signal.windows, torch.fft),
        "for_stretching_in_torchaudio": in_torchaudio,
        "tone": lambda: heard(tone),
        "by_hand": by_hand,
        "stretched_by_torchaudio": stretched,
        "pitch_changed_by_torchaudio": pitch_changed,
    }


def tensorflow() -> Observation:
    """tf.signal and tf.audio."""
    import tensorflow as tf

    tone = tf.constant(TONE)

    def by_hand() -> Any:
        frames = tf.signal.frame(tone, FRAME, STEP) * tf.signal.hann_window(FRAME)
        return heard(tf.signal.overlap_and_add(frames, 2 * STEP))

    return {
        "for_windows": lambda: search(WINDOWS, tf.signal, tf.audio),
        "for_stretching": lambda: search(STRETCHING, tf.signal, tf.audio),
        "for_stretching_in_torchaudio": None,
        "tone": lambda: heard(tone),
        "by_hand": by_hand,
        "stretched_by_torchaudio": None,
        "pitch_changed_by_torchaudio": None,
    }
