"""A training job of which one worker dies once, and who starts it again.

Two processes train for six steps and write a checkpoint after each; in the first attempt one of them ends with an error
in the fourth step. PyTorch's launcher, torchrun, starts both again, and they go on from the checkpoint: look at
`started_from`, `finished`, and the one exit status that the user sees. TensorFlow has no launcher. Keras puts a backup
aside after each epoch, and whoever runs the job, here this probe, starts it a second time. What a cluster such as
Kubernetes adds is not tried.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from probes.kit.observing import Observation

TITLE = "A worker that dies once"
SUBJECT = "scale"
SLOW = True

STEPS, DIES_IN = 6, 3

PYTORCH = """
rank, attempt = int(os.environ["RANK"]), int(os.environ["TORCHELASTIC_RESTART_COUNT"])
meeting = f"file://{os.getcwd()}/meeting-{os.environ['TORCHELASTIC_RUN_ID']}-{attempt}"
dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2)
first = torch.load("checkpoint.pt")["step"] if os.path.exists("checkpoint.pt") else 0
if rank == 0:
    note("started_from", first)
for step in range(first, STEPS):
    if rank == 1 and attempt == 0 and step == DIES_IN:
        sys.exit(1)
    total = torch.ones(1)
    dist.all_reduce(total)
    assert int(total) == 2
    if rank == 0:
        torch.save({"step": step + 1}, "checkpoint.pt")
        note("finished", step)
    dist.barrier()
dist.destroy_process_group()
"""

TENSORFLOW = """
class Watched(tf.keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if self.params.get("first", True):
            self.params["first"] = False
            note("started_from", epoch)
        if epoch == DIES_IN and not os.path.exists("died"):
            open("died", "w").close()
            os._exit(1)
    def on_epoch_end(self, epoch, logs=None):
        note("finished", epoch)
model = tf.keras.Sequential([tf.keras.Input([2]), tf.keras.layers.Dense(1)])
model.compile("sgd", "mse")
kept = tf.keras.callbacks.BackupAndRestore("backup", delete_checkpoint=False)
model.fit(np.ones([4, 2]), np.ones([4, 1]), epochs=STEPS, verbose=0, callbacks=[kept, Watched()])
"""

NOTED = """
def note(what, step):
    with open("log.txt", "a") as log:
        log.write(f"{what}: {step}\\n")
"""


def job(imports: str, source: str, *launcher: str) -> int:
    """Run a job to its end, and give its exit status."""
    Path("job.py").write_text(f"import os, sys, {imports}\nSTEPS, DIES_IN = {STEPS}, {DIES_IN}\n{NOTED}{source}")
    command = [sys.executable, *launcher, "job.py"]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(command, env=quiet, capture_output=True, timeout=100, check=False)  # noqa: S603 - our own job
    return ended.returncode


def told(statuses: list[int]) -> Observation:
    """From which step the job was started each time, and what it did in which step, in order."""
    noted: dict[str, list[int]] = {}
    for line in Path("log.txt").read_text().splitlines():
        what, _, step = line.rpartition(": ")
        noted.setdefault(what, []).append(int(step))
    return {"exit_statuses": statuses} | noted


def forget(*files: str) -> None:
    """Remove what an earlier job has left."""
    for file in files:
        Path(file).unlink(missing_ok=True)


def pytorch() -> Observation:
    """torchrun, which is part of PyTorch, on this machine alone."""
    import torch  # noqa: F401 - the jobs need it

    def with_restarts(count: int) -> Observation:
        forget("log.txt", "checkpoint.pt")
        launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", f"--max-restarts={count}")
        return told([job("torch, torch.distributed as dist", PYTORCH, *launcher)])

    return {"restarted": lambda: with_restarts(1), "not_restarted": lambda: with_restarts(0)}


def tensorflow() -> Observation:
    """BackupAndRestore, and a second start from outside."""
    import tensorflow as tf  # noqa: F401 - the jobs need it

    def started(times: int) -> Observation:
        forget("log.txt", "died")
        shutil.rmtree("backup", ignore_errors=True)
        return told([job("numpy as np, tensorflow as tf", TENSORFLOW) for _ in range(times)])

    return {"restarted": lambda: started(2), "not_restarted": lambda: started(1)}
