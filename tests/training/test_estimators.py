"""EdugradClassifier and EdugradRegressor among scikit-learn's tools."""

from __future__ import annotations

import functools
import importlib
import pickle
import signal
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import edugrad
from edugrad import devices, nn, optim
from edugrad.training import EdugradClassifier, EdugradRegressor
from tests import standin

pytestmark = pytest.mark.slow

SMALL = {"hidden_layer_sizes": (16,), "max_epochs": 15, "batch_size": 100, "lr": 0.05}
CHECKED = {"hidden_layer_sizes": (16,), "max_epochs": 8, "batch_size": 150, "lr": 0.1}
NEEDS_MORE = {  # a package or a setting that is not here
    "check_array_api_input",
    "check_classifier_data_not_an_array",
    "check_regressor_data_not_an_array",
}


@pytest.fixture(scope="module")
def digits() -> Any:
    X, y = load_digits(return_X_y=True)
    return train_test_split(X / 16, y, test_size=0.25, random_state=0)


@pytest.fixture(scope="module")
def line() -> tuple[np.ndarray, np.ndarray]:
    X = np.linspace(-1, 1, 64)[:, None]
    return X, 2 * X[:, 0] + 1


@pytest.mark.parametrize("kind", [EdugradClassifier, EdugradRegressor])
def test_scikit_learns_own_checks(kind: Any) -> None:
    results = check_estimator(kind(**CHECKED), on_skip=None, on_fail=None)
    failed = [(r["check_name"], r["exception"]) for r in results if r["status"] == "failed"]
    assert failed == []
    skipped = {r["check_name"] for r in results if r["status"] != "passed"}
    assert skipped <= NEEDS_MORE
    assert len(results) > 50


