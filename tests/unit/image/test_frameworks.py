"""What each variant of the image installs, and into what kind of environment."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from app import __version__
from app.paths import ROOT
from image.frameworks import EXTRAS, FRAMEWORKS, make_environment, requirements

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")

LINUX = {"sys_platform": "linux", "python_version": "3.11", "platform_machine": "x86_64"}
ARM = {**LINUX, "platform_machine": "aarch64"}


def installed(variant: str, framework: str, machine: dict[str, str]) -> list[Requirement]:
    """The requirements that count on a machine; each of them can be read, or this raises."""
    wanted = [Requirement(text) for text in requirements(variant, framework, PROJECT)]
    return [one for one in wanted if one.marker is None or one.marker.evaluate(machine)]


def said(requirement: Requirement) -> str:
    return re.sub(r"\[(.*)\]", r"[\1]", str(requirement).partition(";")[0].strip())


@pytest.mark.parametrize(
    ("variant", "machine", "names"),
    [
        ("cpu", LINUX, ["torch", "tensorflow-cpu"]),
        ("cpu", ARM, ["torch", "tensorflow"]),
        ("cuda", LINUX, ["torch", "tensorflow[and-cuda]"]),
        ("cuda", ARM, ["torch", "tensorflow[and-cuda]"]),
        ("none", LINUX, []),
    ],
)
def test_a_variant_installs_one_build_of_each_framework(
    variant: str, machine: dict[str, str], names: list[str]
) -> None:
    found = [said(one) for framework in FRAMEWORKS for one in installed(variant, framework, machine)]
    assert [name.partition("==")[0] for name in found] == names
    assert all(re.search(r"==\d+\.\d+\.\d+$", name) for name in found)


def test_all_variants_have_the_same_versions() -> None:
    versions = {
        (framework, str(one.specifier))
        for framework in FRAMEWORKS
        for variant in ("cpu", "cuda")
        for machine in (LINUX, ARM)
        for one in installed(variant, framework, machine)
    }
    assert len(versions) == len(FRAMEWORKS)


def test_the_bare_install_has_what_the_image_has() -> None:
    assert PROJECT["optional-dependencies"]["frameworks"] == [f"tiebreak[{','.join(EXTRAS['cpu'].values())}]"]


def test_there_are_no_other_variants() -> None:
    with pytest.raises(SystemExit, match="FRAMEWORKS is one of cpu, cuda, none, not 'gpu'"):
        requirements("gpu", "pytorch", PROJECT)


def test_the_dockerfile_knows_every_variant_and_both_environments() -> None:
    assert f"FRAMEWORKS={'|'.join(EXTRAS)}" in DOCKERFILE
    assert "ARG FRAMEWORKS=cpu\n" in DOCKERFILE
    for framework in FRAMEWORKS:
        assert f"COPY --from=build /frameworks/{framework} /frameworks/{framework}\n" in DOCKERFILE
        assert f"TIEBREAK_{framework.upper()}_PYTHON=/frameworks/{framework}/bin/python" in DOCKERFILE


def test_the_label_says_the_version() -> None:
    assert f"ARG VERSION={__version__}\n" in DOCKERFILE


def test_an_environment_sees_this_ones_packages_and_not_the_other_way_round(tmp_path: Path) -> None:
    make_environment(tmp_path / "pytorch")
    own = next((tmp_path / "pytorch").glob("lib/python3*/site-packages"))
    (own / "only_here.py").write_text("", encoding="utf-8")
    ask = "import json, numpy, only_here, sys; print(json.dumps([numpy.__file__, sys.prefix]))"
    told = subprocess.run(
        [tmp_path / "pytorch" / "bin" / "python", "-c", ask], capture_output=True, text=True, check=True
    )
    shared, prefix = json.loads(told.stdout)
    assert Path(shared).is_relative_to(sys.prefix)
    assert prefix == str(tmp_path / "pytorch")
    assert not (own / "pip").exists()


def test_what_is_fetched_for_an_install_without_a_network_is_what_builds_the_project() -> None:
    (needed,) = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    assert f" {needed} " in (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
