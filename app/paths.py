"""Where the folders beside `app/` lie: the one place that knows it."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
RULES: Final = ROOT / "rules"
PROBES: Final = ROOT / "probes"
TEMPLATES: Final = ROOT / "templates"
STATIC: Final = ROOT / "static"
