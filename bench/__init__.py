"""How far the measuring itself can be trusted: `python -m bench [part ...] [--quick]`; writes `docs/benchmarks.md`."""
