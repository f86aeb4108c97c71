"""What a browser says of itself, in two words: a person looks through a list for the one that is not theirs."""

from django.utils.translation import gettext as _

# The first that is found counts: Edge also says Chrome, Chrome also says Safari, a telephone also says Linux.
BROWSERS = {
    "MicroMessenger": "WeChat",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "HarmonyOS": "HarmonyOS",
    "OpenHarmony": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def device(user_agent: str) -> str:
    """Return browser and system, such as “Edge · Windows”; what is unknown is shown as it came, shortened."""
    found = [next((name for sign, name in known.items() if sign in user_agent), None) for known in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or user_agent[:60] or _("unknown")
