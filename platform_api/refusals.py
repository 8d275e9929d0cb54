"""Why a run is not taken, not found, without an answer, or failed: the words for it."""

from __future__ import annotations

from dataclasses import replace

import structlog

from platform_api import errors
from platform_api.crew import RunFailed
from platform_api.faults import ScenarioFault
from platform_api.settings import Settings
from platform_api.wire import Ticket
from scenarios.errors import Problem, ScenarioError, shown, suggestion
from scenarios.resolved import Label
from sim.laws import LawBroken

log = structlog.get_logger(__name__)


def queue_full(waiting: int) -> errors.ApiError:
    """No more runs are taken for now."""
    message = Label(vi=f"đã có {waiting} lần chạy đang đợi", en=f"{waiting} runs are waiting already")
    remedy = Label(
        vi="hãy đợi một lần chạy xong rồi gửi lại", en="wait until a run has ended, then send this again"
    )
    error = errors.fault(errors.QUEUE_FULL, "queue", waiting, message, remedy)
    error.headers["Retry-After"] = "10"
    return error


def unknown_run(run: str) -> errors.ApiError:
    """There is no run of this id."""
    message = Label(vi=f"không có lần chạy '{shown(run)}'", en=f"'{shown(run)}' is not a run of this server")
    remedy = Label(vi="GET /v1/runs liệt kê các lần chạy", en="GET /v1/runs lists the runs")
    return errors.fault(errors.UNKNOWN_RUN, "run", run, message, remedy)


def unknown_experiment(experiment: str) -> errors.ApiError:
    """There is no experiment of this id."""
    message = Label(
        vi=f"không có thí nghiệm '{shown(experiment)}'",
        en=f"'{shown(experiment)}' is not an experiment of this server",
    )
    remedy = Label(vi="GET /v1/experiments liệt kê các thí nghiệm", en="GET /v1/experiments lists them")
    return errors.fault(errors.UNKNOWN_EXPERIMENT, "experiment", experiment, message, remedy)


_WAITING = Label(vi="hãy hỏi lại khi state là succeeded", en="ask again when its state is succeeded")
_ENDED = Label(vi="hãy gửi một lần chạy mới", en="order a new run")


def no_result(ticket: Ticket) -> errors.ApiError:
    """The run has not succeeded, so it has no answer."""
    message = Label(vi=f"đang ở trạng thái {ticket.state}", en=f"is {ticket.state}")
    remedy = _WAITING if ticket.state in ("queued", "running") else _ENDED
    return errors.fault(errors.NO_RESULT, "run", ticket.id, message, remedy)


def not_ended(ticket: Ticket) -> errors.ApiError:
    """Only what has ended can be deleted."""
    message = Label(vi=f"đang ở trạng thái {ticket.state}", en=f"is {ticket.state}")
    remedy = Label(vi="hãy huỷ lần chạy trước (DELETE)", en="cancel it first (DELETE)")
    return errors.fault(errors.NOT_ENDED, "run", ticket.id, message, remedy)


def damaged(run: str, name: str) -> errors.ApiError:
    """A stored file is not what was written."""
    message = Label(vi=f"tệp '{name}' đã mất hoặc hỏng", en=f"its file '{name}' is gone or damaged")
    remedy = Label(
        vi="hãy đặt lại lần chạy này với fresh: true; cùng seed cho cùng kết quả",
        en="order it again with fresh: true; the same seed gives the same answer",
    )
    return errors.fault(errors.DAMAGED, "run", run, message, remedy)


def key_used_again(key: str) -> errors.ApiError:
    """An idempotency key stands for one order."""
    message = Label(vi="đã dùng cho một yêu cầu khác", en="was used for another order")
    remedy = Label(vi="hãy dùng một khoá mới cho yêu cầu mới", en="use a new key for a new order")
    return errors.fault(errors.WRONG_REQUEST, "header Idempotency-Key", key, message, remedy)


def unknown_session(session: str) -> errors.ApiError:
    """There is no live session of this name."""
    message = Label(vi=f"không có buổi '{shown(session)}'", en=f"'{shown(session)}' is not a live session")
    remedy = Label(vi="GET /v1/sessions liệt kê các buổi", en="GET /v1/sessions lists them")
    return errors.fault(errors.UNKNOWN_SESSION, "session", session, message, remedy)


def too_many_sessions(most: int) -> errors.ApiError:
    """No further live session is begun."""
    message = Label(vi=f"đã có {most} buổi", en=f"there are {most} already")
    remedy = Label(vi="hãy kết thúc một buổi (DELETE)", en="end one of them (DELETE)")
    error = errors.fault(errors.TOO_MANY_SESSIONS, "sessions", most, message, remedy)
    error.headers["Retry-After"] = "60"
    return error


def does_not_run(fault: ScenarioFault) -> errors.ApiError:
    """A scenario that turned out not to be runnable."""
    return errors.ApiError(errors.WRONG_SCENARIO, [Problem("scenario", "", fault.message, fault.remedy)])


