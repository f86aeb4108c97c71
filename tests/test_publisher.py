"""Messages leave the request's path, together where they may, and none twice."""

from common.publisher import TOGETHER, Publisher, joined


def test_numbers_of_one_task_go_together_and_equal_messages_once():
    left = [
        ("route", (1,), True), ("place", (), False), ("send", (5,), False), ("route", (2,), True), ("tell", (1,), True),
        ("place", (), False), ("route", (1,), True), ("send", (6,), False),
    ]  # fmt: skip

    assert joined(left) == [("place", ()), ("send", (5,)), ("send", (6,)), ("route", (1, 2)), ("tell", (1,))]


def test_a_message_holds_so_many_numbers_and_no_more():
    sent = joined([("route", (number,), True) for number in range(2 * TOGETHER + 1)])

    assert [len(args) for _task, args in sent] == [TOGETHER, TOGETHER, 1]
    assert [number for _task, args in sent for number in args] == list(range(2 * TOGETHER + 1))


def test_what_is_left_when_the_process_ends_is_still_sent():
    sent = []
    publisher = Publisher(lambda task, args: sent.append((task, args)))

    for number in range(3):
        publisher.publish("tell", (number,), together=True)
    publisher.finish()

    assert sent == [("tell", (0, 1, 2))]
