"""The exception an action of this app raises when its guard says no.

Each action defines its own subclass beside itself (`CannotAssign`, `CannotReply`).
"""


class Refused(Exception):
    """An action was refused. `str()` is a translated sentence; `field` names the input to change, if any.

    `status` is the HTTP status for the API: 409 where the state forbids it (a named `field` makes it 400).
    """

    status = 409

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field
