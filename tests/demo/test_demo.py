"""The demo is started in its checkout once at a time."""

from pathlib import Path

import pytest

from . import __main__ as demo


async def test_second_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused with the reason, and the running one keeps its files."""
    folder = tmp_path / "cache" / "demo"
    monkeypatch.setattr(demo, "FOLDER", folder)
    with demo.alone(folder):
        folder.mkdir()
        (folder / "home-assistant_v2.db").touch()
        with pytest.raises(SystemExit, match="already runs in this checkout"):
            await demo.main()
        assert [path.name for path in folder.iterdir()] == ["home-assistant_v2.db"]
    with demo.alone(folder):
        assert folder.exists()
