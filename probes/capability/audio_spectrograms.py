"""A sound read from a WAV file, its spectrogram, and its spectrogram in mel bands.

Half a second of a tone of 1000 hertz is written by Python's own `wave` module, once with each width of a sample.
TensorFlow reads the file with tf.audio; PyTorch itself has no reader, and TorchAudio, a package beside it, is tried
where it is installed. Both have the short-time Fourier transform and its inverse; NumPy's transform of each windowed
frame is what they are compared with. The matrix that gathers frequencies in mel bands is TensorFlow's and TorchAudio's,
and compared with its formula. `loudest` is the frequency at which the tone is found.
"""

from __future__ import annotations

import io
import tempfile
import wave
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "WAV files and spectrograms"
SUBJECT = "media"

RATE, FRAME, STEP, BANDS, LOWEST, HIGHEST = 8000, 256, 128, 20, 100.0, 3900.0
SOUND = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(RATE // 2) / RATE)
WINDOW = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)


def wav_file(bits: int) -> bytes:
    """The sound as a WAV file with samples of so many bits."""
    width, file = bits // 8, io.BytesIO()
    numbers = np.round(SOUND * 2 ** (bits - 1)).astype("<i8") + (128 if bits == 8 else 0)
    with wave.open(file, "wb") as written:
        written.setparams((1, width, RATE, 0, "NONE", ""))
        written.writeframes(b"".join(int(number).to_bytes(8, "little", signed=True)[:width] for number in numbers))
    return file.getvalue()


def off_by(found: Any, expected: Any) -> float:
    """The largest difference of two arrays."""
    return float(np.abs(np.subtract(found, expected)).max())


def spectrogram() -> Any:
    """The size of each frequency in each windowed frame, by NumPy."""
    starts = range(0, SOUND.size - FRAME + 1, STEP)
    return np.abs(np.fft.rfft([SOUND[start : start + FRAME] * WINDOW for start in starts]))


def mels(hertz: Any) -> Any:
    """Frequencies on the mel scale."""
    return 1127 * np.log1p(np.asarray(hertz) / 700)


def mel_matrix() -> Any:
    """A triangle for each band: 1 in its middle, 0 in the middle of its neighbours; the constant part is left out."""
    middles, step = np.linspace(mels(LOWEST), mels(HIGHEST), BANDS + 2, retstep=True)
    triangles = 1 - np.abs(mels(np.linspace(0, RATE / 2, FRAME // 2 + 1))[:, None] - middles[1:-1]) / step
    return np.maximum(triangles, 0) * (np.arange(FRAME // 2 + 1) > 0)[:, None]


def loudest_frequency(found: Any) -> float:
    """Where a spectrogram is largest, in hertz."""
    return float(np.asarray(found).mean(axis=0).argmax() * RATE / FRAME)


def pytorch() -> Observation:
    """torch.stft, and TorchAudio where it is installed."""
    import torch

    sound = torch.from_numpy(SOUND).float()
    window = torch.hann_window(FRAME)

    def read(bits: int) -> Any:
        import torchaudio

        found, rate = torchaudio.load(io.BytesIO(wav_file(bits)))
        return {"rate": rate, "off_by": off_by(found[0], SOUND)}

    def stft() -> Any:
        return torch.stft(sound, FRAME, STEP, window=window, center=False, return_complex=True)

    def back() -> Any:
        whole = torch.stft(sound, FRAME, STEP, window=window, return_complex=True)
        return torch.istft(whole, FRAME, STEP, window=window, length=len(sound))

    def matrix() -> Any:
        import torchaudio

        bins = FRAME // 2 + 1
        return torchaudio.functional.melscale_fbanks(bins, LOWEST, HIGHEST, BANDS, RATE, mel_scale="htk")

    return {
        "read": {f"{bits} bits": partial(read, bits) for bits in (8, 16, 24, 32)},
        "written_and_read_by_wave": None,
        "spectrogram": {
            "off_by": lambda: off_by(stft().abs().T, spectrogram()),
            "loudest": lambda: loudest_frequency(stft().abs().T),
        },
        "inverse_off_by": lambda: off_by(back(), SOUND),
        "mel": {
            "matrix_off_by": lambda: off_by(matrix(), mel_matrix()),
            "spectrogram_off_by": lambda: off_by(stft().abs().T @ matrix(), spectrogram() @ mel_matrix()),
        },
    }


def tensorflow() -> Observation:
    """tf.audio and tf.signal."""
    import tensorflow as tf

    sound = tf.constant(SOUND, tf.float32)

    def read(bits: int) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tone.wav"
            path.write_bytes(wav_file(bits))
            found, rate = tf.audio.decode_wav(tf.io.read_file(str(path)))
        return {"rate": int(rate), "off_by": off_by(found[:, 0], SOUND)}

    def written() -> Any:
        with wave.open(io.BytesIO(tf.audio.encode_wav(sound[:, None], RATE).numpy())) as file:
            return off_by(np.frombuffer(file.readframes(file.getnframes()), "<i2") / 2**15, SOUND)

    def stft() -> Any:
        return tf.signal.stft(sound, FRAME, STEP)

    def back() -> Any:
        whole = tf.signal.stft(tf.pad(sound, [[FRAME, FRAME]]), FRAME, STEP, pad_end=True)
        window = tf.signal.inverse_stft_window_fn(STEP)
        return tf.signal.inverse_stft(whole, FRAME, STEP, window_fn=window)[FRAME : FRAME + len(sound)]

    def matrix() -> Any:
        return tf.signal.linear_to_mel_weight_matrix(BANDS, FRAME // 2 + 1, RATE, LOWEST, HIGHEST)

    return {
        "read": {f"{bits} bits": partial(read, bits) for bits in (8, 16, 24, 32)},
        "written_and_read_by_wave": written,
        "spectrogram": {
            "off_by": lambda: off_by(abs(stft()), spectrogram()),
            "loudest": lambda: loudest_frequency(abs(stft())),
        },
        "inverse_off_by": lambda: off_by(back(), SOUND),
        "mel": {
            "matrix_off_by": lambda: off_by(matrix(), mel_matrix()),
            "spectrogram_off_by": lambda: off_by(abs(stft()) @ matrix(), spectrogram() @ mel_matrix()),
        },
    }
