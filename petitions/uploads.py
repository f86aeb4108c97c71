"""Uploads made safe: where petitions look for it. Stations use the same (common/uploads.py)."""

from common.uploads import EXTENSIONS, BadUpload, Clean, clean

__all__ = ["EXTENSIONS", "BadUpload", "Clean", "clean"]
