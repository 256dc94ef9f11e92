"""One step of training shared by two processes, and by two devices of one.

Each of two processes has half of the rows and finds the gradient of a linear model on them; they take its mean over
both, and end with the weights that one process with all rows would have: `off_by` is how far the worse of them is from
NumPy's. They are started as a cluster's launcher would, all on this machine: PyTorch's are told their place by
RANK and WORLD_SIZE and talk by gloo, TensorFlow's are told by TF_CONFIG. TensorFlow can also divide a processor into
devices and mirror a model on them.
"""

from __future__ import annotations

import inspect
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from subprocess import PIPE
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Training by two processes together"
SUBJECT = "scale"
SLOW = True

SECONDS = 80
GENERATOR = np.random.default_rng(0)
ROWS, TARGETS = GENERATOR.normal(size=(8, 3)).astype(np.float32), GENERATOR.normal(size=(8, 1)).astype(np.float32)
EXPECTED = 0.1 * 2 * ROWS.T @ TARGETS / len(ROWS)


def free_ports() -> tuple[int, int]:
    """Two ports of this machine on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def off_by(weights: Any) -> float:
    """How far weights are from those after NumPy's step on all rows: from zero, by 0.1 against the gradient."""
    return float(np.abs(np.reshape(weights, (3, 1)) - EXPECTED).max())


def in_two_processes(variables: list[dict[str, str]], *functions: Callable[..., Any]) -> Observation:
    """Have two processes run these functions' text, the last of them on half of the rows each."""
    text = "\n".join(["from __future__ import annotations", *map(inspect.getsource, functions)])
    started = []
    for rank, own in enumerate(variables):
        half = f"{ROWS[4 * rank : 4 * rank + 4].tolist()}, {TARGETS[4 * rank : 4 * rank + 4].tolist()}"
        program = f"{text}\nprint({functions[-1].__name__}({half}))"
        command, environment = [sys.executable, "-c", program], {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", **own}
        started.append(subprocess.Popen(command, env=environment, stdout=PIPE, stderr=PIPE, text=True))  # noqa: S603
    until = time.monotonic() + SECONDS
    try:
        ends = [process.communicate(timeout=max(until - time.monotonic(), 0)) for process in started]
    except subprocess.TimeoutExpired:
        return {"ended_in_time": False, "same_weights": None, "off_by": None, "errors": None}
    finally:
        for process in started:
            process.kill()
            process.wait()
    errors = [
        err.strip().splitlines()[-1] for process, (_, err) in zip(started, ends, strict=True) if process.returncode
    ]
    worst = None if errors else max(off_by(json.loads(out.splitlines()[-1])) for out, _ in ends)
    same = worst is not None and worst < 1e-5
    return {"ended_in_time": True, "same_weights": same, "off_by": worst, "errors": errors}


def _pytorch_work(rows: Any, targets: Any) -> list[float]:
    """What each process does."""
    import torch
    import torch.distributed

    torch.distributed.init_process_group("gloo")
    model = torch.nn.Linear(3, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    model = torch.nn.parallel.DistributedDataParallel(model)
    loss = ((model(torch.tensor(rows)) - torch.tensor(targets)) ** 2).mean()
    loss.backward()
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    torch.distributed.destroy_process_group()
    return model.module.weight.flatten().tolist()


def pytorch() -> Observation:
    """DistributedDataParallel over gloo."""
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_ports()[0]), "WORLD_SIZE": "2"}
    return {
        "two_devices": None,
        "two_processes": lambda: in_two_processes([{**place, "RANK": rank} for rank in "01"], _pytorch_work),
    }


def _tensorflow_step(strategy: Any, rows: Any, targets: Any) -> list[float]:
    """A step of every replica of a strategy, each on its own rows."""
    import tensorflow as tf

    with strategy.scope():
        weights = tf.Variable(tf.zeros((3, 1)))

    @tf.function
    def step(rows: Any, targets: Any) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((rows @ weights - targets) ** 2)
        replica = tf.distribute.get_replica_context()
        gradient = replica.all_reduce(tf.distribute.ReduceOp.MEAN, tape.gradient(loss, weights))
        weights.assign_sub(0.1 * gradient)

    strategy.run(step, (rows, targets))
    return weights.numpy().flatten().tolist()


def _tensorflow_work(rows: Any, targets: Any) -> list[float]:
    """What each process does."""
    import tensorflow as tf

    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    return _tensorflow_step(strategy, tf.constant(rows), tf.constant(targets))


def tensorflow() -> Observation:
    """MirroredStrategy on two devices that share a processor, MultiWorkerMirroredStrategy on two processes."""
    import tensorflow as tf

    def two_devices() -> Observation:
        one = tf.config.LogicalDeviceConfiguration()
        tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], [one, one])
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        batches = tf.data.Dataset.from_tensor_slices((ROWS, TARGETS)).batch(8)
        rows, targets = next(iter(strategy.experimental_distribute_dataset(batches)))
        return {"replicas": strategy.num_replicas_in_sync, "off_by": off_by(_tensorflow_step(strategy, rows, targets))}

    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports()]}
    places = [{"cluster": cluster, "task": {"type": "worker", "index": index}} for index in range(2)]
    variables = [{"TF_CONFIG": json.dumps(place)} for place in places]
    return {
        "two_devices": two_devices,
        "two_processes": lambda: in_two_processes(variables, _tensorflow_step, _tensorflow_work),
    }
