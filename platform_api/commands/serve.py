"""`cuakhau serve`: the HTTP service on this machine."""

from __future__ import annotations

import click

from platform_api.commands.common import command, one_line, refused_settings, whole_number
from platform_api.commands.warm import get_warm
from platform_api.console import Refusal, Speech, refuse
from platform_api.stopping import INTERRUPTED


@command("serve")
@click.option("--host", metavar="ADDRESS", help=one_line("serve.host"))
@click.option("--port", metavar="N", callback=whole_number("port", 0, 65535), help=one_line("serve.port"))
def serve(speech: Speech, host: str | None, port: int | None) -> None:
    """Serve until Ctrl-C."""
    from platform_api import app

    get_warm(speech)
    try:
        with refused_settings(speech):
            app.serve(host, port, ready=lambda address: speech.note("serve.ready", address=address))
    except KeyboardInterrupt:
        speech.note("serve.stopped")
        raise click.exceptions.Exit(INTERRUPTED) from None
    except OSError as error:
        raise _not_opened(host, port, error) from None
    speech.note("serve.stopped")


def _not_opened(host: str | None, port: int | None, error: OSError) -> Refusal:
    reason = error.strerror or str(error)
    return refuse("serve", host=host or "127.0.0.1", port=8000 if port is None else port, reason=reason)