def too_many_decisions(most: int) -> errors.ApiError:
    """A session has so many interventions and no more."""
    message = Label(vi=f"đã có {most} thay đổi", en=f"there are {most} already")
    remedy = Label(vi="hãy tua lại và bỏ bớt (forget)", en="go back and drop some (forget)")
    return errors.fault(errors.BEYOND_LIMITS, "interventions", most, message, remedy)


_TOO_MUCH = {
    "time": Label(vi="cần quá nhiều thời gian tính cho một lần", en="takes too long to work out at once"),
    "entities": Label(vi="đã có quá nhiều xe hoặc đơn", en="has too many entities by now"),
    "memory": Label(vi="cần quá nhiều bộ nhớ", en="needs too much memory"),
}


def session_beyond(what: str, at: int | None) -> errors.ApiError:
    """A session cannot go on, or not so far at once; it stands at an instant."""
    said, to = _TOO_MUCH[what], "" if at is None else f" ({at} ms)"
    message = Label(
        vi=f"{said.vi}; buổi đứng ở chỗ đã tới{to}", en=f"{said.en}; it stands where it came to{to}"
    )
    remedy = (
        Label(vi="hãy gửi lại để đi tiếp, hoặc chọn một thời điểm gần hơn",
              en="send this again to go on, or choose an instant that is nearer")
        if what == "time"
        else Label(vi="hãy tua lại, hoặc chạy kịch bản này như một lần chạy (POST /v1/runs)",
                   en="go back, or do this scenario as a run (POST /v1/runs)")
    )  # fmt: skip
    return errors.fault(errors.BEYOND_LIMITS, "session", at or "", message, remedy)


def cannot_set(what: str, target: str, value: int, error: ValueError) -> errors.ApiError:
    """Something that cannot be set in a live session."""
    message = Label(vi=f"không đặt được: {error}", en=f"cannot be set: {error}")
    remedy = Label(
        vi="what là capacity, scheduled (tài nguyên), platform (nền tảng), slow (bước) hoặc demand (luồng)",
        en="what is capacity or scheduled (of a resource), platform, slow (of a step) or demand (of a flow)",
    )
    return errors.fault(errors.WRONG_REQUEST, "target", f"{what} {target} = {value}", message, remedy)


def stored_too_much(most: int) -> errors.ApiError:
    """A holder's runs take more room than one may have."""
    message = Label(
        vi=f"những gì bạn đã lưu vượt {most:,} byte",
        en=f"what you have stored goes beyond {most:,} bytes",
    )
    remedy = Label(
        vi="hãy xoá bớt lần chạy, thí nghiệm (DELETE …/{id}/files), kịch bản hoặc buổi",
        en="delete runs or experiments (DELETE …/{id}/files), scenarios or sessions",
    )
    return errors.fault(errors.BEYOND_LIMITS, "stored", most, message, remedy)


def beyond_memory(run: str, megabytes: int) -> Problem:
    """A simulating process reached the memory it may have."""
    message = Label(vi=f"cần hơn {megabytes:,} MB bộ nhớ", en=f"needs more than {megabytes:,} MB of memory")
    remedy = Label(
        vi="hãy rút ngắn thời gian mô phỏng, bỏ records, hoặc chạy bằng dòng lệnh",
        en="simulate a shorter time, leave records out, or run it on the command line",
    )
    return Problem("run", run, message, remedy)


def no_replication(run: str, number: int, most: int) -> errors.ApiError:
    """A run has so many replications and no more."""
    message = Label(vi=f"lần chạy {run} có {most} lần lặp", en=f"the run {run} has {most}")
    remedy = Label(vi=f"hãy viết từ 1 đến {most}", en=f"write 1 to {most}")
    return errors.fault(errors.WRONG_REQUEST, "replication", number, message, remedy)


_NEEDED = {
    "database": Label(vi="cơ sở dữ liệu không trả lời", en="the database does not answer"),
    "folder": Label(vi="không ghi được vào thư mục dữ liệu", en="the data folder cannot be written"),
    "workers": Label(vi="luồng làm việc đã dừng", en="its workers have stopped"),
    "time": Label(vi="máy chủ đang dừng", en="it is stopping"),
}


def not_ready(missing: list[str]) -> errors.ApiError:
    """The service cannot work at the moment."""
    remedy = Label(vi="hãy hỏi lại sau ít giây, và xem nhật ký máy chủ",
                   en="ask again in a few seconds, and see the server's log")  # fmt: skip
    told = [Problem(name, "", _NEEDED[name], remedy) for name in missing]
    return errors.ApiError(errors.NOT_READY, told, {"Retry-After": "5"})


def no_record(run: str) -> errors.ApiError:
    """The run was not ordered with `records`."""
    message = Label(vi="không giữ bản ghi", en="has kept no record")
    remedy = Label(vi="hãy đặt lại với records: true và cùng seed",
                   en="order it again with records: true and the same seed")  # fmt: skip
    return errors.fault(errors.WRONG_REQUEST, "run", run, message, remedy)


def nobody_there(error: ScenarioError) -> errors.ApiError:
    """An entity that a replication has not."""
    return errors.ApiError(
        errors.WRONG_REQUEST, [replace(problem, place="entity") for problem in error.problems]
    )


