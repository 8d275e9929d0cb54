"""Mistakes that an engine could make, each as a change that a test puts in and takes out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from simpy import Event

from scenarios.resolved import Condition, Effect
from sim import arrivals
from sim.appointments import _Book, by_appointment
from sim.draws import draw
from sim.engines import batches, preemption, reference, reserving
from sim.engines.batches import Gathering
from sim.engines.entities import Entity, Position, Visit
from sim.engines.errands import Errand
from sim.engines.floor import DIVERTED, RENEGED, Group, Pool, Station, Zone
from sim.engines.reference import LOST_PATIENCE, Model
from sim.engines.rules import Order, Rulebook
from sim.engines.state import Senses, Tally
from sim.engines.stocks import Stock
from sim.engines.world import World
from sim.log import EMPTY

Patch = pytest.MonkeyPatch
Mutant = Callable[[Patch], None]
MUTANTS: dict[str, Mutant] = {}


def mutant(mistake: Mutant) -> Mutant:
    """Keep it under its name."""
    MUTANTS[mistake.__name__] = mistake
    return mistake


def with_key(patch: Patch, change: Callable[[tuple[int, ...]], tuple[int, ...]]) -> None:
    """Give every visit another place in the order of the law."""
    new_visit = Model.new_visit

    def changed(model: Model, *args: Any, **more: Any) -> Visit:
        visit = new_visit(model, *args, **more)
        visit.key = change(visit.key)
        return visit

    patch.setattr(Model, "new_visit", changed)


# ---- order
@mutant
def last_come_first_served(patch: Patch) -> None:
    with_key(patch, lambda key: (key[0], -key[1], *key[2:]))


@mutant
def priority_ignored(patch: Patch) -> None:
    with_key(patch, lambda key: (0, *key[1:]))


@mutant
def ties_reversed(patch: Patch) -> None:
    with_key(patch, lambda key: (*key[:2], *(-part for part in key[2:])))


@mutant
def the_step_before_the_entity(patch: Patch) -> None:
    with_key(patch, lambda key: (*key[:2], *key[-2:], *key[2:-2]))


@mutant
def the_flow_before_joined(patch: Patch) -> None:
    with_key(patch, lambda key: (key[0], key[2], key[1], *key[3:]))


@mutant
def age_of_the_backlog_ignored(patch: Patch) -> None:
    new_visit = Model.new_visit

    def without_age(model: Model, entity: Entity, station: Station, position: Position, **_: Any) -> Visit:
        return new_visit(model, entity, station, position)

    patch.setattr(Model, "new_visit", without_age)


@mutant
def groups_in_reverse_order(patch: Patch) -> None:
    groups = Model._groups

    def turned(model: Model) -> list[Group]:
        found = groups(model)
        for group in found:
            group.number = len(found) - 1 - group.number
        return found

    patch.setattr(Model, "_groups", turned)


@mutant
def decided_at_once(patch: Patch) -> None:
    """A fact does not wait for the other facts of its instant."""

    def stir(group: Group) -> None:
        if not group.stirred:
            group.stirred = True
            group.decide(Event(group.env))

    patch.setattr(Group, "stir", stir)


@mutant
def starts_before_doors(patch: Patch) -> None:
    """One more chance to start before anybody is admitted."""
    decide = Group.decide

    def starts_first(group: Group, event: Event) -> None:
        best = Group._best(group.may_start, Station.startable)
        if best is not None:
            best.station.start(best)
        decide(group, event)

    patch.setattr(Group, "decide", starts_first)


# ---- places
@mutant
def one_place_more_in_a_step(patch: Patch) -> None:
    full_place = Station.full_place

    def roomier(station: Station, in_zone: bool) -> int | None:
        station.places -= 1
        try:
            return full_place(station, in_zone)
        finally:
            station.places += 1

    patch.setattr(Station, "full_place", roomier)


@mutant
def one_place_more_in_a_zone(patch: Patch) -> None:
    built = Zone.__init__
    patch.setattr(Zone, "__init__", lambda zone, number, room: built(zone, number, room + 1))


@mutant
def officers_freed_though_blocked(patch: Patch) -> None:
    patch.setattr(Model, "keep_units", lambda model, visit: model.return_units(visit))


@mutant
def place_given_back_at_the_end_of_service(patch: Patch) -> None:
    """An ended visit no longer counts in its step while the next place refuses."""
    come_to_door, give_back, freed = Station.come_to_door, Model.give_back, set[Visit]()

    def come(station: Station, visit: Visit) -> None:
        held = visit.position.visit
        if held is not None and held not in freed:
            held.station.give_place_back()
            freed.add(held)
        come_to_door(station, visit)

    def give(model: Model, visit: Visit) -> None:
        visit.station.places += visit in freed
        give_back(model, visit)

    patch.setattr(Station, "come_to_door", come)
    patch.setattr(Model, "give_back", give)


@mutant
def zone_never_left(patch: Patch) -> None:
    """Its place is given back only by who goes home from inside."""
    move_in = Model.move_in

    def stay(model: Model, visit: Visit, position: Position) -> None:
        held, position.zone = position.zone, None
        move_in(model, visit, position)
        position.zone = visit.station.zone or held

    patch.setattr(Model, "move_in", stay)


@mutant
def zone_left_when_the_last_service_inside_ends(patch: Patch) -> None:
    be_served = Model.be_served

    def leave_early(model: Model, visit: Visit, position: Position) -> Any:
        following = yield from be_served(model, visit, position)
        station = model.stations.get(following or "")
        if (
            position.zone is not None
            and not position.branch
            and station
            and station.zone is not position.zone
        ):
            position.zone.give_back(model.env.now)
            position.zone = None
        return following

    patch.setattr(Model, "be_served", leave_early)


@mutant
def one_line_at_each_door(patch: Patch) -> None:
    """Those inside the zone stand behind those who wait for it."""

    def come(station: Station, visit: Visit) -> None:
        station.lines[1].add(visit)
        station.newcomers.append(visit)
        station.group.may_admit[station] = None
        station.group.stir()

    admit = Station.admit

    def admitted(station: Station, visit: Visit) -> None:
        if visit.in_zone:
            station.lines[1].pop()
            station.lines[0].add(visit)
        admit(station, visit)

    patch.setattr(Station, "come_to_door", come)
    patch.setattr(Station, "admit", admitted)


@mutant
def nobody_is_diverted(patch: Patch) -> None:
    patch.setattr(Station, "refuse", lambda station: station.newcomers.clear())


@mutant
def blocked_by_the_step_always(patch: Patch) -> None:
    full_place = Station.full_place

    def step_only(station: Station, in_zone: bool) -> int | None:
        return None if full_place(station, in_zone) is None else station.number

    patch.setattr(Station, "full_place", step_only)


# ---- patience
@mutant
def patience_after_the_starts_of_its_instant(patch: Patch) -> None:
    give_up = Model._give_up

    def late(model: Model, visit: Visit, event: Event) -> None:
        model.env.decide(500, lambda _: give_up(model, visit, event))

    patch.setattr(Model, "_give_up", late)


@mutant
def no_patience_at_the_door(patch: Patch) -> None:
    give_up = Model._give_up

    def only_inside(model: Model, visit: Visit, event: Event) -> None:
        if visit.admitted != EMPTY:
            give_up(model, visit, event)

    patch.setattr(Model, "_give_up", only_inside)


@mutant
def a_lost_child_is_a_lost_entity(patch: Patch) -> None:
    turn_away = Model.turn_away

    def lost(model: Model, visit: Visit, position: Position) -> str | None:
        to = turn_away(model, visit, position)
        if visit.outcome == RENEGED and to is None:
            visit.entity.outcome = LOST_PATIENCE
        return to

    patch.setattr(Model, "turn_away", lost)


# ---- capacity and units
@mutant
def capacity_ignored(patch: Patch) -> None:
    patch.setattr(Pool, "free", 99)


@mutant
def kept_units_are_free(patch: Patch) -> None:
    patch.setattr(Pool, "free", property(lambda pool: pool.capacity - pool.serving))


@mutant
def the_highest_free_unit_serves(patch: Patch) -> None:
    def highest(pool: Pool) -> int:
        if pool._returned:
            return pool._returned.pop(pool._returned.index(max(pool._returned)))
        pool._highest += 1
        return pool._highest

    patch.setattr(Pool, "_lowest", highest)


@mutant
def the_last_written_pool_first(patch: Patch) -> None:
    units_for = Station.units_for

    def last_first(station: Station, visit: Visit) -> Any:
        step = station.step
        turned = tuple(type(need)(need.any_of[::-1]) for need in step.needs)
        station.step = type(step)(
            **{name: getattr(step, name) for name in step.__dataclass_fields__} | {"needs": turned}
        )
        try:
            return units_for(station, visit)
        finally:
            station.step = step

    patch.setattr(Station, "units_for", last_first)


@mutant
def only_the_first_need_is_met(patch: Patch) -> None:
    units_for = Station.units_for

    def first(station: Station, visit: Visit) -> Any:
        found = units_for(station, visit)
        return found and found[:1]

    patch.setattr(Station, "units_for", first)


@mutant
def units_kept_again_at_a_second_door(patch: Patch) -> None:
    keep_units = Model.keep_units

    def again(model: Model, visit: Visit) -> None:
        visit.keeping = False
        keep_units(model, visit)

    patch.setattr(Model, "keep_units", again)


@mutant
def a_start_never_opens_the_way_for_another(patch: Patch) -> None:
    patch.setattr(Station, "is_fickle", False)


# ---- stocks
@mutant
def short_stocks_are_ignored(patch: Patch) -> None:
    patch.setattr(Station, "gets_enough", lambda station, visit: True)


@mutant
def a_put_stirs_nobody(patch: Patch) -> None:
    def quietly(stock: Stock, amount: int, now: int) -> None:
        stock.level += amount
        stock.put_in += amount
        stock.levels.note(now, stock.level, stock.put_in)

    patch.setattr(Stock, "put", quietly)


@mutant
def who_is_refused_keeps_its_place(patch: Patch) -> None:
    give_back = Model.give_back

    def keep(model: Model, visit: Visit) -> None:
        visit.station.places += visit.outcome == DIVERTED
        give_back(model, visit)

    patch.setattr(Model, "give_back", keep)


# ---- platforms and durations
@mutant
def slow_downs_ignored(patch: Patch) -> None:
    duration = Model.duration

    def quick(model: Model, visit: Visit, mode: int, number: int) -> int:
        slow, visit.station.slow = visit.station.slow, 1000
        try:
            return duration(model, visit, mode, number)
        finally:
            visit.station.slow = slow

    patch.setattr(Model, "duration", quick)


@mutant
def factors_floored_one_by_one(patch: Patch) -> None:
    duration = Model.duration

    def floored(model: Model, visit: Visit, mode: int, number: int) -> int:
        slow, visit.station.slow = visit.station.slow, 1000
        states = [service.state for service in visit.station.services]
        for service in visit.station.services:
            service.state = 1000 if service.state else 0
        try:
            value = duration(model, visit, mode, number) * slow // 1000
            for state in states if mode == 0 else ():
                value = value * state // 1000
            return value
        finally:
            visit.station.slow = slow
            for service, state in zip(visit.station.services, states, strict=True):
                service.state = state

    patch.setattr(Model, "duration", floored)


@mutant
def starts_wait_though_there_is_paper(patch: Patch) -> None:
    patch.setattr(
        Station, "mode", lambda station: 0 if all(service.state for service in station.services) else None
    )


@mutant
def an_outage_is_not_noticed(patch: Patch) -> None:
    patch.setattr(Station, "mode", lambda station: 0)


@mutant
def a_pause_forgets_what_was_done(patch: Patch) -> None:
    settle = Station.settle_outage

    def forget(station: Station) -> None:
        lengths = {visit: visit.length for visit in station.under_way}
        settle(station)
        for visit, length in lengths.items():
            visit.length = length

    patch.setattr(Station, "settle_outage", forget)


@mutant
def work_goes_on_through_an_outage(patch: Patch) -> None:
    patch.setattr(Station, "settle_outage", lambda station: None)


# ---- choices that read the state
@mutant
def choosers_in_the_order_in_which_they_come(patch: Patch) -> None:
    patch.setattr(Group, "_choose", _in_order_of_coming)


def _in_order_of_coming(group: Group) -> None:
    choosers, group.choosers = group.choosers, []
    for _, choose in choosers:
        choose()


@mutant
def a_pick_is_counted_only_when_it_comes(patch: Patch) -> None:
    pick_way = Model.pick_way

    def uncounted(model: Model, entity: Entity, station: Station, decided: Event) -> None:
        come = Tally.come
        with pytest.MonkeyPatch.context() as within:
            within.setattr(Tally, "come", lambda tally, flow: None)
            pick_way(model, entity, station, decided)
        picked = model.stations.get(str(decided.value))
        if picked is not None and picked.has_visits:
            decided.callbacks.insert(0, lambda _: come(picked.tally, entity.key[0]))

    patch.setattr(Model, "pick_way", uncounted)


@mutant
def the_last_of_equal_lanes(patch: Patch) -> None:
    shortest = Model._shortest

    def last(model: Model, ways: dict[str, str | None]) -> str:
        return shortest(model, dict(reversed(ways.items())))

    patch.setattr(Model, "_shortest", last)


@mutant
def who_is_served_is_not_at_the_step(patch: Patch) -> None:
    patch.setattr(Tally, "there", property(lambda tally: tally.waiting, lambda tally, _: None), raising=False)


@mutant
def a_threshold_is_reached_at_its_number(patch: Patch) -> None:
    holds = Senses._holds

    def at_least(senses: Senses, condition: Condition) -> bool:
        above = condition.above
        return holds(senses, replace(condition, above=None if above is None else above - 1))

    patch.setattr(Senses, "_holds", at_least)


@mutant
def one_condition_is_enough(patch: Patch) -> None:
    patch.setattr(Senses, "all_hold", lambda senses, told: any(senses._holds(one) for one in told))


@mutant
def choices_decide_apart_from_what_they_read(patch: Patch) -> None:
    patch.setattr(Model, "_read_together", lambda model, station: [station])


@mutant
def doors_before_choices(patch: Patch) -> None:
    """Who chooses sees what the doors and starts of this pass did."""
    decide = Group.decide

    def late(group: Group, event: Event) -> None:
        choosers, group.choosers = group.choosers, []
        decide(group, event)
        group.choosers = choosers + group.choosers
        group._choose()

    patch.setattr(Group, "decide", late)


@mutant
def one_that_decides_counts_itself_when_it_balks(patch: Patch) -> None:
    consider = Model.consider

    def counted(model: Model, visit: Visit) -> Event:
        visit.station.tally.come(visit.entity.key[0])
        return consider(model, visit)

    patch.setattr(Model, "consider", counted)


@mutant
def the_chance_of_the_first_length_that_is_reached(patch: Patch) -> None:
    """Of the lines of a balking only the first counts."""
    join_or_balk = Model.join_or_balk

    def first(model: Model, visit: Visit) -> None:
        step = visit.station.step
        assert step.balking is not None
        visit.station.step = replace(step, balking=replace(step.balking, chances=step.balking.chances[:1]))
        join_or_balk(model, visit)
        visit.station.step = step

    patch.setattr(Model, "join_or_balk", first)


# ---- rules
@mutant
def a_break_does_not_begin_the_time_anew(patch: Patch) -> None:
    read = Rulebook._read

    def forgiving(book: Rulebook, order: Order) -> None:
        since = order.since
        read(book, order)
        if order.since == EMPTY and since != EMPTY and not book._holds(order):
            order.since = since

    patch.setattr(Rulebook, "_read", forgiving)


@mutant
def a_rule_acts_a_millisecond_late(patch: Patch) -> None:
    later = Rulebook._switch_later
    patch.setattr(Rulebook, "_switch_later", lambda book, order, delay: later(book, order, delay + 1))


@mutant
def a_rule_ends_without_waiting_for_its_until(patch: Patch) -> None:
    holds = Rulebook._holds

    def hasty(book: Rulebook, order: Order) -> bool:
        return not book.senses.all_hold(order.rule.when) if order.given else holds(book, order)

    patch.setattr(Rulebook, "_holds", hasty)


@mutant
def kept_units_come_on_top(patch: Patch) -> None:
    call_in = Pool.call_in
    patch.setattr(Pool, "call_in", lambda pool, at_least, more: call_in(pool, 0, at_least + more))


@mutant
def of_two_diversions_the_last(patch: Patch) -> None:
    act = Rulebook._act

    def turned(book: Rulebook, effect: Effect) -> None:
        act(book, effect)
        if effect.what == "divert":
            options = [one.option for one in book._of("divert", effect.target)]
            book.stations[effect.target].diverted = options[-1] if options else None

    patch.setattr(Rulebook, "_act", turned)


@mutant
def the_opened_door_is_not_looked_at(patch: Patch) -> None:
    def quietly(station: Station, closed: bool) -> None:
        station.closed = closed

    patch.setattr(Station, "set_closed", quietly)


@mutant
def a_diverted_meeting_does_not_count(patch: Patch) -> None:
    option_now = Model._option_now

    def uncounted(model: Model, entity: Entity, station: Station, ways: dict[str, str | None]) -> str:
        return option_now(model, entity, station, ways) if station.diverted is None else station.diverted

    patch.setattr(Model, "_option_now", uncounted)


# ---- parallel parts, ends
@mutant
def a_parallel_part_ends_with_its_first_branch(patch: Patch) -> None:
    patch.setattr(World, "all_of", lambda world, events: world.any_of(events))


@mutant
def back_to_its_own_step_behind_the_door(patch: Patch) -> None:
    """One that returns asks for a place like everybody, while it holds one."""
    come = Model.come

    def ask(model: Model, visit: Visit, position: Position) -> None:
        held, station = position.visit, visit.station
        if held is None or held.station is not station or not station.needs_place(visit.in_zone):
            come(model, visit, position)
            return
        model.keep_units(held)
        visit.inside = Event(model.env)
        station.come_to_door(visit)

    patch.setattr(Model, "come", ask)


@mutant
def an_emptied_run_ends_a_millisecond_early(patch: Patch) -> None:
    stops_at = Model.stops_at

    def early(model: Model) -> int | None:
        stops = stops_at(model)
        return stops if stops is None or stops != model.last_left + 1 else stops - 1

    patch.setattr(Model, "stops_at", early)


# ---- what is held across steps
@mutant
def held_units_go_back_with_the_visit(patch: Patch) -> None:
    """A `hold` step gives its units back like work."""

    def at_once(model: Model, visit: Visit) -> None:
        for pool, units in visit.position.holds.pop(visit.station.name, ()):
            pool.give_back(units, model.env.now, kept=False)
        give_back(model, visit)

    give_back = Model.give_back
    patch.setattr(Model, "give_back", at_once)


@mutant
def a_loss_keeps_what_it_held(patch: Patch) -> None:
    leave = Model.leave

    def forgetful(model: Model, position: Position) -> None:
        position.holds = {}
        leave(model, position)

    patch.setattr(Model, "leave", forgetful)


# ---- appointments
@mutant
def a_no_show_gives_its_place_back(patch: Patch) -> None:
    arrival = _Book.arrival

    def give_back(book: _Book, birth: Any, luck: Any) -> Any:
        came = arrival(book, birth, luck)
        if came is None and book._slot is not None:
            book._taken -= 1
        return came

    patch.setattr(_Book, "arrival", give_back)


@mutant
def nobody_gets_the_slot_that_has_begun(patch: Patch) -> None:
    take = _Book._take
    patch.setattr(_Book, "_take", lambda book, wanted: take(book, wanted + book.spec.slot - 1))


@mutant
def walk_ins_take_places_too(patch: Patch) -> None:
    arrival = _Book.arrival

    def all_take(book: _Book, birth: Any, luck: Any) -> Any:
        came = arrival(book, birth, luck)
        if came is not None and came.given["booking"] == "walk_in":
            book._take(birth.at)
        return came

    patch.setattr(_Book, "arrival", all_take)


@mutant
def sources_have_slots_of_their_own(patch: Patch) -> None:
    def apart(scenario: Any, flow: str, wanting: Any, *rest: Any) -> Any:
        for source, wants in wanting.items():
            yield from by_appointment(scenario, flow, {source: wants}, *rest)

    patch.setattr(arrivals, "by_appointment", apart)


# ---- sub-entities
@mutant
def nobody_waits_for_what_was_sent(patch: Patch) -> None:
    patch.setattr(Errand, "missing", lambda errand, wait_for: 0)


@mutant
def a_join_waits_for_those_of_all_visits(patch: Patch) -> None:
    """A second sending forgets nobody."""
    send = Model.send

    def add(model: Model, visit: Visit, spec: Any) -> None:
        before = visit.entity.errands.get(visit.station.number)
        send(model, visit, spec)
        if before is not None:
            visit.entity.errands[visit.station.number].back -= before.sent - before.back

    patch.setattr(Model, "send", add)


@mutant
def samples_share_the_draws_of_their_number(patch: Patch) -> None:
    """All sub-entities of a visit take the same time."""
    built = Entity.__init__

    def alike(entity: Entity, *args: Any) -> None:
        built(entity, *args)
        entity.day_child = entity.key[2] << 16

    patch.setattr(Entity, "__init__", alike)


@mutant
def samples_draw_what_their_parent_has(patch: Patch) -> None:
    born = Model.born

    def anew(model: Model, name: str, flow: Any, source: str, birth: Any) -> Entity:
        return born(model, name, flow, source, replace(birth, given={}) if birth.child else birth)

    patch.setattr(Model, "born", anew)


def the_lost_forget(patch: Patch, what: str) -> None:
    """Whoever is lost has not what the end of its way must look after."""
    complete = Model.complete

    def forget(model: Model, entity: Entity) -> None:
        if entity.outcome == LOST_PATIENCE:
            setattr(entity, what, None)
        complete(model, entity)

    patch.setattr(Model, "complete", forget)


@mutant
def a_lost_sample_never_ends(patch: Patch) -> None:
    the_lost_forget(patch, "sent_for")


# ---- interruptions and closing
@mutant
def the_first_who_started_is_the_victim(patch: Patch) -> None:
    order = preemption.order

    def turned(visit: Visit) -> tuple[Any, ...]:
        priority, started, *rest = order(visit)
        return (priority, -started, *rest)

    patch.setattr(preemption, "order", turned)


@mutant
def the_smallest_entity_is_the_victim(patch: Patch) -> None:
    order = preemption.order

    def turned(visit: Visit) -> tuple[Any, ...]:
        return (*order(visit)[:2], tuple(-part for part in visit.entity.key))

    patch.setattr(preemption, "order", turned)


@mutant
def an_equal_priority_is_interrupted(patch: Patch) -> None:
    first_victim = preemption._first_victim

    def equal(pool: Pool, now: int, above: int | None = None, but: Any = ()) -> Visit | None:
        return first_victim(pool, now, None if above is None else above - 1, but)

    patch.setattr(preemption, "_first_victim", equal)


def with_rest(patch: Patch, change: Callable[[Station, Visit], int]) -> None:
    """Give interrupted work another rest."""
    interrupt = Station.interrupt

    def changed(station: Station, visit: Visit) -> None:
        rest = change(station, visit)
        interrupt(station, visit)
        visit.length = rest

    patch.setattr(Station, "interrupt", changed)


@mutant
def interrupted_work_begins_anew(patch: Patch) -> None:
    with_rest(patch, lambda _, visit: visit.whole)


@mutant
def restarted_work_is_resumed(patch: Patch) -> None:
    with_rest(patch, lambda station, visit: visit.length - (station.env.now - max(visit.resumed, 0)))


@mutant
def interrupted_work_goes_to_the_end_of_the_queue(patch: Patch) -> None:
    wait_again = Visit.wait_again

    def behind(visit: Visit, now: int) -> None:
        visit.key = (visit.key[0], now, *visit.key[2:])
        wait_again(visit, now)

    patch.setattr(Visit, "wait_again", behind)


@mutant
def a_closing_counts_as_a_breakdown(patch: Patch) -> None:
    def is_over(pool: Pool, _: int) -> bool:
        return ("breakdown" in pool.preempt or pool.at_closing == "stop") and pool.free + pool.overtime < 0

    patch.setattr(Pool, "is_over", is_over)


@mutant
def everybody_is_served_in_overtime(patch: Patch) -> None:
    patch.setattr(Pool, "free_for", lambda pool, _: pool.free + pool.overtime)


@mutant
def what_ends_at_the_closing_does_not_fit(patch: Patch) -> None:
    fits = Pool.fits
    patch.setattr(Pool, "fits", lambda pool, units, length, now: fits(pool, units, length + 1, now))


@mutant
def any_fall_of_the_schedule_is_a_closing(patch: Patch) -> None:
    fits = Pool.fits
    patch.setattr(Pool, "fits", lambda pool, _, length, now: fits(pool, pool.scheduled, length, now))


# ---- reservation
@mutant
def a_better_one_overtakes_who_reserves(patch: Patch) -> None:
    patch.setattr(Station, "front", lambda station: station.queue.head())


@mutant
def parts_of_a_need_are_reserved(patch: Patch) -> None:
    """Units are reserved before there are enough of them."""
    reserve = Pool.reserve

    def short(pool: Pool, units: int, now: int) -> list[int]:
        return reserve(pool, max(1, units - 1), now)

    patch.setattr(Pool, "reserve", short)


@mutant
def reserved_work_starts_without_capacity(patch: Patch) -> None:
    patch.setattr(reserving, "_is_ready", lambda station, head: len(head.got) == len(station.step.needs))


@mutant
def what_was_reserved_stays_after_giving_up(patch: Patch) -> None:
    return_units = Model.return_units

    def forget(model: Model, visit: Visit) -> None:
        if visit.started == EMPTY:
            visit.units = []
        return_units(model, visit)

    patch.setattr(Model, "return_units", forget)


# ---- numbers
@mutant
def draws_follow_the_visit_not_the_start(patch: Patch) -> None:
    """Who gave up once has another service time when he comes again."""
    start = Station.start

    def by_visit(station: Station, visit: Visit) -> None:
        visit.entity.starts[station.number] = visit.number - 1
        start(station, visit)

    patch.setattr(Station, "start", by_visit)


@mutant
def draws_follow_the_order_of_starts(patch: Patch) -> None:
    """A stream of its own for each step, as most simulators have."""
    count = iter(range(1 << 31))
    patch.setattr(reference, "draw", lambda k0, k1, number, *rest: draw(k0, k1, next(count), *rest))


# ---- gathering
@mutant
def a_departure_with_nobody_is_kept(patch: Patch) -> None:
    """It takes who comes later."""

    def settle(gathering: Gathering, waiting: int) -> None:
        spec = gathering.spec
        enough = spec.number is not None and waiting >= spec.number
        heavy = spec.weight is not None and gathering.weight >= spec.weight
        gathering.due = gathering.due or gathering.called or enough or heavy or gathering.overdue > 0
        gathering.called = False

    patch.setattr(Gathering, "settle", settle)


@mutant
def who_is_due_must_still_be_enough_when_a_vehicle_comes(patch: Patch) -> None:
    settle = Gathering.settle

    def forget(gathering: Gathering, waiting: int) -> None:
        gathering.due = False
        settle(gathering, waiting)

    patch.setattr(Gathering, "settle", forget)


@mutant
def those_who_fit_load_past_a_misfit(patch: Patch) -> None:
    def fitting(station: Station, gathering: Gathering) -> list[Visit]:
        spec, weight = gathering.spec, 0
        chosen: list[Visit] = []
        for _, visit in sorted(station.queue._heap, key=lambda one: one[0]):
            too_many = spec.most is not None and len(chosen) >= spec.most
            too_heavy = spec.most_weight is not None and weight + gathering.weigh(visit) > spec.most_weight
            if visit.outcome or visit.started != EMPTY or (chosen and (too_many or too_heavy)):
                continue
            weight += gathering.weigh(visit)
            station.leave_queue(visit)
            chosen.append(visit)
        return chosen

    patch.setattr(batches, "_fitting", fitting)


@mutant
def a_heavy_head_never_goes(patch: Patch) -> None:
    startable = Station.startable

    def light(station: Station) -> Visit | None:
        head, gathering = startable(station), station.gathering
        if head is None or gathering is None or gathering.spec.most_weight is None:
            return head
        return head if gathering.weigh(head) <= gathering.spec.most_weight else None

    patch.setattr(Station, "startable", light)


@mutant
def a_lost_carrier_keeps_its_load(patch: Patch) -> None:
    the_lost_forget(patch, "load")


@mutant
def a_release_frees_the_vehicle(patch: Patch) -> None:
    """Already while it drives back."""
    release = Model.release

    def free(model: Model, entity: Entity) -> None:
        if entity.load is not None:
            for pool, units in entity.load.units:
                pool.give_back(units, model.env.now, kept=False)
            entity.load.units.clear()
        release(model, entity)

    patch.setattr(Model, "release", free)


@mutant
def who_gives_up_still_weighs(patch: Patch) -> None:
    patch.setattr(Gathering, "go", lambda gathering, visit: None)


# ---- messages
@mutant
def the_time_for_an_answer_runs_from_its_own_start(patch: Patch) -> None:
    """Not from the sending of the message."""
    new_visit = Model.new_visit

    def later(model: Model, entity: Entity, station: Station, position: Position, **more: Any) -> Visit:
        held = position.visit
        joined = held.joined if held is not None else 0
        if held is not None and station.step.is_answer:
            held.joined = model.env.now
        visit = new_visit(model, entity, station, position, **more)
        if held is not None:
            held.joined = joined
        return visit

    patch.setattr(Model, "new_visit", later)


@mutant
def late_answers_are_waited_for(patch: Patch) -> None:
    """Time runs out in the queue only, as other patience does."""
    give_up = Model._give_up

    def patient(model: Model, visit: Visit, event: Event) -> None:
        if visit.started == EMPTY:
            give_up(model, visit, event)

    patch.setattr(Visit, "is_too_late", lambda visit, now: False)
    patch.setattr(Model, "_give_up", patient)


@mutant
def an_answer_at_the_last_instant_counts(patch: Patch) -> None:
    is_too_late = Visit.is_too_late

    def later(visit: Visit, now: int) -> bool:
        if now + visit.length == visit.until:
            visit.patience = False
            return False
        return is_too_late(visit, now)

    patch.setattr(Visit, "is_too_late", later)


@mutant
def a_platform_answers_while_it_is_down(patch: Patch) -> None:
    mode = Station.mode

    def always(station: Station, visit: Visit) -> int | None:
        return 0 if station.step.is_answer else mode(station, visit)

    patch.setattr(Station, "mode", always)
