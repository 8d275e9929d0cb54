"""What click found wrong with the words of a command line, said in both languages."""

from __future__ import annotations

import re

import click

from platform_api.texts import both
from scenarios.resolved import Label

_EXTRA = re.compile(r"extra argument.*?\((.*)\)")
"""click's words for arguments that nothing asked for."""


def usage_error(error: click.ClickException) -> tuple[Label, Label]:
    """Message and remedy of an error of click's."""
    remedy = both("error.usage.remedy", command=_command(error))
    if isinstance(error, click.NoSuchOption):
        return both("error.no_option", option=error.option_name), _nearest(error.possibilities) or remedy
    if isinstance(error, click.MissingParameter):
        return both("error.missing", parameter=_name_of(error.param)), remedy
    if isinstance(error, click.BadParameter):
        return _bad_parameter(error), remedy
    if isinstance(error, click.BadOptionUsage):
        return both("error.no_value", option=error.option_name), remedy
    extra = _EXTRA.search(error.format_message())
    if extra is not None:
        return both("error.extra", words=extra[1]), remedy
    return both("error.usage", message=error.format_message().rstrip(".")), remedy


def _bad_parameter(error: click.BadParameter) -> Label:
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.Choice):
        return both(
            "error.choice", parameter=_name_of(error.param), choices=", ".join(map(str, kind.choices))
        )
    return both("error.bad_value", parameter=_name_of(error.param), message=error.message.rstrip("."))


def _name_of(parameter: click.Parameter | None) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(
            click.get_current_context(silent=True) or click.Context(click.Command("-"))
        )
    return parameter.opts[-1] if parameter is not None else "?"


def _nearest(possibilities: list[str] | None) -> Label | None:
    return both("error.nearest", word=possibilities[0]) if possibilities else None


def _command(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else "cuakhau"