class TestClassifier:
    def test_digits(self, digits: Any) -> None:
        X_train, X_test, y_train, y_test = digits
        classifier = EdugradClassifier(max_epochs=8, random_state=0).fit(X_train, y_train)
        assert classifier.score(X_test, y_test) > 0.95
        assert classifier.classes_.tolist() == list(range(10))
        assert (classifier.n_iter_, len(classifier.loss_curve_)) == (8, 8)
        assert classifier.loss_ == classifier.loss_curve_[-1] < classifier.loss_curve_[0] / 5
        assert classifier.n_features_in_ == 64
        chances = classifier.predict_proba(X_test)
        assert (type(chances), chances.shape) == (np.ndarray, (450, 10))
        assert np.allclose(chances.sum(1), 1)
        assert np.allclose(np.log(chances), classifier.predict_log_proba(X_test))
        assert (classifier.predict(X_test) == chances.argmax(1)).all()
        shown = ConfusionMatrixDisplay.from_estimator(classifier, X_test, y_test)
        expected = confusion_matrix(y_test, classifier.predict(X_test))
        assert (shown.confusion_matrix == expected).all()

    def test_in_a_pipeline_and_a_search(self) -> None:
        X, y = load_iris(return_X_y=True, as_frame=False)
        names = load_iris().target_names[y]
        pipeline = make_pipeline(StandardScaler(), EdugradClassifier(**SMALL, random_state=0))
        assert cross_val_score(pipeline, X, names, cv=3).mean() > 0.9
        sizes = [(), (16,)]
        search = GridSearchCV(pipeline, {"edugradclassifier__hidden_layer_sizes": sizes}, cv=3)
        search.fit(X, names)
        assert search.best_score_ > 0.9
        assert set(search.predict(X)) == {"setosa", "versicolor", "virginica"}

    def test_a_seed_decides_and_the_rest_is_not_touched(self, digits: Any) -> None:
        X, _, y, _ = digits
        edugrad.manual_seed(1)
        before = edugrad.get_rng_state()
        first, second, other = (
            EdugradClassifier(**SMALL, random_state=seed).fit(X[:200], y[:200]).predict_proba(X)
            for seed in (3, 3, 4)
        )
        assert (first == second).all()
        assert not np.allclose(first, other)
        assert bool((edugrad.get_rng_state() == before).all())

    def test_parameters_survive_clone_and_pickle(self, digits: Any) -> None:
        X, _, y, _ = digits
        classifier = EdugradClassifier(**SMALL, random_state=0).fit(X[:100], y[:100])
        assert clone(classifier).get_params() == classifier.get_params()
        assert not hasattr(clone(classifier), "module_")
        copied = pickle.loads(pickle.dumps(classifier))
        assert (copied.predict_proba(X) == classifier.predict_proba(X)).all()
        copied.partial_fit(X[:100], y[:100])
        assert copied.n_iter_ == 16

    def test_single_precision_stays_single(self, digits: Any) -> None:
        X, _, y, _ = digits
        for dtype in (np.float32, np.float64):
            classifier = EdugradClassifier(**SMALL).fit(X[:50].astype(dtype), y[:50])
            assert {each.dtype.numpy for each in classifier.module_.parameters()} == {
                np.dtype(dtype)
            }
            assert classifier.predict_proba(X).dtype == dtype

    def test_early_stopping(self, digits: Any) -> None:
        X, _, y, _ = digits
        options = SMALL | {"max_epochs": 200, "n_iter_no_change": 3, "tol": 0.01}
        classifier = EdugradClassifier(**options, early_stopping=True, random_state=0)
        classifier.fit(X[:400], y[:400])
        losses = classifier.validation_loss_curve_
        assert classifier.n_iter_ == len(losses) < 200
        assert min(losses[:-3]) - min(losses[-3:]) < 0.01

    def test_training_on(self, digits: Any) -> None:
        X, _, y, _ = digits
        classifier = EdugradClassifier(**SMALL, warm_start=True, random_state=0)
        loss = classifier.fit(X[:300], y[:300]).loss_
        classifier.fit(X[:300], y[:300])
        assert (classifier.n_iter_, len(classifier.loss_curve_)) == (30, 30)
        assert classifier.loss_ < loss

    def test_in_parts(self, digits: Any) -> None:
        X, _, y, _ = digits
        classifier = EdugradClassifier(**SMALL, random_state=0)
        with pytest.raises(ValueError, match=r"classes must be passed on the first call"):
            classifier.partial_fit(X, y)
        for _ in range(5):
            classifier.partial_fit(X[y < 5], y[y < 5], classes=range(10))
        assert (classifier.n_iter_, len(classifier.classes_)) == (5, 10)
        assert set(classifier.predict(X)) <= set(range(5))
        with pytest.raises(ValueError, match=r"got:  the new classes \[77\]"):
            classifier.partial_fit(X[:2], [3, 77])

    def test_on_a_device(self, digits: Any) -> None:
        X, _, y, _ = digits
        devices.use_array_module("cuda", standin)
        try:
            classifier = EdugradClassifier(**SMALL, device="cuda", random_state=0)
            classifier.fit(X[:100], y[:100])
            assert {each.device.type for each in classifier.module_.parameters()} == {"cuda"}
            on_device = classifier.predict_proba(X)
        finally:
            devices.use_array_module("cuda", None)
        on_cpu = EdugradClassifier(**SMALL, random_state=0).fit(X[:100], y[:100])
        assert np.allclose(on_device, on_cpu.predict_proba(X))


