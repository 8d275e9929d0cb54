"""Running what takes long and can go on later: a bar, and every way it may end told plainly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.writing import cannot_write
from platform_api.console import FAILED, Refusal, Speech, refuse
from platform_api.stopping import exit_code, how_told
from scenarios.resolved import Label

if TYPE_CHECKING:
    from platform_api.progress import Bar


@contextmanager
def watched(speech: Speech, out: Path | None, seed: int) -> Iterator[Bar]:
    """A bar to follow the work with; `out` is the folder that keeps what is finished."""
    from metrics.outcomes import NotMeasured
    from platform_api.crew import RunFailed
    from platform_api.journal import NotOurs
    from platform_api.progress import Bar
    from sim.laws import LawBroken

    with Bar(speech) as bar:
        try:
            yield bar
        except KeyboardInterrupt as stop:
            _interrupted(speech, bar, how_told(stop), out)
            raise click.exceptions.Exit(exit_code(stop)) from None
        except NotOurs as error:
            raise Refusal(_placed(error.folder, error.message), error.remedy) from None
        except NotMeasured as error:
            raise _not_measured(error) from None
        except LawBroken as error:
            raise refuse("law", FAILED, law=error, seed=seed) from None
        except RunFailed as error:
            raise Refusal(error.message, _to_go_on(error.remedy, out), FAILED) from None
        except OSError as error:
            raise cannot_write(out or Path(), error) from None
        except ValueError as error:
            raise refuse("cannot_run", FAILED, reason=error) from None


def _interrupted(speech: Speech, bar: Any, how: str, out: Path | None) -> None:
    from contextlib import suppress

    with suppress(BrokenPipeError):
        key = "interrupted.lost" if out is None else "interrupted.kept"
        speech.note(key, how=how, finished=bar.finished, folder=out)


def _to_go_on(remedy: Label, out: Path | None) -> Label:
    """With a folder nothing that was finished is lost."""
    if out is None:
        return remedy
    from platform_api.texts import both

    more = both("compare.go_on", folder=out)
    return Label(f"{remedy.vi}; {more.vi}", f"{remedy.en}; {more.en}")


def _placed(folder: Path, message: Label) -> Label:
    return Label(vi=f"--out {folder} {message.vi}", en=f"--out {folder} {message.en}")


def _not_measured(error: Any) -> Refusal:
    known = "; ".join(",".join(f"{k}={v}" for k, v in of.items()) or "{}" for of in error.known[:20]) or "–"
    asked = ",".join(f"{key}={value}" for key, value in error.labels) or "{}"
    return refuse("not_measured", name=error.name, labels=asked, known=known)
