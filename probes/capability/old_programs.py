"""Two programs of 2018, and what it takes to run them today.

One multiplies two tensors, one trains a small network; both are written as the libraries' guides of that year had it,
for TensorFlow 1.12 and for PyTorch 1.0. TensorFlow 2 brings a program, tf_upgrade_v2, that converts the first kind.
`converted` is what its result does, `converted_and_v2_off` what it does with one more line written by hand, which
switches the behaviour of version 1 on again. Compare that with the number of issues that the converter found. `names`
counts what the first level of the library had, and `kept_by_dropout_of_0_9` is a call that means something else now.
"""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from probes.kit.observing import Observation

TITLE = "Programs of 2018, today"
SUBJECT = "start"
SLOW = True

PYTORCH_PRODUCT = """
import torch
from torch.autograd import Variable

x = Variable(torch.Tensor([[2, 4, 6]]))
y = Variable(torch.Tensor([[1], [3], [5]]))
print(torch.mul(x, y).data.numpy().tolist())
"""
PYTORCH_TRAINING = """
import numpy as np
import torch
from torch import nn
from torch.autograd import Variable

rows, targets = Variable(torch.from_numpy(np.eye(4, dtype='f'))), Variable(torch.ones(4, 1))
hidden, out = nn.Linear(4, 8), nn.Linear(8, 1)
nn.init.xavier_uniform_(hidden.weight)
optimizer = torch.optim.SGD([*hidden.parameters(), *out.parameters()], lr=0.1)
for _ in range(50):
    predictions = out(nn.functional.dropout(nn.functional.relu(hidden(rows)), 0.1))
    loss = nn.functional.mse_loss(predictions, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item() < 0.5)
"""
TENSORFLOW_PRODUCT = """
import tensorflow as tf

x = tf.placeholder(tf.float32)
y = tf.placeholder(tf.float32)
product = tf.multiply(x, y)
with tf.Session() as session:
    print(session.run(product, {x: [[2, 4, 6]], y: [[1], [3], [5]]}).tolist())
"""
TENSORFLOW_TRAINING = """
import numpy as np
import tensorflow as tf

rows = tf.placeholder(tf.float32, [None, 4])
targets = tf.placeholder(tf.float32, [None, 1])
hidden = tf.layers.dense(rows, 8, tf.nn.relu, kernel_initializer=tf.contrib.layers.xavier_initializer())
predictions = tf.layers.dense(tf.nn.dropout(hidden, 0.9), 1)
loss = tf.losses.mean_squared_error(targets, predictions)
step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for _ in range(50):
        value, _ = session.run([loss, step], {rows: np.eye(4), targets: np.ones((4, 1))})
    print(value < 0.5)
"""


def printed_by(program: str) -> str:
    """What a program prints in this process; its error is raised."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as page:
        path = Path(folder, "program.py")
        path.write_text(program)
        runpy.run_path(str(path))
    return page.getvalue().strip()


def printed_afresh_by(program: str) -> str | dict[str, str]:
    """What a program prints in a process of its own, or the error with which it ends."""
    ended = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True)  # noqa: S603
    errors = re.findall(r"^(?:\w+\.)*(\w*(?:Error|Exception)\w*): (.*)", ended.stderr, re.MULTILINE)
    return {"type": errors[-1][0], "message": errors[-1][1]} if ended.returncode and errors else ended.stdout.strip()


def pytorch() -> Observation:
    """The programs as they are: there is no converter."""
    import torch

    def tried(program: str) -> Observation:
        return {
            "unchanged": lambda: printed_by(program),
            "issues_found_by_converter": None,
            "converted": None,
            "converted_and_v2_off": None,
        }

    return {
        "product": tried(PYTORCH_PRODUCT),
        "training": tried(PYTORCH_TRAINING),
        "names": None,
        "kept_by_dropout_of_0_9": {
            "version_1": None,
            "now": lambda: float((torch.nn.functional.dropout(torch.ones(10_000), 0.9) > 0).float().mean()),
        },
    }


def tensorflow() -> Observation:
    """The programs as they are, then as tf_upgrade_v2 converts them; the names; dropout."""
    import tensorflow as tf

    def tried(program: str) -> Observation:
        from tensorflow.tools.compatibility import ast_edits, tf_upgrade_v2

        with tempfile.TemporaryDirectory() as folder:
            before, after = Path(folder, "before.py"), Path(folder, "after.py")
            before.write_text(program)
            upgrader = ast_edits.ASTCodeUpgrader(tf_upgrade_v2.TFAPIChangeSpec())
            _, _, issues = upgrader.process_file(str(before), str(after))
            converted = after.read_text()
        v2_off = "import tensorflow as tf\n\ntf.compat.v1.disable_v2_behavior()"
        return {
            "unchanged": lambda: printed_by(program),
            "issues_found_by_converter": len(issues),
            "converted": lambda: printed_by(converted),
            "converted_and_v2_off": printed_afresh_by(converted.replace("import tensorflow as tf", v2_off)),
        }

    def names() -> Observation:
        before, now = ({name for name in dir(space) if not name.startswith("_")} for space in (tf.compat.v1, tf))
        return {"in_version_1": len(before), "gone_from_version_2": len(before - now), "new": len(now - before)}

    def kept(dropout: Callable[..., Any]) -> float:
        return float(tf.reduce_mean(tf.cast(dropout(tf.ones(10_000), 0.9) > 0, tf.float32)))

    return {
        "product": lambda: tried(TENSORFLOW_PRODUCT),
        "training": lambda: tried(TENSORFLOW_TRAINING),
        "names": names,
        "kept_by_dropout_of_0_9": {
            "version_1": lambda: kept(tf.compat.v1.nn.dropout),
            "now": lambda: kept(tf.nn.dropout),
        },
    }
