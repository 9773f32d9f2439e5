"""What a Module is: its attributes, its tree, its state, its text."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import weakref

import pytest

import edugrad
from edugrad import nn
from edugrad.autograd import graph


class Net(nn.Module):
    """The chapter's network, smaller."""

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
        self.register_buffer("seen", edugrad.tensor(0))

    def forward(self, x):
        return self.linear_relu_stack(self.flatten(x))


NET = """\
Net(
  (flatten): Flatten(start_dim=1, end_dim=-1)
  (linear_relu_stack): Sequential(
    (0): Linear(in_features=4, out_features=3, bias=True)
    (1): ReLU()
    (2): Linear(in_features=3, out_features=2, bias=True)
  )
)"""
KEYS = [
    "seen",
    "linear_relu_stack.0.weight",
    "linear_relu_stack.0.bias",
    "linear_relu_stack.2.weight",
    "linear_relu_stack.2.bias",
]


def test_its_text():
    assert repr(Net()) == NET


def test_its_state_has_pytorchs_keys():
    assert list(Net().state_dict()) == KEYS


def test_import_edugrad_does_not_load_nn():
    program = "import edugrad, sys; print('edugrad.nn' in sys.modules, edugrad.nn.Linear.__name__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False Linear\n"


def test_initial_numbers_are_pytorchs():
    """``torch.manual_seed(0); torch.nn.Linear(2, 2)`` in PyTorch 2.13, to the last bit."""
    edugrad.manual_seed(0)
    layer = nn.Linear(2, 2)
    assert layer.weight.tolist() == [
        [-0.005293981172144413, 0.37932288646698],
        [-0.5819807648658752, -0.5203874707221985],
    ]
    assert layer.bias.tolist() == [-0.27234524488449097, 0.1896158903837204]


def test_shared_parameters_are_visited_once():
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, layer)
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias"]
    every = [name for name, _ in net.named_parameters(remove_duplicate=False)]
    assert every == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert list(net.state_dict()) == every


def test_gradients_reach_the_parameters():
    net = Net()
    net(edugrad.ones(5, 2, 2)).sum().backward()
    assert net.linear_relu_stack[2].bias.grad.tolist() == [5.0, 5.0]
    net.zero_grad()
    assert all(parameter.grad is None for parameter in net.parameters())


def test_conversion_keeps_the_parameters_themselves():
    net = Net()
    weight = net.linear_relu_stack[0].weight
    net.double()
    assert net.linear_relu_stack[0].weight is weight
    assert weight.dtype is edugrad.float64
    assert net.seen.dtype is edugrad.int64


def test_copies_and_pickles_have_memory_of_their_own():
    net = Net()
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert repr(other) == NET
        assert list(other.state_dict()) == KEYS
        with edugrad.no_grad():
            other.linear_relu_stack[0].weight.fill_(7)
        assert not (net.linear_relu_stack[0].weight == 7).any()
        assert isinstance(other.linear_relu_stack[0].weight, nn.Parameter)


def test_a_near_name_is_suggested():
    with pytest.raises(AttributeError, match="did you mean 'flatten'") as caught:
        Net().flaten  # noqa: B018
    assert str(caught.value).startswith("'Net' object has no attribute 'flaten'\n")


def test_forgetting_super_init_says_so():
    class Forgetful(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1)

    with pytest.raises(
        AttributeError, match=r"cannot assign module before Module.__init__\(\) call"
    ) as caught:
        Forgetful()
    assert "let Forgetful.__init__ begin with super().__init__()" in str(caught.value)


def test_calling_what_was_never_initialised_says_so():
    class Forgetful(nn.Module):
        def __init__(self):
            self.size = 3

    with pytest.raises(AttributeError) as caught:
        Forgetful()(1)
    assert str(caught.value) == (
        "'Forgetful' object has no attribute '_backward_hooks'\n"
        "  got:  a Forgetful that Module.__init__() never prepared\n"
        "  mend: let Forgetful.__init__ begin with super().__init__()"
    )


def test_a_module_without_forward_says_so():
    with pytest.raises(
        NotImplementedError, match=r'Module \[Module\] is missing the required "forward" function'
    ):
        nn.Module()(1)