def no_attribute(name: str, known: list[str]) -> errors.ApiError:
    """An attribute that the entities of a run have not."""
    message = Label(vi=f"'{shown(name)}' không phải thuộc tính nào", en=f"'{shown(name)}' is no attribute")
    return errors.fault(errors.WRONG_REQUEST, "by", name, message, suggestion(name, known or ["direction"]))


def too_large_to_look_at(run: str, most: int) -> errors.ApiError:
    """A replication has too many entities to be looked at while somebody waits."""
    message = Label(vi=f"có hơn {most:,} thực thể", en=f"has more than {most:,} entities")
    remedy = Label(vi="hãy đặt một thí nghiệm loại why với trucks",
                   en="order an experiment of kind why, with trucks")  # fmt: skip
    return errors.fault(errors.BEYOND_LIMITS, "run", run, message, remedy)


def store_away() -> errors.ApiError:
    """The database does not answer."""
    message = Label(vi="không trả lời", en="does not answer")
    remedy = Label(
        vi="hãy gửi lại sau ít giây; nếu vẫn vậy, xem nhật ký máy chủ và CUAKHAU_DATABASE",
        en="send this again in a few seconds; if it stays so, see the server's log and CUAKHAU_DATABASE",
    )
    error = errors.fault(errors.STORE_AWAY, "database", "", message, remedy)
    error.headers["Retry-After"] = "5"
    return error


def workers_died(run: str, tries: int) -> Problem:
    """Every process that did the run ended before it did."""
    message = Label(
        vi=f"đã thử {tries} lần, lần nào tiến trình cũng dừng giữa chừng",
        en=f"was tried {tries} times, and each time the process stopped in the middle",
    )
    remedy = Label(
        vi="thường là do hết bộ nhớ: hãy dùng kịch bản nhỏ hơn hoặc ít lần lặp hơn",
        en="most often the memory ran out: use a smaller scenario or fewer replications",
    )
    return Problem("run", run, message, remedy)


def law_broken(error: LawBroken) -> Problem:
    """The run contradicted the law."""
    message = Label(
        vi=f"vi phạm một luật của mô phỏng: {error}", en=f"broke a law of the simulation: {error}"
    )
    remedy = Label(
        vi="đây là lỗi chương trình: hãy báo kèm kịch bản và seed",
        en="this is a mistake of the program: report it with the scenario and the seed",
    )
    return Problem("run", "", message, remedy)


def cannot_run(error: ValueError) -> Problem:
    """The scenario turned out not to be runnable."""
    message = Label(vi=f"không chạy được: {error}", en=f"cannot be run: {error}")
    return Problem("scenario", "", message, Label(vi="hãy sửa kịch bản", en="correct the scenario"))


def cannot_store(error: OSError) -> Problem:
    """The answer could not be stored."""
    reason = error.strerror or type(error).__name__
    message = Label(vi=f"không lưu được kết quả: {reason}", en=f"its answer cannot be stored: {reason}")
    remedy = Label(
        vi="hãy xem chỗ trống và quyền ghi của CUAKHAU_DATA_DIR, rồi chạy lại",
        en="look at the room and the rights of CUAKHAU_DATA_DIR, then order it again",
    )
    return Problem("run", "", message, remedy)


def fault(run: str) -> Problem:
    """The program failed in a way nobody foresaw; its log tells how."""
    message = Label(vi="đã dừng vì một lỗi của chương trình", en="ended by a mistake of the program")
    remedy = Label(vi="nhật ký của máy chủ có chi tiết", en="the server's log has the details")
    return Problem("run", run, message, remedy)


def beyond(settings: Settings) -> Problem:
    """The run took longer, or grew larger, than this server allows."""
    limits = (f"{settings.max_run_seconds:g} s", f"{2 * settings.max_entities:,}")
    message = Label(
        vi="vượt giới hạn {} hoặc {} thực thể mỗi lần lặp".format(*limits),
        en="went beyond the limit of {}, or of {} entities a replication".format(*limits),
    )
    remedy = Label(
        vi="hãy chạy bằng dòng lệnh, hoặc rút ngắn thời gian mô phỏng",
        en="run it on the command line, or simulate a shorter time",
    )
    return Problem("run", "", message, remedy)


# ---- of whatever ended it


def told(error: Exception, run: str, settings: Settings) -> tuple[Problem, ...]:
    """Why a run or an experiment failed, in words."""
    if isinstance(error, ScenarioError):
        return error.problems
    if isinstance(error, MemoryError):
        return (beyond_memory(run, settings.max_run_megabytes),)
    if isinstance(error, LawBroken):
        return (law_broken(error),)
    if isinstance(error, ScenarioFault):
        return (Problem("scenario", "", error.message, error.remedy),)
    if isinstance(error, RunFailed):
        return (Problem("run", run, error.message, error.remedy),)
    if isinstance(error, ValueError):
        return (cannot_run(error),)
    if isinstance(error, OSError):
        return (cannot_store(error),)
    log.error("run failed", run=run, exc_info=error)
    return (fault(run),)
