"""What ran on a GPU, where `bench/results/gpu.json` says so. It is taken by hand, on a machine that has one."""

from bench.stored_results import Result, Row
from bench.tables import ratio, table

GPU_TITLE = "GPUs"
NOT_RUN = "The CUDA code has not run on any GPU yet."


class GpuRow(Row):
    """One comparison on a GPU. `ratio`: TensorFlow's time over PyTorch's."""

    device: str
    probe: str
    variant: str = ""
    preset: str
    ratio: float | None
    ci95: tuple[float, float] | None
    verdict: str


def gpu_lines(result: Result | None) -> list[str]:
    if result is None:
        return [NOT_RUN]
    rows = [GpuRow.model_validate(row) for row in result.rows]
    cells = [
        (r.device, r.probe, r.variant or "–", r.preset, "–" if r.ratio is None else ratio(r.ratio, r.ci95), r.verdict)
        for r in rows
    ]
    head = ("GPU", "task", "variant", "preset", "TensorFlow's time over PyTorch's", "verdict")
    return [*table(head, cells), "", f"Measured: {result.conditions.in_words()}."]
