"""Tiebreak: PyTorch or TensorFlow, settled by evidence."""

__version__ = "0.1.0"
