"""The paired micro-tasks: one file a probe, PyTorch and TensorFlow side by side.

Whatever stands here needs the standard library, NumPy and one framework only, and imports nothing of `app`, so that it
runs in any interpreter and on any machine.
"""