def test_loading_lists_everything_that_is_wrong():
    net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    state = net.state_dict()
    state["0.weight"] = edugrad.ones(3, 4)
    state["1.weight"] = edugrad.ones(2, 3)
    state["2.weight"] = state.pop("0.bias")
    with pytest.raises(RuntimeError) as caught:
        net.load_state_dict(state)
    assert str(caught.value).splitlines() == [
        "Error(s) in loading state_dict for Sequential:",
        '\tMissing key(s) in state_dict: "0.bias". ',
        '\tUnexpected key(s) in state_dict: "2.weight". ',
        "\tsize mismatch for 0.weight: copying a param with shape edugrad.Size([3, 4]) from "
        "checkpoint, the shape in current model is edugrad.Size([3, 2]).",
        "\tsize mismatch for 1.weight: copying a param with shape edugrad.Size([2, 3]) from "
        "checkpoint, the shape in current model is edugrad.Size([1, 3]).",
        "  got:  1 paths missing, 1 unexpected, 2 of another shape",
        "  mend: build the model with the sizes that the state was saved from",
    ]


def test_a_recorded_graph_knows_the_modules():
    net = Net()
    with graph.record() as recording:
        net(edugrad.ones(1, 2, 2))
    snapshot = recording.snapshot()
    made = {node.label: node.module for node in snapshot.nodes if node.kind == "op"}
    assert made == {
        "view": "flatten",
        "linear": "linear_relu_stack.2",
        "relu": "linear_relu_stack.1",
    }


def test_calls_of_modules_are_told_apart():
    net = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU()))
    net.append(net[1])
    loss = nn.MSELoss()
    with graph.record() as recording:
        loss(net(edugrad.ones(1, 2)), edugrad.zeros(1, 2))
    snapshot = recording.snapshot()
    assert [(call.id, call.path, call.kind, call.outer) for call in snapshot.calls] == [
        ("c0", "", "Sequential", None),
        ("c1", "0", "Linear", "c0"),
        ("c2", "1", "Sequential", "c0"),
        ("c3", "1.0", "ReLU", "c2"),
        ("c4", "1", "Sequential", "c0"),
        ("c5", "1.0", "ReLU", "c4"),
        ("c6", "", "MSELoss", None),
    ]
    assert snapshot.calls[1].text == "in_features=2, out_features=2, bias=True"
    ops = [(node.label, node.call) for node in snapshot.nodes if node.kind == "op"]
    assert ops[:3] == [("linear", "c1"), ("relu", "c3"), ("relu", "c5")]
    assert {call for _, call in ops[3:]} == {"c6"}


def test_parameters_are_named_by_their_paths():
    net = Net()
    with graph.record() as recording:
        loss = net(edugrad.ones(1, 2, 2)).sum()
    named = [*KEYS[1:]]
    for snapshot in (recording.snapshot(), graph.snapshot(loss)):
        leaves = [node.label for node in snapshot.nodes if node.kind == "parameter"]
        assert sorted(leaves) == sorted(named)


def test_a_graph_does_not_keep_its_module_alive():
    net = Net()
    result = net(edugrad.ones(1, 2, 2)).sum()
    seen = weakref.ref(net)
    del net
    assert seen() is None
    made = [node.module for node in graph.snapshot(result).nodes if node.label == "relu"]
    assert made == ["Sequential.ReLU"]


def test_a_failed_op_knows_its_module():
    net = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Linear(4, 1)))
    recording = graph.record()
    with pytest.raises(RuntimeError) as caught, recording:
        net(edugrad.ones(1, 2))
    failed = recording.snapshot().nodes[-1]
    assert (failed.label, failed.module) == ("linear", "1.0")
    assert caught.value.__notes__ == [
        "  in:   1.0, Linear(in_features=4, out_features=1, bias=True)"
    ]


def test_assigning_moves_a_name_between_the_tables():
    net = nn.Module()
    net.thing = 3
    net.thing = nn.Parameter(edugrad.ones(1))
    assert "thing" not in net.__dict__
    net.thing = nn.Linear(1, 1)
    assert (list(net._parameters), list(net._modules)) == ([], ["thing"])
    del net.thing
    net.thing = nn.Buffer(edugrad.ones(1), persistent=False)
    assert [name for name, _ in net.named_buffers()] == ["thing"]
    assert list(net.state_dict()) == []
    net.thing = edugrad.zeros(2)
    assert net.get_buffer("thing").shape == (2,)


