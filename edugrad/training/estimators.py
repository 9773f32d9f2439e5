"""scikit-learn's estimators on edugrad's networks: arrays in, arrays out, and the same manners."""

from __future__ import annotations

import contextlib
import copy
import inspect
import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np

from .. import nn, optim
from ..autograd.grad_mode import no_grad
from ..creation import from_numpy
from ..dtypes import of_numpy
from ..errors import teach
from ..nn.functional import cross_entropy, log_softmax, mse_loss, softmax
from ..ops.joining import cat
from ..random import get_rng_state, manual_seed, randint, set_rng_state
from ..tensor import Tensor
from .callbacks import EarlyStopping
from .trainer import Trainer

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, is_classifier
    from sklearn.model_selection import train_test_split
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        teach(
            "EdugradClassifier and EdugradRegressor are estimators of scikit-learn",
            got="an environment without scikit-learn",
            mend="install it: pip install scikit-learn (the extra lessons brings it)",
        )
    ) from error

ACTIVATIONS: dict[str, Any] = {
    "relu": nn.ReLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "logistic": nn.Sigmoid,
    "identity": nn.Identity,
}
FLOATS = (np.float64, np.float32)
AT_ONCE = 1024  # samples that are predicted together


class _NetworkEstimator(BaseEstimator):
    """What both estimators share: making a network, training it, and computing its outputs."""

    module_: nn.Module
    optimizer_: optim.Optimizer
    loss_curve_: list[float]
    _stream: Tensor

    def __init__(
        self,
        module: Any = None,
        *,
        hidden_layer_sizes: Sequence[int] = (100,),
        activation: Any = "relu",
        optimizer: Any = "Adam",
        lr: float = 0.01,
        max_epochs: int = 30,
        batch_size: int = 32,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        tol: float = 1e-4,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
        device: Any = "cpu",
    ) -> None:
        self.module = module
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.lr = lr
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
        self.device = device

    # Making the network

    def _start(self, inputs: int, outputs: int, dtype: Any) -> None:
        """Make the network and its optimizer, and forget earlier runs."""
        made = self._network(inputs, outputs)
        if not isinstance(made, nn.Module):
            raise TypeError(
                teach(
                    "module is a class of networks, or a function that makes one",
                    got=f"what gives a {type(made).__name__}",
                    mend="module=Net with class Net(nn.Module), or module=lambda inputs, outputs: "
                    "nn.Linear(inputs, outputs)",
                )
            )
        self._dtype = np.dtype(dtype)
        self.module_ = made.to(self.device, of_numpy[self._dtype])
        self.optimizer_ = self._optimizer_class()(self.module_.parameters(), lr=self.lr)
        self.n_iter_ = 0
        self.loss_curve_ = []

    def _network(self, inputs: int, outputs: int) -> Any:
        if self.module is None:
            return self._perceptron(inputs, outputs)
        if isinstance(self.module, nn.Module):
            return copy.deepcopy(self.module)
        if not callable(self.module):
            return self.module
        return self.module(inputs, outputs) if _takes_two(self.module) else self.module()

    def _perceptron(self, inputs: int, outputs: int) -> nn.Module:
        """Linear layers with activations between."""
        activation = self.activation
        if isinstance(activation, str):
            activation = ACTIVATIONS.get(activation)
        if not callable(activation):
            raise ValueError(
                teach(
                    f"activation is one of {', '.join(ACTIVATIONS)}, or a class of nn",
                    got=repr(self.activation),
                    mend='e.g. activation="relu" or activation=nn.ELU',
                )
            )
        hidden = self.hidden_layer_sizes
        widths = [hidden] if isinstance(hidden, int | np.integer) else hidden
        sizes = [inputs, *map(int, widths), outputs]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(sizes):
            layers += [nn.Linear(before, after), activation()]
        return nn.Sequential(*layers[:-1])

    def _optimizer_class(self) -> Any:
        if not isinstance(self.optimizer, str):
            return self.optimizer
        names = {name.lower(): name for name in optim.__all__ if name[0].isupper()}
        if self.optimizer.lower() not in names:
            raise ValueError(
                teach(
                    "optimizer is the name of a class of edugrad.optim, or such a class",
                    got=repr(self.optimizer),
                    mend='e.g. optimizer="Adam", or functools.partial(optim.SGD, momentum=0.9)',
                )
            )
        return getattr(optim, names[self.optimizer.lower()])

    # Training it

    def _is_started(self) -> bool:
        return hasattr(self, "module_")

    def _fit(self, X: np.ndarray, targets: np.ndarray, outputs: int) -> Self:
        """Train from the beginning, or on from the last call with warm_start."""
        self._run(X, targets, outputs, self.max_epochs, self.early_stopping, not self.warm_start)
        return self

    def _partial_fit(self, X: np.ndarray, targets: np.ndarray, outputs: int) -> Self:
        """Train on for one epoch."""
        self._run(X, targets, outputs, 1, stopping=False, anew=False)
        return self

    def _run(
        self,
        X: np.ndarray,
        targets: np.ndarray,
        outputs: int,
        epochs: int,
        stopping: bool,
        anew: bool,
    ) -> None:
        if epochs < 1:
            raise ValueError(
                teach(
                    "training takes at least one epoch",
                    got=f"max_epochs={epochs}",
                    mend="e.g. max_epochs=30",
                )
            )
        anew = anew or not self._is_started()
        with self._own_stream(anew):
            if anew:
                self._start(X.shape[1], outputs, X.dtype)
            self._train(X, targets, epochs, stopping)

    @contextlib.contextmanager
    def _own_stream(self, anew: bool) -> Iterator[None]:
        """Random numbers of random_state's seed; what others draw is not touched."""
        outside = get_rng_state()
        if anew:
            manual_seed(int(check_random_state(self.random_state).randint(2**31 - 1)))
        else:
            set_rng_state(self._stream)
        try:
            yield
        finally:
            self._stream = get_rng_state()
            set_rng_state(outside)

    def _train(self, X: np.ndarray, targets: np.ndarray, epochs: int, stopping: bool) -> None:
        validation, callbacks = None, []
        if stopping:
            X, held, targets, held_targets = self._split(X, targets)
            validation = self._tensor(held), from_numpy(held_targets)
            callbacks = [
                EarlyStopping(
                    min_delta=self.tol, patience=self.n_iter_no_change, restore_best_weights=True
                )
            ]
        trainer = Trainer(
            loss=self._loss,
            optimizer=self.optimizer_,
            max_epochs=epochs,
            callbacks=callbacks,
            accelerator=self.device,
            enable_progress_bar=bool(self.verbose),
        )
        history = trainer.fit(
            self.module_,
            self._tensor(X),
            from_numpy(targets),
            batch_size=self.batch_size,
            validation_data=validation,
        )
        self.n_iter_ += len(history)
        self.loss_curve_ = self.loss_curve_ + history.history.get("loss", [])
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else float("nan")
        if stopping:
            self.validation_loss_curve_ = history.history.get("val_loss", [])
        if trainer.interrupted:
            raise KeyboardInterrupt  # a search or a cross-validation is to end too

    def _split(self, X: np.ndarray, targets: np.ndarray) -> list[np.ndarray]:
        """Set a part aside, of each class its share."""
        return train_test_split(
            X,
            targets,
            test_size=self.validation_fraction,
            random_state=int(randint(2**31 - 1, (1,))),
            stratify=targets if is_classifier(self) else None,
        )

    @staticmethod
    def _loss(output: Tensor, target: Tensor) -> Tensor:
        raise NotImplementedError

    # Using it

    def _tensor(self, X: np.ndarray) -> Tensor:
        return from_numpy(np.ascontiguousarray(X, self._dtype))

    def _outputs(self, X: Any) -> Tensor:
        """What the network computes of some samples, on the CPU."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=FLOATS)
        self.module_.eval()
        with no_grad():
            parts = [
                self.module_(self._tensor(X[start : start + AT_ONCE]).to(self.device)).cpu()
                for start in range(0, len(X), AT_ONCE)
            ]
        return cat(parts)


class EdugradClassifier(ClassifierMixin, _NetworkEstimator):
    """A classifier of scikit-learn that trains a network of edugrad's.

    Parameters
    ----------
    module : class, function or Module, optional
        Makes the network: called with the numbers of features and of classes if it has two
        parameters without default, and with nothing otherwise; a module is copied. It computes a
        score (logit) for each class: no softmax at its end. Unless given, a multilayer perceptron.
    hidden_layer_sizes : tuple of int
        Neurons of the perceptron's hidden layers.
    activation : str or class
        Of its hidden layers: "relu", "gelu", "tanh", "sigmoid", "identity", or a class of ``nn``.
    optimizer : str or callable
        A class of ``edugrad.optim`` or its name; called with parameters and ``lr``.
    lr : float
        Learning rate.
    max_epochs : int
        Passes over the data.
    batch_size : int
    early_stopping : bool
        Set ``validation_fraction`` of the samples aside, stop when the loss on them has not fallen
        by ``tol`` for ``n_iter_no_change`` epochs, and go back to the best weights.
    validation_fraction, n_iter_no_change, tol
        See ``early_stopping``.
    warm_start : bool
        Whether a second ``fit`` trains on instead of beginning anew.
    random_state : int, RandomState or None
        The seed of the first weights, the shuffles and dropout. Other random numbers, edugrad's
        included, are not touched.
    verbose : bool
        Whether to show a progress bar.
    device : str
        Where to train, e.g. "cuda".

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
    module_ : Module
        The trained network. It computes in the dtype of ``X``: float32, or float64.
    optimizer_ : Optimizer
    loss_ : float
    loss_curve_ : list of float
        The mean loss of each epoch.
    validation_loss_curve_ : list of float
        With ``early_stopping``.
    n_iter_ : int
        Epochs so far.
    n_features_in_ : int

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
    >>> classifier = EdugradClassifier(max_epochs=5, random_state=0).fit(X_train, y_train)
    >>> classifier.score(X_test, y_test) > 0.95
    True

    Notes
    -----
    scikit-learn: ``sklearn.neural_network.MLPClassifier``, whose names are used where there is a
    counterpart.
    """

    @staticmethod
    def _loss(output: Tensor, target: Tensor) -> Tensor:
        return cross_entropy(output, target)

    def fit(self, X: Any, y: Any) -> Self:
        """Train on samples of shape (n_samples, n_features) and their classes."""
        X, y = validate_data(self, X, y, dtype=FLOATS)
        check_classification_targets(y)
        classes, numbers = np.unique(y, return_inverse=True)
        if self.warm_start and self._is_started():
            numbers = self._numbered(y)
        else:
            self.classes_ = classes
        return self._fit(X, numbers.astype(np.int64), len(self.classes_))

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Train on for one epoch; the first call is told all classes there will be."""
        first = not self._is_started()
        X, y = validate_data(self, X, y, dtype=FLOATS, reset=first)
        check_classification_targets(y)
        if first and classes is None:
            raise ValueError(
                teach(
                    "classes must be passed on the first call to partial_fit.",
                    got="the first call, without",
                    mend="partial_fit(X, y, classes=numpy.unique(all_labels))",
                )
            )
        if first:
            self.classes_ = np.unique(classes)
        return self._partial_fit(X, self._numbered(y), len(self.classes_))

    def _numbered(self, y: np.ndarray) -> np.ndarray:
        """The numbers of known classes."""
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(
                teach(
                    "training goes on with the classes that it began with",
                    got=f"the new classes {unknown.tolist()}",
                    mend="name all classes in the first partial_fit, or fit anew",
                )
            )
        return np.searchsorted(self.classes_, y).astype(np.int64)

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, of shape (n_samples, n_classes)."""
        return softmax(self._outputs(X), 1).numpy()

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """The logarithms of the probabilities."""
        return log_softmax(self._outputs(X), 1).numpy()

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each sample."""
        best = self._outputs(X).argmax(1).numpy()
        return self.classes_[best]


