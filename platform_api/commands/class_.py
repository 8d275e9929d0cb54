"""`cuakhau class`: a class on the local network, which participants join by a code."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import click

from platform_api.commands.common import command, one_line, refused_settings, whole_number
from platform_api.commands.warm import get_warm
from platform_api.console import Refusal, Speech, refuse
from platform_api.stopping import INTERRUPTED

if TYPE_CHECKING:
    from platform_api.class_server import Opened

NOWHERE = ("192.0.2.1", 9)
"""An address that nobody has (RFC 5737): nothing is sent, the system only chooses the way."""


@command("class")
@click.argument("lesson", default="what-a-gate-is")
@click.option(
    "--teams", metavar="N", default="4", callback=whole_number("teams", 1, 8), help=one_line("class.teams")
)
@click.option("--host", metavar="ADDRESS", help=one_line("class.host"))
@click.option("--port", metavar="N", callback=whole_number("port", 0, 65535), help=one_line("class.port"))
@click.option("--new", "anew", is_flag=True, help=one_line("class.new"))
def class_(speech: Speech, lesson: str, teams: int, host: str | None, port: int | None, anew: bool) -> None:
    """Serve one class until Ctrl-C; started again it goes on where it was."""
    from platform_api import class_server
    from scenarios.lessons import names

    if lesson not in names():
        raise refuse("class.unknown", name=lesson, known=", ".join(names()))
    here = host or own_address()
    get_warm(speech)
    try:
        with refused_settings(speech):
            class_server.serve(
                lesson, teams, here, port, anew=anew, ready=lambda opened: _tell(speech, opened)
            )
    except KeyboardInterrupt:
        speech.note("serve.stopped")
        raise click.exceptions.Exit(INTERRUPTED) from None
    except OSError as error:
        raise _not_opened(here, port, error) from None
    speech.note("serve.stopped")


def own_address() -> str:
    """The address of this machine in the local network; this machine's own where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sounding:
        try:
            sounding.connect(NOWHERE)
        except OSError:
            return "127.0.0.1"
        address: str = sounding.getsockname()[0]
        return address


def _tell(speech: Speech, opened: Opened) -> None:
    speech.note("class.ready", join=opened.join, code=opened.code, trainer=opened.trainer)


def _not_opened(host: str, port: int | None, error: OSError) -> Refusal:
    reason = error.strerror or str(error)
    return refuse("serve", host=host, port=8000 if port is None else port, reason=reason)
