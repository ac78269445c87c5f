"""JupyterLab on the whole clone: files under version control can be opened and run, but not changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

ROOT = Path(__file__).parents[1]
WORK = "work"
"""The user's folder, which git ignores."""


class Originals(AsyncLargeFileManager):
    """The files of the clone, writable in one folder only."""

    @staticmethod
    def is_original(path: str) -> bool:
        """Return whether a path is outside the user's folder."""
        return path.strip("/").split("/", maxsplit=1)[0] != WORK

    def refuse(self, path: str) -> None:
        """Raise an error with a clear message if a path is an original."""
        if self.is_original(path):
            raise HTTPError(403, f"{path} is an original and stays as it is; save a copy under {WORK}/, with Save As")

    async def get(self, path: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return a file or folder; an original is marked as not writable, which JupyterLab shows."""
        model: dict[str, Any] = await super().get(path, *args, **kwargs)
        model["writable"] = bool(model["writable"]) and not self.is_original(path)
        return model

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        """Write a file."""
        self.refuse(path)
        saved: dict[str, Any] = await super().save(model, path)
        return saved

    async def rename_file(self, old_path: str, new_path: str) -> None:
        """Move a file."""
        self.refuse(old_path)
        self.refuse(new_path)
        await super().rename_file(old_path, new_path)

    async def delete_file(self, path: str) -> None:
        """Remove a file or folder."""
        self.refuse(path)
        await super().delete_file(path)

    async def create_checkpoint(self, path: str) -> dict[str, Any]:
        """Keep a copy of a file before it is written."""
        self.refuse(path)
        checkpoint: dict[str, Any] = await super().create_checkpoint(path)
        return checkpoint


c = get_config()  # type: ignore[name-defined]  # noqa: F821 - Jupyter's own
c.ServerApp.root_dir = str(ROOT)
c.ServerApp.contents_manager_class = Originals
c.LabApp.default_url = "/lab/tree/work/START.md"
