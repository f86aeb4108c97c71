"""The tables of states and moves, read as lists."""

import pytest
from django.utils.functional import Promise

from dispatch import lifecycle as orders
from petitions import lifecycle
from petitions.api.commands import ORDER_COMMANDS, PETITION_COMMANDS
from petitions.lifecycle import BY_ORDER_OR_CLOCK, ENDED, MOVES, OPEN, State
from petitions.timeline import LABELS
from tests.petitions.inputs import ORDER_INPUT, ORDER_WHO, PETITION_INPUT, PETITION_WHO

# Where a move without a target of its own may lead (its action decides).
DECIDED = {
    "evaluate": {"concluded", "rework", "registered"},
    "send_back": {"in_progress", "rework"},
    "reopen": {"rework", "registered"},
    "grant_return": {"registered", "replied"},
    "unmerge": {"submitted", "registered", "assigned", "in_progress"},  # where it was before the merging
    "classify": {"registered"},  # found to be an accusation: restricted at once
}


def targets(move):
    """The states a move may lead to from one of its sources; its source, where it may stay."""
    if move.name in DECIDED:
        return DECIDED[move.name]
    return {str(move.target)} if move.target else set()


def test_every_state_can_be_reached():
    reached = {"submitted"} | {state for move in MOVES.values() for state in targets(move)}

    assert reached == set(State.values)


def test_every_order_state_can_be_reached():
    reached = {"assigned"} | {str(move.target) for move in orders.MOVES.values() if move.target}

    assert reached == set(orders.OrderState.values)


def test_ended_states_are_left_by_archiving_reopening_and_undoing_only():
    leaving = {
        name
        for name, move in MOVES.items()
        if targets(move) and move.sources & ENDED and not targets(move) <= {next(iter(move.sources))}
    }

    assert leaving == {"archive", "reopen", "unmerge"}


def test_open_and_ended_make_up_all_states():
    assert set(State.values) == OPEN | ENDED
    assert not OPEN & ENDED


def test_every_open_state_has_a_way_on():
    for state in OPEN:
        assert any(state in move.sources and targets(move) - {state} for move in MOVES.values()), state


def test_every_move_has_a_command_or_is_made_by_an_order_or_the_clock():
    assert set(MOVES) == set(PETITION_COMMANDS) | BY_ORDER_OR_CLOCK
    assert not set(PETITION_COMMANDS) & BY_ORDER_OR_CLOCK


def test_every_order_move_has_a_command_or_is_made_by_the_matter():
    made_by_the_matter = {name for name, move in orders.MOVES.items() if move.who == {orders.SYSTEM}}

    assert set(orders.MOVES) == set(ORDER_COMMANDS) | made_by_the_matter
    assert made_by_the_matter == {"cancel", "send_back", "take_up"}


def test_every_label_is_translated_when_it_is_read():
    for move in [*MOVES.values(), *orders.MOVES.values()]:
        assert isinstance(move.label, Promise), move.name
    for states in (State, orders.OrderState, lifecycle.Publication, lifecycle.Rating):
        assert all(isinstance(member._label_, Promise) for member in states), states


def test_every_move_has_words_on_the_timeline():
    spoken = set(MOVES) | (set(orders.MOVES) - {"cancel"})

    assert spoken <= set(LABELS)


def test_restricted_petitions_take_only_what_supervisor_petitioner_and_router_may_do():
    assert {name for name, move in MOVES.items() if move.restricted} == {
        "register", "release", "decline", "note", "withdraw", "supplement", "withdraw_publication",
    }  # fmt: skip


def test_the_tests_know_every_command():
    assert set(PETITION_INPUT) == set(PETITION_WHO) == set(PETITION_COMMANDS)
    assert set(ORDER_INPUT) == set(ORDER_WHO) == set(ORDER_COMMANDS)


@pytest.mark.parametrize("name", sorted(MOVES))
def test_who_is_never_nobody(name):
    assert MOVES[name].who
    assert MOVES[name].sources
