"""Whatever becomes of the file of keys, nobody who had a good key is locked out, and the log says what is wrong."""

import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.serving.access import key_ring, keys
from kedro_modelops.serving.access.key_ring import KeyRing
from kedro_modelops.serving.access.keys import create_key, read_keys, revoke_key


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that will be looked at whenever a key is presented."""
    monkeypatch.setattr(key_ring, "CHECK_EVERY", -1.0)
    return tmp_path / "keys.json"


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def broken_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def twice(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) * 2))


def named(name: str) -> Callable[[Path], None]:
    def rename(path: Path) -> None:
        known = json.loads(path.read_text())
        path.write_text(json.dumps([{**known[0], "name": name}]))

    return rename


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_text("spoiled"),
        lambda path: path.write_bytes(path.read_bytes()[:-20]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\xff\xfe"),
        lambda path: path.write_text("{}"),
        lambda path: path.write_text("[{}]"),
        Path.unlink,
        folder,
        pipe,
        broken_link,
        twice,
        named("x" * 201),
        named("two\nlines"),
        named("nul\x00"),
        named(""),
    ],
)
def test_the_last_good_keys_stay_and_the_log_says_so_once(
    path: Path, spoil: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    key, ring = create_key(path, "caller", ["predict"]), KeyRing(path)
    good, _ = path.read_text(), spoil(path)
    for _ in range(3):
        assert ring.find(key)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert str(path) in caplog.records[0].__dict__["problem"]
    path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
    path.write_text(good)
    new = create_key(path, "another", ["predict"])
    assert ring.find(key)
    assert ring.find(new)


def test_a_file_that_was_mended_in_its_place_is_seen(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first, second = (create_key(path, name, ["predict"]) for name in ("first", "other"))
    both = path.read_bytes()
    revoke_key(path, second.partition(".")[0])
    state, only_first = path.stat(), path.read_bytes()

    def write(content: bytes) -> None:
        path.write_bytes(content.ljust(len(both)))
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))

    write(only_first)
    ring = KeyRing(path)
    for content, known in [(b"{", False), (only_first, False), (both, True), (only_first, False)]:
        write(content)
        assert ring.find(first)
        assert bool(ring.find(second)) is known
    caplog.clear()
    caplog.set_level(logging.INFO)
    assert ring.find(first)
    assert "read again" not in caplog.text


def test_links_are_followed_to_what_they_name_now(path: Path, tmp_path: Path) -> None:
    def publish(version: str) -> str:
        key = create_key(tmp_path / version / "keys.json", "caller", ["predict"])
        (tmp_path / "new").symlink_to(version)
        (tmp_path / "new").replace(tmp_path / "..data")
        return key

    old = publish("v1")
    path.symlink_to("..data/keys.json")
    ring = KeyRing(path)
    assert ring.find(old)
    new = publish("v2")
    assert ring.find(new)
    assert not ring.find(old)


def test_all_keys_are_taken_back_by_an_empty_list(path: Path) -> None:
    key = create_key(path, "caller", ["predict"])
    ring = KeyRing(path)
    revoke_key(path, key.partition(".")[0])
    assert not ring.find(key)


@pytest.mark.parametrize("name", ["", "x" * 201, "nul\x00", "two\nlines", "\u2028", "\ud800"])
def test_a_name_that_cannot_be_kept_makes_no_key(path: Path, name: str) -> None:
    with pytest.raises(RefusedError, match="1 to 200 printable characters"):
        create_key(path, name, ["predict"])
    assert read_keys(path) == []


@pytest.mark.parametrize("name", ["x" * 200, "Zoë's laptop", "気象台"])
def test_other_names_do(path: Path, name: str) -> None:
    create_key(path, name, ["predict"])
    assert read_keys(path)[0].name == name


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_file_that_may_not_be_read_is_told(path: Path) -> None:
    create_key(path, "caller", ["predict"])
    path.chmod(0)
    with pytest.raises(RefusedError, match="cannot be read as a file of keys"):
        KeyRing(path)


def test_a_key_ends_by_itself(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forever = create_key(path, "forever", ["predict"])
    ending = create_key(path, "ending", ["predict"], datetime.now(UTC) + timedelta(seconds=1000))
    ring = KeyRing(path)
    assert ring.find(forever)
    assert ring.find(ending)
    later = datetime.now(UTC) + timedelta(seconds=1001)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "datetime":  # type: ignore[override]  # a moved clock
            return later.astimezone(tz)

    monkeypatch.setattr(keys, "datetime", Clock)
    assert ring.find(ending) is None
    assert ring.find(forever)
    assert [key.has_ended() for key in read_keys(path)] == [False, True]


def test_keys_of_before_are_for_ever_and_an_end_without_a_zone_is_refused(path: Path) -> None:
    create_key(path, "forever", ["predict"])
    assert "expires" not in path.read_text()
    (key,) = json.loads(path.read_text())
    path.write_text(json.dumps([key | {"expires": "2026-01-01T00:00:00"}]))
    with pytest.raises(RefusedError, match=r"0\.expires .*timezone"):
        read_keys(path)
