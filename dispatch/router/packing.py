"""Learned parts to tables and plain values and back, for `storage`."""

from __future__ import annotations

from collections import deque

import numpy as np

from dispatch.router.calibration import Scaling
from dispatch.router.history import Follower
from dispatch.router.learner import Learner
from dispatch.router.pool import REMEMBERED, Pool
from dispatch.router.storage import Packed
from dispatch.router.textfeatures import KINDS, Block, TextFeatures
from dispatch.router.textmodel import TextModel

_TABLES = ("counts", "weights", "slopes")


def pack_text(model: TextModel | None, packed: Packed, name: str) -> None:
    """Put a text model (or its absence) under this name."""
    packed.plain[name] = None
    if model is None:
        return
    packed.plain[name] = {
        "labels": list(model.labels),
        "slope": model.scaling.slope,
        "blocks": {block.kind.name: list(block.columns) for block in model.features.blocks},
    }
    packed.tables |= {
        f"{name}.weights": model.weights,
        f"{name}.bias": model.bias,
        f"{name}.scaling": model.scaling.bias,
        f"{name}.sure": model.unseen[0],
        f"{name}.right": model.unseen[1],
        f"{name}.idf": np.concatenate([block.idf for block in model.features.blocks]),
    }


def unpack_text(packed: Packed, name: str) -> TextModel | None:
    """The text model under this name. Raises KeyError or ValueError where a part is missing or does not fit."""
    plain = packed.plain[name]
    if plain is None:
        return None
    idf, start, blocks = packed.tables[f"{name}.idf"], 0, []
    for kind in KINDS:
        grams = plain["blocks"][kind.name]
        columns = {gram: start + i for i, gram in enumerate(grams)}
        blocks.append(Block(kind, columns, idf[start : start + len(grams)], start))
        start += len(grams)
    weights = packed.tables[f"{name}.weights"]
    if weights.shape != (start, len(plain["labels"])):
        raise ValueError(f"{name}: {weights.shape} weights for {start} grams")
    return TextModel(
        tuple(plain["labels"]),
        TextFeatures(tuple(blocks)),
        weights,
        packed.tables[f"{name}.bias"],
        Scaling(plain["slope"], packed.tables[f"{name}.scaling"]),
        (packed.tables[f"{name}.sure"], packed.tables[f"{name}.right"]),
    )


def pack_learner(learner: Learner, packed: Packed, name: str) -> None:
    """Put a learner under this name."""
    pool = learner.pool
    packed.plain[name] = {
        "weights": pool.weights,
        "slopes": pool.slopes,
        "correction": list(pool.correction),
        "learned": pool.learned,
    }
    packed.tables[f"{name}.sure"] = np.array([p for p, _ in pool.answers])
    packed.tables[f"{name}.right"] = np.array([hit for _, hit in pool.answers], bool)
    pack_text(learner.text, packed, f"{name}.text")
    _pack_follower(learner.follower, packed, f"{name}.follower")


def unpack_learner(packed: Packed, name: str) -> Learner:
    """The learner under this name. Raises KeyError or ValueError where a part is missing."""
    plain = packed.plain[name]
    sure, right = packed.tables[f"{name}.sure"], packed.tables[f"{name}.right"]
    answers = deque(((float(p), bool(hit)) for p, hit in zip(sure, right, strict=True)), maxlen=REMEMBERED)
    slope, shift = plain["correction"]
    pool = Pool(plain["weights"], plain["slopes"], (slope, shift), answers, plain["learned"])
    return Learner(pool, unpack_text(packed, f"{name}.text"), _unpack_follower(packed, f"{name}.follower"))


def _pack_follower(follower: Follower | None, packed: Packed, name: str) -> None:
    packed.plain[name] = None
    if follower is None:
        return
    packed.plain[name] = {
        "names": list(follower.names),
        "order": list(follower.order),
        "units": list(follower.units),
        "rows": list(follower.rows),
        "clock": follower.clock,
        "closings": follower.closings,
    }
    rows, units = len(follower.rows), len(follower.units)
    packed.tables |= {f"{name}.{table}": getattr(follower, table)[:rows, :units] for table in _TABLES}
    packed.tables[f"{name}.seen_at"] = follower.seen_at[:rows]
    packed.tables[f"{name}.lately"] = follower.lately[:units]
    packed.tables[f"{name}.usual"] = follower.usual[:units]


def _unpack_follower(packed: Packed, name: str) -> Follower | None:
    plain = packed.plain[name]
    if plain is None:
        return None
    tables = {table: packed.tables[f"{name}.{table}"] for table in _TABLES}
    shape = (len(plain["rows"]), len(plain["units"]))
    if any(table.shape != shape for table in tables.values()):
        raise ValueError(f"{name}: tables are not {shape}")
    return Follower(
        names=tuple(plain["names"]),
        order=tuple(plain["order"]),
        units={unit: i for i, unit in enumerate(plain["units"])},
        rows={key: i for i, key in enumerate(plain["rows"])},
        seen_at=packed.tables[f"{name}.seen_at"],
        lately=packed.tables[f"{name}.lately"],
        usual=packed.tables[f"{name}.usual"],
        clock=plain["clock"],
        closings=plain["closings"],
        **tables,
    )
