"""`cuakhau schema`: the JSON Schema of scenario files, for an editor's completion."""

from __future__ import annotations

import json

import click

from platform_api.commands.common import command, one_line
from platform_api.console import Speech


@command("schema")
@click.option("--design", "of_designs", is_flag=True, help=one_line("schema.design"))
def schema(speech: Speech, of_designs: bool) -> None:
    """Print the schema; redirect it into a file for the editor."""
    from scenarios import library
    from scenarios.editor import design_schema

    made = design_schema() if of_designs else library.json_schema()
    speech.json(json.dumps(made, ensure_ascii=False, indent=1))
