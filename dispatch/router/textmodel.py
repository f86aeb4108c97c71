"""Label from text: two linear models over log-count ratios (NB-SVM, Wang and Manning 2012), folded into one matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

from dispatch.router.calibration import Scaling, fit_scaling, threshold_for
from dispatch.router.textfeatures import TextFeatures, clean

Matrix = NDArray[np.float32]

FEW_LABELS = 24  # up to here two models a label and three folds; beyond, one model and one fold
MOST_WEIGHTS = 24_000_000  # weights kept: about 100 MB
BETAS = (1.0, 0.5)  # how strongly the log-count ratio scales a feature
FOLDS = 3
KINDER = 0.01  # messages held back from one collection are a little easier than those that come in next


class CannotTrain(Exception):
    """Why a model cannot be fitted from these examples."""


@dataclass(frozen=True, slots=True)
class TextModel:
    """Probabilities of labels from title and body."""

    labels: tuple[str, ...]
    features: TextFeatures
    weights: Matrix  # column of features × label
    bias: Matrix
    scaling: Scaling
    unseen: tuple[NDArray[np.float64], NDArray[np.bool_]]  # how sure and how right on messages not fitted to

    @classmethod
    def fit(cls, titles: Sequence[str], bodies: Sequence[str], labels: Sequence[str]) -> TextModel:
        """Fit from messages and their labels. Raises CannotTrain: fewer than two labels, no words."""
        names = tuple(sorted(set(labels)))
        if len(names) < 2:
            raise CannotTrain(f"Training needs at least two labels; the examples have {len(names)}.")
        order = {name: i for i, name in enumerate(names)}
        truth = np.array([order[label] for label in labels])
        features = TextFeatures.fit(titles, bodies, MOST_WEIGHTS // len(names))
        if not features.width:
            raise CannotTrain("There is nothing to learn from: no word or character stands in more than one message.")
        rows = features.matrix(titles, bodies)
        weights, bias = _fit_linear(rows, truth, len(names))
        return cls(names, features, weights, bias, *_fit_calibration(rows, truth, len(names), features))

    def probabilities(self, title: str, body: str) -> NDArray[np.float64]:
        """One probability for each of `labels`, together 1."""
        return self.scaling.probabilities(self._decide(title, body)[None, :])[0]

    def predict(self, title: str, body: str) -> tuple[str, float]:
        """The likeliest label and its probability."""
        p = self.probabilities(title, body)
        best = int(p.argmax())
        return self.labels[best], float(p[best])

    def threshold(self, precision: float) -> float:
        """The probability from which the first label was right this often on unseen messages; above 1: never."""
        return threshold_for(*self.unseen, precision + KINDER)

    def words(self, title: str, body: str, label: str, most: int = 4) -> list[str]:
        """The words that spoke most for this label against the others, strongest first."""
        if label not in self.labels:
            return []
        at, values = self.features.row(title, body)
        which = self.labels.index(label)
        gain = values * (self.weights[at, which] - self.weights[at].mean(axis=1))
        score_of = dict(zip(at.tolist(), gain.tolist(), strict=True))
        spoken: dict[str, float] = {}
        for block in self.features.blocks:
            if block.kind.name.endswith("_words"):
                for word in set(block.kind.cut(clean(title if block.kind.of_title else body))):
                    score = score_of.get(block.columns.get(word, -1), 0.0)
                    spoken[word] = spoken.get(word, 0.0) + score
        long = [word for word, score in spoken.items() if len(word) > 1 and score > 0]
        return sorted(long, key=lambda word: (-spoken[word], word))[:most]

    def _decide(self, title: str, body: str) -> NDArray[np.float64]:
        at, values = self.features.row(title, body)
        return (values @ self.weights[at] + self.bias).astype(np.float64)


def _fit_linear(rows: sparse.csr_array, truth: NDArray[np.int64], labels: int) -> tuple[Matrix, Matrix]:
    """Weights (features × labels) and bias. A label without examples is decided against."""
    weights = np.zeros((rows.shape[1], labels), np.float32)
    bias = np.full(labels, -1.0, np.float32)
    betas = BETAS if labels <= FEW_LABELS else BETAS[1:]
    everywhere = _present(rows, np.ones(len(truth), bool))
    for label in range(labels):
        is_label = truth == label
        if not is_label.any() or is_label.all():
            bias[label] = 1.0 if is_label.all() else -1.0
            continue
        ratio = _log_count_ratio(_present(rows, is_label), everywhere)
        bias[label] = 0.0
        for beta in betas:
            scale = (np.sign(ratio) * np.abs(ratio) ** beta).astype(np.float32)
            # Indices are shared, only the values are new: a copy of everything would double the memory.
            scaled = sparse.csr_array((rows.data * scale[rows.indices], rows.indices, rows.indptr), rows.shape)
            fitted = LinearSVC(C=0.3, class_weight="balanced", random_state=0).fit(scaled, is_label)
            weights[:, label] += (fitted.coef_[0] * scale / len(betas)).astype(np.float32)
            bias[label] += np.float32(fitted.intercept_[0] / len(betas))
    return weights, bias


def _present(rows: sparse.csr_array, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """In how many of the chosen rows each column stands."""
    of_chosen = np.repeat(chosen, np.diff(rows.indptr))
    return np.bincount(rows.indices[of_chosen], minlength=rows.shape[1]).astype(np.float64)


def _log_count_ratio(inside: NDArray[np.float64], everywhere: NDArray[np.float64]) -> NDArray[np.float64]:
    outside = everywhere - inside
    return np.log((inside + 1) / (inside + 1).sum()) - np.log((outside + 1) / (outside + 1).sum())


def _fit_calibration(
    rows: sparse.csr_array, truth: NDArray[np.int64], labels: int, features: TextFeatures
) -> tuple[Scaling, tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """Turn margins into probabilities with margins of messages that the model had not seen."""
    fold = np.random.default_rng(0).permutation(len(truth)) % FOLDS
    margins, answers = [], []
    for held in range(FOLDS if labels <= FEW_LABELS else 1):
        out = fold == held
        fitted_to = rows[np.flatnonzero(~out)]
        weights, bias = _fit_linear(fitted_to, truth[~out], labels)
        known = _present(fitted_to, np.ones(fitted_to.shape[0], bool)) > 0
        margins.append(features.without(rows[np.flatnonzero(out)], known) @ weights + bias)
        answers.append(truth[out])
    seen, answered = np.vstack(margins).astype(np.float64), np.concatenate(answers)
    scaling = fit_scaling(seen, answered)
    p = scaling.probabilities(seen)
    return scaling, (p.max(axis=1), p.argmax(axis=1) == answered)
