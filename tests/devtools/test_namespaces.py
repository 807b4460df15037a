import os
import shutil

import pytest

from devtools import namespaces
from devtools.console import Problem
from devtools.namespaces import prepare_namespaces


class TestPrepareNamespaces:
    def test_says_loudly_what_is_not_tried_without_root(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)

        prepare_namespaces()

        assert "script is NOT tried: network namespaces need root" in capsys.readouterr().err

    def test_installs_what_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        there = {"ip", "apt-get"}
        asked: list[tuple[str, ...]] = []
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(shutil, "which", lambda name: name if name in there else None)
        monkeypatch.setattr(namespaces, "apt", lambda *words: asked.append(words))

        prepare_namespaces()

        assert asked == [
            ("update",),
            ("install", "--yes", "--no-install-recommends", "nftables"),
        ]

    def test_installs_nothing_where_all_is_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(shutil, "which", lambda name: name)
        monkeypatch.setattr(namespaces, "apt", lambda *words: pytest.fail(f"apt {words}"))

        prepare_namespaces()

    def test_says_what_to_install_where_it_cannot(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(shutil, "which", lambda name: None)

        with pytest.raises(Problem, match="nft and ip, which are missing") as raised:
            prepare_namespaces()

        assert "iproute2 and nftables" in str(raised.value)
