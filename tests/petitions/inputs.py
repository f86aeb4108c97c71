"""What each command takes when nothing is wrong with it, and who makes it in the tests' town."""

REASON = {"reason": "因为情况如此。"}
NOTE = {"note": "请尽快。"}
RULING = {"ruling": "理由充分。"}
ANSWER = {"text": "已清淤。", "result_class": "a"}

PETITION_INPUT = {
    "register": {},
    "classify": {"urgency": "urgent"},
    "restrict": {},
    "release": REASON,
    "answer_on_spot": {"text": "当场答复。"},
    "propose_decline": {**REASON, "channel": "人民法院"},
    "refuse_decline": REASON,
    "decline": {**REASON, "channel": "人民法院"},
    "merge": {},  # `into` is another petition's reference
    "unmerge": {},  # of a petition merged before
    "assign": {"units": ["water"]},
    "reassign": {"units": ["road"], "note": "应由交通局办理。"},
    "approve_reply": {},
    "send_back": REASON,
    "supervise": REASON,
    "conclude": REASON,
    "reopen": REASON,
    "convert": {"title": "关于排水的建议", **REASON},
    "note": {"text": "已致电。"},
    "unclaim": REASON,
    "remark": {"text": "今天去现场看过。"},
    "ask_supervision": REASON,
    "propose_publication": {"title": "校门口积水", "text": "校门口下水道堵塞。"},
    "publish": {},
    "refuse_publication": REASON,
    "propose_exclusion": REASON,
    "grant_exclusion": RULING,
    "refuse_exclusion": RULING,
    "count_again": REASON,
    "evaluate": {"process": "satisfied", "result": "satisfied"},
    "withdraw": {},
    "supplement": {"text": "补充一点。"},
    "withdraw_publication": {},
}
# Who may make the move on a petition of East Bank; the first named makes it in the tests.
PETITION_WHO = {
    "register": ["officer", "station_head", "dispatcher", "supervisor"],
    "classify": ["officer", "station_head", "dispatcher"],
    "restrict": ["officer", "station_head", "dispatcher"],
    "release": ["supervisor"],
    "answer_on_spot": ["officer", "station_head"],
    "propose_decline": ["officer", "station_head"],
    "refuse_decline": ["dispatcher"],
    "decline": ["dispatcher", "supervisor"],
    "merge": ["officer", "station_head", "dispatcher"],
    "unmerge": ["officer", "station_head", "dispatcher"],
    "assign": ["dispatcher"],
    "reassign": ["dispatcher"],
    "approve_reply": ["officer", "station_head", "dispatcher"],
    "send_back": ["officer", "station_head", "dispatcher"],
    "supervise": ["supervisor"],
    "conclude": ["supervisor"],
    "reopen": ["supervisor"],
    "convert": ["deputy"],
    "note": ["officer", "station_head", "dispatcher", "supervisor"],
    "propose_publication": ["officer", "station_head", "dispatcher"],
    "unclaim": ["deputy"],
    "remark": ["deputy"],
    "ask_supervision": ["deputy"],
    "publish": ["dispatcher", "supervisor"],
    "refuse_publication": ["dispatcher", "supervisor"],
    "propose_exclusion": ["officer", "station_head", "dispatcher", "supervisor"],
    "grant_exclusion": ["supervisor"],
    "refuse_exclusion": ["supervisor"],
    "count_again": ["supervisor"],
    "evaluate": ["resident"],
    "withdraw": ["resident"],
    "supplement": ["resident"],
    "withdraw_publication": ["resident"],
}
# Who reads a petition of East Bank that the deputy received and the water unit leads.
READERS = [
    "officer", "station_head", "dispatcher", "supervisor", "handler", "head", "deputy", "resident",
]  # fmt: skip

ORDER_INPUT = {
    "sign": {},
    "hand_to": {"handler": "handler"},
    "contact": {},
    "request_return": REASON,
    "grant_return": {},
    "refuse_return": RULING,
    "request_extension": {**REASON, "working_days": 3},
    "grant_extension": RULING,
    "refuse_extension": RULING,
    "propose_ledger": REASON,
    "grant_ledger": RULING,
    "refuse_ledger": RULING,
    "recheck_ledger": NOTE,
    "clear_ledger": NOTE,
    "draft_reply": ANSWER,
    "reply": ANSWER,
    "urge": NOTE,
}
UNIT = ["handler", "head"]
ORDER_WHO = {
    "sign": UNIT,
    "hand_to": UNIT,
    "contact": UNIT,
    "request_return": UNIT,
    "grant_return": ["dispatcher"],
    "refuse_return": ["dispatcher"],
    "request_extension": UNIT,
    "grant_extension": ["dispatcher"],
    "refuse_extension": ["dispatcher"],
    "propose_ledger": UNIT,
    "grant_ledger": ["supervisor"],
    "refuse_ledger": ["supervisor"],
    "recheck_ledger": ["supervisor"],
    "clear_ledger": ["supervisor", "head"],
    "draft_reply": UNIT,
    "reply": ["head"],
    "urge": ["officer", "dispatcher", "supervisor", "deputy"],
}
# Who reads the water unit's order: not the resident.
ORDER_READERS = ["officer", "station_head", "dispatcher", "supervisor", "handler", "head", "deputy"]
