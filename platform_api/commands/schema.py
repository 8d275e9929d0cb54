"""`cuakhau schema`: the JSON Schema of scenario files, for an editor's completion."""

from __future__ import annotations

import json

from platform_api.commands.common import command
from platform_api.console import Speech


@command("schema")
def schema(speech: Speech) -> None:
    """Print the schema; redirect it into a file for the editor."""
    from scenarios import library

    speech.json(json.dumps(library.json_schema(), ensure_ascii=False, indent=1))
