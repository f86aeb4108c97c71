"""Words that mean: do not write, call. Pure; shown while somebody writes, and never a reason to refuse.

Numbers: 110 police, 119 fire and rescue, 120 ambulance (DOMAIN.md). Rather one warning too many.
"""

from __future__ import annotations

import re

_WORDS: dict[str, str] = {
    "119": r"着火|起火|失火|火灾|冒烟|煤气泄漏|燃气泄漏|天然气泄漏|漏煤气|爆炸|被困|坍塌|倒塌"
    r"|on fire|gas leak|explosion|trapped",
    "120": r"晕倒|昏迷|受伤|流血|中毒|心脏病|触电|溺水|救命|unconscious|bleeding|injured|poisoned|electrocuted",
    "110": r"抢劫|打架|持刀|跳楼|自杀|轻生|绑架|家暴|被打|威胁我|robbery|knife|suicide|kidnap|violence",
}
_FOUND = {number: re.compile(words, re.IGNORECASE) for number, words in _WORDS.items()}


def numbers_for(text: str) -> list[str]:
    """Return the emergency numbers that the text calls for, fire first; none for an ordinary matter."""
    return [number for number, words in _FOUND.items() if words.search(text)]