class EdugradRegressor(RegressorMixin, _NetworkEstimator):
    """A regressor of scikit-learn that trains a network of edugrad's on the mean squared error.

    The parameters and attributes are those of :class:`EdugradClassifier`; the network computes one
    number a target, an output of shape (n_samples, n_targets).

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 200)[:, None]
    >>> regressor = EdugradRegressor(max_epochs=50, random_state=0).fit(X, np.sin(3 * X[:, 0]))
    >>> regressor.score(X, np.sin(3 * X[:, 0])) > 0.95
    True

    Notes
    -----
    scikit-learn: ``sklearn.neural_network.MLPRegressor``.
    """

    @staticmethod
    def _loss(output: Tensor, target: Tensor) -> Tensor:
        return mse_loss(output, target)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Train on samples and their targets, of shape (n_samples,) or (n_samples, n_targets)."""
        X, targets = self._checked(X, y, reset=True)
        return self._fit(X, targets, targets.shape[1])

    def partial_fit(self, X: Any, y: Any) -> Self:
        """Train on for one epoch."""
        X, targets = self._checked(X, y, reset=not self._is_started())
        return self._partial_fit(X, targets, targets.shape[1])

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[np.ndarray, np.ndarray]:
        X, y = validate_data(
            self, X, y, dtype=FLOATS, multi_output=True, y_numeric=True, reset=reset
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        self._one_target = y.ndim == 1
        return X, y.reshape(len(y), -1).astype(X.dtype)

    def predict(self, X: Any) -> np.ndarray:
        """The predicted targets, of the shape of those trained on."""
        outputs = self._outputs(X)
        return (outputs.reshape(-1) if self._one_target else outputs).numpy()


def _takes_two(factory: Any) -> bool:
    """Whether a class or function has two parameters that have to be given."""
    parameters = inspect.signature(factory).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(each.kind in kinds and each.default is each.empty for each in parameters) == 2
