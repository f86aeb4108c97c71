"""The one kind of exception an action raises when its guard says no."""


class Refused(Exception):
    """An action was refused. `str()` is a translated sentence for the person who asked, saying what to change.

    Each action defines its own subclass beside itself (`CannotAssign`, `CannotReply`). `field` names the input
    that has to change, where there is one, so that a form or the API can show the sentence beside it.
    """

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field
