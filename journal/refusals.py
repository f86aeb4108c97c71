"""The one kind of exception an action raises when its guard says no; defined on the lowest floor."""

from accounts.refusals import Refused

__all__ = ["Refused"]
