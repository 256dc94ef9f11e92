"""How reliable the measurements are: `python -m bench [benchmark ...] [--quick]` writes `docs/benchmarks.md`."""
