"""Every layer: on a GPU's arrays, its description, and what it says to mistakes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import nn, ones, tensor
from tests.parity.layers import rows
from tests.parity.modules import evaluate, run, tensors

ROWS = rows()
CLASSES = {
    name: each
    for name, each in vars(nn).items()
    if inspect.isclass(each) and issubclass(each, nn.Module) and not name.startswith("_")
}
BASES = {"Module", "RNNBase", "RNNCellBase"}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} of {row[1]}")
def test_the_gpu_computes_what_the_cpu_computes(
    row: tuple[str, str, bool], gpu: edugrad.Device
) -> None:
    constructor, inputs, _ = row
    host = run(edugrad, evaluate(edugrad, constructor, 0), inputs)
    module = evaluate(edugrad, constructor, 0).to(gpu)
    there = run(There(gpu), module, inputs)
    for one, other in zip(tensors(host), tensors(there), strict=True):
        assert other.device is gpu
        np.testing.assert_allclose(other.cpu().numpy(force=True), one.numpy(force=True), 1e-5, 1e-6)
    for key, value in module.state_dict().items():
        assert value.device is gpu, key


class There:
    """edugrad with its inputs made on the CPU, as on a machine with a GPU, and moved there."""

    def __init__(self, device: edugrad.Device) -> None:
        self.device = device

    def __getattr__(self, name: str) -> Any:
        found = getattr(edugrad, name)
        if name not in ("randn", "rand", "tensor", "ones", "zeros", "randint", "arange"):
            return found
        return lambda *args, **options: found(*args, **options).to(self.device)

    def __dir__(self) -> list[str]:
        return dir(edugrad)


@pytest.mark.parametrize("name", sorted(CLASSES.keys() - BASES))
def test_every_layer_is_described(name: str) -> None:
    text = inspect.getdoc(CLASSES[name]) or ""
    assert text.partition("\n")[0].endswith(".")
    assert ">>> " in text or name in ("Identity", "Linear")
    assert "PyTorch: ``" in text
    assert CLASSES[name].__module__.startswith("edugrad.nn.")


def test_every_layer_is_compared_with_pytorch() -> None:
    compared = {name for row in ROWS for name in re.findall(r"\w+(?=\()", row[0])}
    containers = {"ModuleDict", "ModuleList", "ParameterDict", "ParameterList"}
    assert CLASSES.keys() - BASES - compared == containers


X = ones(2, 3)
ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str, str, str]] = {
    # the mistake: how it is made, the error, its rule, what was got, the mend
    "other features to Linear": (
        lambda: nn.Linear(4, 2)(X),
        RuntimeError,
        "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x2)",
        "",
        "",
    ),
    "other channels to Conv2d": (
        lambda: nn.Conv2d(3, 4, 3)(ones(2, 1, 8, 8)),
        RuntimeError,
        "Given groups=1, weight of size [4, 3, 3, 3], expected input[2, 1, 8, 8] to have 3 "
        "channels, but got 1 channels instead",
        "an input of 1 channels",
        "a kernel has shape (out, in / groups, …)",
    ),
    "a flat image to Conv2d": (
        lambda: nn.Conv2d(3, 4, 3)(ones(8, 8)),
        RuntimeError,
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [8, 8]",
        "",
        "",
    ),
    "groups of Conv2d": (
        lambda: nn.Conv2d(3, 4, 3, groups=2),
        ValueError,
        "in_channels must be divisible by groups",
        "in_channels=3, out_channels=4, groups=2",
        "groups=1 connects all channels",
    ),
    "groups of Conv2d's results": (
        lambda: nn.Conv2d(4, 3, 3, groups=2),
        ValueError,
        "out_channels must be divisible by groups",
        "",
        "",
    ),
    "no groups": (
        lambda: nn.Conv1d(4, 3, 3, groups=0),
        ValueError,
        "groups must be a positive integer",
        "",
        "",
    ),
    "a padding of another name": (
        lambda: nn.Conv2d(3, 4, 3, padding="full"),
        ValueError,
        "Invalid padding string 'full'",
        "padding='full'",
        "give the padding in numbers",
    ),
    "same size with a stride": (
        lambda: nn.Conv2d(3, 4, 3, 2, "same"),
        ValueError,
        "padding='same' is not supported for strided convolutions",
        "stride=(2, 2)",
        "",
    ),
    "another way to pad": (
        lambda: nn.Conv2d(3, 4, 3, padding_mode="mirror"),
        ValueError,
        "padding_mode must be one of",
        "padding_mode='mirror'",
        'padding_mode="zeros"',
    ),
    "a way to pad a transposed convolution": (
        lambda: nn.ConvTranspose2d(3, 4, 3, padding_mode="reflect"),
        ValueError,
        'Only "zeros" padding mode is supported for ConvTranspose2d',
        "",
        "",
    ),
    "a size that cannot be": (
        lambda: nn.ConvTranspose1d(1, 1, 3, stride=2)(ones(1, 1, 4), [12]),
        ValueError,
        "requested an output size of [12], but valid sizes range from [9] to [10] (for an input "
        "of [4])",
        "",
        "",
    ),
    "a size of other dimensions": (
        lambda: nn.ConvTranspose1d(1, 1, 3)(ones(1, 1, 4), [1, 2, 3, 4]),
        ValueError,
        "ConvTranspose1D: for 3D input, output_size must have 1 or 3 elements (got 4)",
        "",
        "",
    ),
    "one value to normalise": (
        lambda: nn.BatchNorm1d(3)(ones(1, 3)),
        ValueError,
        "Expected more than 1 value per channel when training, got input size edugrad.Size([1, 3])",
        "",
        "use a larger batch, or evaluation mode",
    ),
    "other features to BatchNorm1d": (
        lambda: nn.BatchNorm1d(3)(ones(4, 5)),
        RuntimeError,
        "running_mean should contain 5 elements not 3",
        "",
        "one number for each channel",
    ),
    "images to BatchNorm1d": (
        lambda: nn.BatchNorm1d(3)(ones(4, 3, 2, 2)),
        ValueError,
        "expected 2D or 3D input (got 4D input)",
        "BatchNorm1d of an input of shape (4, 3, 2, 2)",
        "choose the layer for their number",
    ),
    "rows to BatchNorm2d": (
        lambda: nn.BatchNorm2d(3)(ones(4, 3)),
        ValueError,
        "expected 4D input (got 2D input)",
        "",
        "",
    ),
    "other channels to InstanceNorm2d": (
        lambda: nn.InstanceNorm2d(3, affine=True)(ones(2, 4, 2, 2)),
        ValueError,
        "expected input's size at dim=1 to match num_features (3), but got: 4.",
        "",
        "num_features=4",
    ),
    "groups of GroupNorm": (
        lambda: nn.GroupNorm(2, 3),
        ValueError,
        "num_channels (3) must be divisible by num_groups (2)",
        "",
        "",
    ),
    "other features to LayerNorm": (
        lambda: nn.LayerNorm(4)(X),
        RuntimeError,
        "Given normalized_shape=[4], expected input with shape [*, 4], but got input of size[2, 3]",
        "",
        "",
    ),
    "more than everything": (
        lambda: nn.Dropout(1.5),
        ValueError,
        "dropout probability has to be between 0 and 1, but got 1.5",
        "p=1.5",
        "p is the share that is left out",
    ),
    "columns against a row": (
        lambda: nn.MSELoss()(ones(3, 1), ones(3)),
        ValueError,
        "Target size (edugrad.Size([3])) must be the same as input size (edugrad.Size([3, 1]))",
        "a prediction of shape (3, 1) and a target of shape (3,)",
        "prediction.squeeze(1)",
    ),
    "columns against a row of probabilities": (
        lambda: nn.BCEWithLogitsLoss()(ones(3, 1), ones(3)),
        ValueError,
        "Target size (edugrad.Size([3])) must be the same as input size",
        "",
        "",
    ),
    "a class that is not there": (
        lambda: nn.CrossEntropyLoss()(X, tensor([0, 3])),
        IndexError,
        "Target 3 is out of bounds.",
        "",
        "",
    ),
    "a reduction that is not there": (
        lambda: nn.MSELoss(reduction="average")(X, X),
        ValueError,
        "average is not a valid value for reduction",
        "",
        "",
    ),
    "no margin": (
        lambda: nn.TripletMarginLoss(margin=0),
        ValueError,
        "TripletMarginLoss: expected margin to be greater than 0, got 0 instead",
        "",
        "",
    ),
    "another power": (
        lambda: nn.MultiMarginLoss(p=3),
        ValueError,
        "only p == 1 and p == 2 supported",
        "p=3",
        "",
    ),
    "a weight for each pair": (
        lambda: nn.MultiMarginLoss(weight=ones(2, 2)),
        ValueError,
        "MultiMarginLoss: expected weight to be None or 1D tensor, got 2D instead",
        "",
        "one number for each class",
    ),
    "a word that is not there": (
        lambda: nn.Embedding(3, 2)(tensor([3])),
        IndexError,
        "index out of range in self",
        "numbers from 3 to 3 for a table of 3 rows",
        "numbers run from 0 to 2",
    ),
    "a list of words": (
        lambda: nn.Embedding(3, 2)([1, 2]),
        TypeError,
        "embedding(): argument 'indices' (position 2) must be Tensor, not list",
        "[1, 2]",
        "edugrad.tensor(…)",
    ),
    "padding that is not there": (
        lambda: nn.Embedding(3, 2, 3),
        AssertionError,
        "Padding_idx must be within num_embeddings",
        "padding_idx=3 for a table of 3 rows",
        "choose a row from 0 to 2",
    ),
    "another table": (
        lambda: nn.Embedding(3, 2, _weight=ones(2, 2)),
        AssertionError,
        "Shape of weight does not match num_embeddings and embedding_dim",
        "",
        "",
    ),
    "a table of one row": (
        lambda: nn.Embedding.from_pretrained(ones(2)),
        AssertionError,
        "Embeddings parameter is expected to be 2-dimensional",
        "",
        "",
    ),
    "sparse gradients": (
        lambda: nn.Embedding(3, 2, sparse=True)(tensor([1])),
        RuntimeError,
        "edugrad has no sparse gradients",
        "",
        "",
    ),
    "sparse gradients of bags": (
        lambda: nn.EmbeddingBag(3, 2, sparse=True)(tensor([[1]])),
        RuntimeError,
        "edugrad has no sparse gradients",
        "",
        "",
    ),
    "bags from a table of one row": (
        lambda: nn.EmbeddingBag.from_pretrained(ones(2)),
        AssertionError,
        "Embeddings parameter is expected to be 2-dimensional",
        "",
        "",
    ),
    "an empty interval": (
        lambda: nn.Hardtanh(2, 1),
        AssertionError,
        "max_val (1) must be greater than min_val (2)",
        "",
        "",
    ),
    "rows to Softmax2d": (
        lambda: nn.Softmax2d()(X),
        ValueError,
        "Softmax2d: expected input to be 3D or 4D, got 2D instead",
        "",
        "Softmax(dim=…)",
    ),
    "an argument too many": (
        lambda: nn.Tanh(3),
        TypeError,
        "Tanh.__init__() takes 1 positional argument but 2 were given",
        "",
        "",
    ),
    "no features to Bilinear": (
        lambda: nn.Bilinear(0, 1, 1),
        ValueError,
        "in1_features must be > 0, but got (in1_features=0)",
        "",
        "",
    ),
    "one length for several": (
        lambda: nn.Unflatten(1, 3),
        TypeError,
        "unflattened_size must be a tuple of ints, but found type int",
        "unflattened_size=3",
        "Unflatten(1, (2, 3))",
    ),
    "half a length": (
        lambda: nn.Unflatten(1, (2, 1.5)),
        TypeError,
        "unflattened_size must be tuple of ints, but found element of type float at pos 1",
        "",
        "",
    ),
    "neither size nor factor": (
        lambda: nn.Upsample()(ones(1, 1, 2)),
        ValueError,
        "",
        "",
        "",
    ),
}


@pytest.mark.parametrize("mistake", ERRORS)
def test_a_mistake_is_named_and_mended(mistake: str) -> None:
    make, kind, rule, got, mend = ERRORS[mistake]
    with pytest.raises(kind) as caught:
        make()
    text = str(caught.value)
    assert text.startswith(rule)
    assert got in text.partition("got:")[2].partition("mend:")[0]
    assert mend in text.partition("mend:")[2]
    assert "got:" in text
    assert "mend:" in text


def test_running_statistics_follow_the_batches() -> None:
    layer = nn.BatchNorm1d(2, momentum=0.5)
    batch = tensor([[1.0, 0.0], [3.0, 4.0]])
    layer(batch)
    assert layer.running_mean.tolist() == [1.0, 1.0]
    assert layer.running_var.tolist() == [1.5, 4.5]
    layer.eval()(batch * 100)
    assert layer.num_batches_tracked.item() == 1
    assert layer(tensor([[1.0, 1.0]])).tolist() == [[0.0, 0.0]]


def test_without_momentum_all_batches_count_alike() -> None:
    layer = nn.BatchNorm1d(1, momentum=None)
    for mean in (1.0, 2.0, 6.0):
        layer(tensor([[mean - 1], [mean + 1]]))
    np.testing.assert_allclose(layer.running_mean.numpy(), [3.0], 1e-6)
    np.testing.assert_allclose(layer.running_var.numpy(), [2.0], 1e-6)


def test_without_running_statistics_evaluation_uses_the_batch() -> None:
    layer = nn.BatchNorm1d(1, track_running_stats=False).eval()
    np.testing.assert_allclose(layer(tensor([[0.0], [2.0]])).tolist(), [[-1.0], [1.0]], 1e-4)
    assert list(layer.state_dict()) == ["weight", "bias"]


def test_a_state_from_before_batches_were_counted_is_taken() -> None:
    state = nn.BatchNorm1d(2).state_dict()
    old = {key: value for key, value in state.items() if key != "num_batches_tracked"}
    nn.BatchNorm1d(2).load_state_dict(old)
    with pytest.raises(RuntimeError, match="running_mean"):
        nn.BatchNorm1d(2).load_state_dict({k: v for k, v in old.items() if k != "running_mean"})


def test_gradients_of_normalisation_reach_the_second_order() -> None:
    layer = nn.BatchNorm1d(2).double()
    x = edugrad.randn(4, 2, dtype=edugrad.float64, requires_grad=True)
    assert edugrad.autograd.gradgradcheck(nn.functional.layer_norm, (x, (2,)))
    layer.track_running_stats = False
    layer.running_mean = layer.running_var = None
    assert edugrad.autograd.gradgradcheck(lambda x: layer(x), (x,))


def test_padding_keeps_its_vector_and_long_vectors_are_shortened() -> None:
    table = nn.Embedding(3, 2, padding_idx=1, max_norm=1.0)
    with edugrad.no_grad():
        table.weight[2] = tensor([3.0, 4.0])
    assert table.weight[1].tolist() == [0.0, 0.0]
    table(tensor([1, 2])).sum().backward()
    np.testing.assert_allclose(table.weight[2].tolist(), [0.6, 0.8], 1e-5)
    assert table.weight.grad.tolist() == [[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]


def test_a_table_that_exists_is_shared_and_frozen() -> None:
    values = ones(2, 3)
    table = nn.Embedding.from_pretrained(values)
    values[0, 0] = 5.0
    assert table(tensor(0)).tolist() == [5.0, 1.0, 1.0]
    assert not table.weight.requires_grad
    assert nn.Embedding.from_pretrained(values, freeze=False).weight.requires_grad


def test_weights_of_losses_move_with_them() -> None:
    loss = nn.CrossEntropyLoss(ones(3)).double()
    assert loss.weight.dtype is edugrad.float64
    assert list(loss.state_dict()) == ["weight"]
    assert nn.MSELoss().state_dict() == {}


def test_older_words_for_the_reduction_warn() -> None:
    with pytest.warns(UserWarning, match="reduction='sum'"):
        assert nn.L1Loss(size_average=False).reduction == "sum"


def test_other_features_of_an_instance_without_weights_are_only_noted() -> None:
    with pytest.warns(UserWarning, match="does not match num_features"):
        assert nn.InstanceNorm1d(3)(ones(2, 4, 5)).shape == (2, 4, 5)


def test_older_names_of_an_interval_warn() -> None:
    with pytest.warns(FutureWarning, match="min_value"):
        assert repr(nn.Hardtanh(min_value=-2.0)) == "Hardtanh(min_val=-2.0, max_val=1.0)"


def test_dropout_keeps_the_mean_and_leaves_out_its_share() -> None:
    edugrad.manual_seed(0)
    layer, x = nn.Dropout(0.25), ones(100, 100)
    found = layer(x)
    assert set(found.flatten().tolist()) == {0.0, tensor(1 / 0.75).item()}
    assert abs((found == 0).double().mean().item() - 0.25) < 0.01
    assert layer.eval()(x) is x


def test_dropout_of_channels_leaves_out_whole_ones() -> None:
    edugrad.manual_seed(0)
    found = nn.Dropout2d(0.5)(ones(4, 8, 3, 3)).flatten(2)
    assert (found.amin(-1) == found.amax(-1)).all()
    assert 0 < (found == 0).double().mean().item() < 1


def test_settings_may_change_later() -> None:
    layer = nn.LeakyReLU(0.5)
    layer.negative_slope = 0.25
    assert layer(tensor([-4.0])).item() == -1.0
    assert repr(layer) == "LeakyReLU(negative_slope=0.25)"


def test_slopes_are_learnt_for_each_channel() -> None:
    layer = nn.PReLU(2)
    assert layer.weight.tolist() == [0.25, 0.25]
    layer(tensor([[-2.0, 2.0]])).sum().backward()
    assert layer.weight.grad.tolist() == [-2.0, 0.0]