@pytest.mark.parametrize(
    ("mistake", "error", "words"),
    [
        (
            lambda net: setattr(net.linear_relu_stack[0], "weight", edugrad.ones(3, 4)),
            TypeError,
            "cannot assign 'edugrad.FloatTensor' as parameter 'weight' (edugrad.nn.Parameter or "
            "None expected)\n"
            "  got:  a tensor of shape (3, 4)\n"
            "  mend: to change its values: with edugrad.no_grad(): module.weight.copy_(…)",
        ),
        (
            lambda net: net.register_parameter("p", edugrad.ones(1)),
            TypeError,
            "cannot assign 'edugrad.FloatTensor' object to parameter 'p' (edugrad.nn.Parameter or "
            "None required)\n"
            "  got:  a tensor of shape (1,)\n"
            "  mend: wrap the tensor: nn.Parameter(tensor)",
        ),
        (
            lambda net: net.register_buffer("flatten", None),
            KeyError,
            "attribute 'flatten' already exists\n"
            "  got:  'flatten'\n"
            "  mend: choose another name, or delete it first: del module.flatten",
        ),
        (
            lambda net: net.get_submodule("linear_relu_stack.5"),
            AttributeError,
            "Sequential has no attribute `5`\n"
            "  got:  its modules: 0, 1, 2\n"
            "  mend: print the module, or list(module.named_modules()), to see the paths",
        ),
        (
            lambda net: net.to(edugrad.int64),
            TypeError,
            "nn.Module.to only accepts floating point or complex dtypes, but got desired "
            "dtype=edugrad.int64\n"
            "  got:  edugrad.int64\n"
            "  mend: edugrad.float32, edugrad.float64 or edugrad.float16",
        ),
        (
            lambda net: net.train("yes"),
            ValueError,
            "training mode is expected to be boolean\n"
            "  got:  'yes'\n"
            "  mend: model.train() or model.train(False), which is model.eval()",
        ),
    ],
)
def test_errors_teach(mistake, error: type[Exception], words: str):
    with pytest.raises(error) as caught:
        mistake(Net())
    assert str(caught.value) == words


def test_a_misspelt_forward_is_named():
    class Typo(nn.Module):
        def foward(self, x):
            return x

    with pytest.raises(NotImplementedError, match="got:  a class with 'foward' instead"):
        Typo()(1)


def test_a_property_that_fails_is_told_from_a_missing_name():
    class Broken(nn.Module):
        @property
        def size(self):
            return self.nothing

    with pytest.raises(AttributeError, match=r"the property Broken\.size raised"):
        Broken().size  # noqa: B018


def test_loading_by_assignment_takes_the_tensors_themselves():
    net = nn.Linear(2, 2)
    net.weight.requires_grad_(False)
    state = {"weight": edugrad.ones(2, 2, dtype=edugrad.float64), "bias": edugrad.zeros(2)}
    net.load_state_dict(state, assign=True)
    assert net.weight.data_ptr() == state["weight"].data_ptr()
    assert net.weight.dtype is edugrad.float64
    assert isinstance(net.weight, nn.Parameter)
    assert (net.weight.requires_grad, net.bias.requires_grad) == (False, True)


def test_loading_what_fits():
    net = nn.Linear(2, 2)
    keys = net.load_state_dict(
        {"weight": edugrad.ones(2, 2), "more": edugrad.ones(1)}, strict=False
    )
    assert repr(keys) == "_IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['more'])"
    assert net.weight.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_a_prefix_of_data_parallel_says_how_to_take_it_off():
    net = nn.Linear(2, 2)
    state = {f"module.{key}": value for key, value in net.state_dict().items()}
    with pytest.raises(RuntimeError, match=r"take the prefix off: \{key.removeprefix\('module.'\)"):
        net.load_state_dict(state)


def test_moving_to_a_gpu_keeps_parameters_gradients_and_buffers_together(gpu: edugrad.Device):
    net = Net()
    parameters = list(net.parameters())
    net(edugrad.ones(1, 2, 2)).sum().backward()
    net.to(gpu)
    assert all(one is other for one, other in zip(net.parameters(), parameters, strict=True))
    tensors = [*parameters, *(each.grad for each in parameters), *net.buffers()]
    assert {each.device for each in tensors} == {gpu}
    assert net(edugrad.ones(1, 2, 2, device=gpu)).device is gpu
    host = Net()
    host.load_state_dict(net.state_dict())
    assert host.linear_relu_stack[0].weight.tolist() == parameters[0].tolist()
    assert {each.device.type for each in host.parameters()} == {"cpu"}
