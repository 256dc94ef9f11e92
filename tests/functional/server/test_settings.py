"""Every setting is documented with its default, and a value that cannot be used keeps the service from starting."""

import re
from pathlib import Path

import pytest

from app.errors import UnusableSetting
from app.paths import ROOT
from app.settings import Settings, read_settings
from tests.support.server.child_processes import tiebreak

DOCUMENT = ROOT / "docs" / "settings.md"

ROW = re.compile(r"^\|\s*`(TIEBREAK_\w+)`\s*\|\s*(.*?)\s*\|\s*(.*?)\s*\|\s*$", re.MULTILINE)
"""A row of the document's table: name, default, meaning."""

UNUSABLE = [
    ("TIEBREAK_MAX_BODY_BYTES", "many"),
    ("TIEBREAK_MAX_BODY_BYTES", "0"),
    ("TIEBREAK_MAX_BODY_BYTES", "-1"),
    ("TIEBREAK_MAX_BODY_BYTES", "99999999999"),
    ("TIEBREAK_MAX_BODY_BYTES", "65536.5"),
    ("TIEBREAK_MAX_QUERY_BYTES", "many"),
    ("TIEBREAK_MAX_QUERY_BYTES", "1"),
    ("TIEBREAK_MAX_QUERY_BYTES", "nan"),
    ("TIEBREAK_MAX_QUERY_BYTES", "9999999"),
    ("TIEBREAK_LISTEN_PORT", "65536"),
    ("TIEBREAK_LISTEN_PORT", "tcp://10.0.0.1:8000"),
    ("TIEBREAK_QUEUE_LIMIT", "0"),
    ("TIEBREAK_QUEUE_LIMIT", "ten"),
    ("TIEBREAK_WORKER_MEMORY_BYTES", "1000"),
    ("TIEBREAK_KEEP_RUNS", "1"),
    ("TIEBREAK_RUNS_PER_HOUR", "-1"),
    ("TIEBREAK_REQUEST_SECONDS", "0"),
    ("TIEBREAK_CONNECTIONS", "1"),
    ("TIEBREAK_TRUSTED_PROXIES", "the proxy"),
    ("TIEBREAK_TRUSTED_PROXIES", "10.0.0.1/8"),
    ("TIEBREAK_LOG_FORMAT", "xml"),
    ("TIEBREAK_LOG_LEVEL", "loud"),
    ("TIEBREAK_OTLP_ENDPOINT", "collector:4318"),
    ("TIEBREAK_API_TOKEN", "fifteen letters"),
    ("TIEBREAK_API_TOKEN", " a token of many characters"),
    ("TIEBREAK_API_TOKEN", "a token of\nmany characters"),
]

COMPUTED = ("data", "pytorch_python", "tensorflow_python")
"""Settings whose default depends on the machine: the document describes it in words."""


def documented() -> dict[str, tuple[str, str]]:
    """Setting → its documented default and meaning."""
    rows = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    return {name: (default.strip("` "), meaning) for name, default, meaning in rows}


def variable(field: str) -> str:
    return f"TIEBREAK_{field.upper()}"


def test_the_document_lists_exactly_the_settings_that_exist() -> None:
    assert set(documented()) == {variable(field) for field in Settings.model_fields}


@pytest.mark.parametrize("field", list(Settings.model_fields))
def test_the_document_gives_the_meaning_and_the_default(field: str) -> None:
    written, meaning = documented()[variable(field)]
    default = Settings.model_fields[field].default
    assert meaning == Settings.model_fields[field].description
    assert meaning.endswith(".")
    if default in (None, ()) or field in COMPUTED:
        assert written
        assert not re.search(r"\d", written)
        assert "/" not in written
    else:
        assert written.replace(",", "").replace(" ", "") == str(default)


@pytest.mark.parametrize(("name", "value"), UNUSABLE)
def test_an_unusable_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UnusableSetting, match=f"^{name}: "):
        read_settings()


def test_all_unusable_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEBREAK_MAX_BODY_BYTES", "many")
    monkeypatch.setenv("TIEBREAK_MAX_QUERY_BYTES", "many")
    with pytest.raises(UnusableSetting, match=r"TIEBREAK_MAX_BODY_BYTES: .*TIEBREAK_MAX_QUERY_BYTES: "):
        read_settings()


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["rules", "check"]])
def test_the_service_does_not_start_with_an_unusable_value(command: list[str]) -> None:
    child = tiebreak(*command, TIEBREAK_MAX_BODY_BYTES="many")
    assert (child.returncode, child.stdout) == (1, "")
    assert child.stderr.startswith("tiebreak: TIEBREAK_MAX_BODY_BYTES: ")
    assert "Traceback" not in child.stderr
    assert child.stderr.count("\n") == 1


def test_values_at_the_limits_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEBREAK_MAX_BODY_BYTES", "1024")
    monkeypatch.setenv("TIEBREAK_MAX_QUERY_BYTES", "65536")
    assert (read_settings().max_body_bytes, read_settings().max_query_bytes) == (1024, 65_536)


def test_lists_are_read_with_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEBREAK_TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1 fd00::/8")
    monkeypatch.setenv("TIEBREAK_ALLOWED_HOSTS", "advice.example.org")
    assert read_settings().trusted_proxies == ("10.0.0.0/8", "127.0.0.1/32", "fd00::/8")
    assert read_settings().allowed_hosts == ("advice.example.org",)


def test_secrets_are_read_from_files_and_variables_go_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tiebreak_api_token").write_text("from a file of secrets\n", encoding="utf-8")
    (tmp_path / "tiebreak_database_password").write_text("secret", encoding="utf-8")
    monkeypatch.setenv("TIEBREAK_DATABASE_PASSWORD", "from a variable")
    found = read_settings(tmp_path)
    assert found.api_token is not None
    assert found.database_password is not None
    assert found.api_token.get_secret_value() == "from a file of secrets"
    assert found.database_password.get_secret_value() == "from a variable"
    assert "from a" not in repr(found)


def test_settings_cannot_be_changed_later() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().max_body_bytes = 2048  # type: ignore[misc]