class TestModules:
    def test_a_class(self, digits: Any) -> None:
        class Net(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.convolution = nn.Conv2d(1, 4, 3)
                self.head = nn.Linear(144, 10)

            def forward(self, x: Any) -> Any:
                return self.head(self.convolution(x.unflatten(1, (1, 8, 8))).relu().flatten(1))

        X_train, X_test, y_train, y_test = digits
        classifier = EdugradClassifier(Net, max_epochs=4, random_state=0).fit(X_train, y_train)
        assert isinstance(classifier.module_, Net)
        assert classifier.score(X_test, y_test) > 0.9

    def test_a_function_of_the_sizes(self, line: Any) -> None:
        X, y = line
        regressor = EdugradRegressor(nn.Linear, lr=0.1, max_epochs=100, random_state=0).fit(X, y)
        assert [each.item() for each in regressor.module_.parameters()] == pytest.approx(
            [2, 1], abs=1e-3
        )

    def test_a_module_is_copied(self, line: Any) -> None:
        X, y = line
        template = nn.Linear(1, 1)
        weight = template.weight.item()
        EdugradRegressor(template, random_state=0).fit(X, y)
        assert template.weight.item() == weight

    @pytest.mark.parametrize("module", ["Net", lambda inputs, outputs: None])
    def test_no_module(self, module: Any, line: Any) -> None:
        with pytest.raises(TypeError, match="module is a class of networks, or a function"):
            EdugradRegressor(module).fit(*line)

    def test_layers_of_the_perceptron(self, line: Any) -> None:
        regressor = EdugradRegressor(
            hidden_layer_sizes=(3, 2), activation="tanh", max_epochs=1
        ).fit(*line)
        kinds = [type(layer).__name__ for layer in regressor.module_]
        assert kinds == ["Linear", "Tanh", "Linear", "Tanh", "Linear"]
        assert [tuple(each.shape) for each in regressor.module_.parameters()] == [
            (3, 1),
            (3,),
            (2, 3),
            (2,),
            (1, 2),
            (1,),
        ]

    def test_optimizers(self, line: Any) -> None:
        regressor = EdugradRegressor(optimizer="rmsprop", max_epochs=1).fit(*line)
        assert isinstance(regressor.optimizer_, optim.RMSprop)
        momentum = functools.partial(optim.SGD, momentum=0.9)
        regressor = EdugradRegressor(optimizer=momentum, lr=0.5, max_epochs=1).fit(*line)
        (group,) = regressor.optimizer_.param_groups
        assert (group["momentum"], group["lr"]) == (0.9, 0.5)

    def test_an_interrupt_ends_what_is_around_the_run_too(self, line: Any) -> None:
        class Interrupted(nn.Linear):
            calls = 0

            def forward(self, x: Any) -> Any:
                Interrupted.calls += 1
                if Interrupted.calls == 3:
                    signal.raise_signal(signal.SIGINT)
                return super().forward(x)

        regressor = EdugradRegressor(lambda: Interrupted(1, 1), max_epochs=100)
        with pytest.raises(KeyboardInterrupt):
            regressor.fit(*line)
        assert (regressor.n_iter_, len(regressor.loss_curve_)) == (1, 1)
        assert regressor.predict(line[0]).shape == (64,)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"max_epochs": 0}, "training takes at least one epoch"),
            ({"optimizer": "Adamm"}, "got:  'Adamm'"),
            ({"activation": "rellu"}, "activation is one of relu, gelu, tanh"),
        ],
    )
    def test_what_does_not_go(self, options: dict[str, Any], message: str, line: Any) -> None:
        with pytest.raises(ValueError, match=message):
            EdugradRegressor(**options).fit(*line)


class TestRegressor:
    def test_several_targets(self, line: Any) -> None:
        X, y = line
        both = np.stack([y, -y], 1)
        regressor = EdugradRegressor(**SMALL | {"max_epochs": 60}, random_state=0).fit(X, both)
        assert regressor.predict(X).shape == (64, 2)
        assert regressor.score(X, both) > 0.95
        assert EdugradRegressor(**SMALL).fit(X, y).predict(X).shape == (64,)

    def test_a_module_has_a_column_for_each_target(self, line: Any) -> None:
        class Flat(nn.Linear):
            def forward(self, x: Any) -> Any:
                return super().forward(x)[:, 0]

        with pytest.raises(ValueError, match=r"output \(32,\) and targets \(32, 1\)"):
            EdugradRegressor(lambda: Flat(1, 1)).fit(*line)


def test_scikit_learn_is_loaded_on_first_use() -> None:
    code = (
        "import sys, edugrad.training as t; print('sklearn' in sys.modules); "
        "print(t.EdugradClassifier.__name__, 'sklearn' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert shown == "False\nEdugradClassifier True\n"


def test_without_scikit_learn(monkeypatch: Any) -> None:
    monkeypatch.delitem(sys.modules, "edugrad.training.estimators")
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
        importlib.import_module("edugrad.training.estimators")
