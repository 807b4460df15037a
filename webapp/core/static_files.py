"""Where static files lie: as WhiteNoise keeps them, their addresses worked out once."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Each page names some twenty files, whose addresses change only with the next version."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._addresses: dict[str, str] = {}

    def url(self, name: Any, force: bool = False) -> str:
        if force:
            return super().url(name, force)
        if (known := self._addresses.get(name)) is None:
            known = self._addresses[name] = super().url(name)
        return known
