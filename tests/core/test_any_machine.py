"""Mixed precision and accelerators where there are none: switched off as in PyTorch, or said."""

from __future__ import annotations

import pickle

import pytest

import edugrad
from edugrad import nn


def test_mixed_precision_that_would_convert_says_that_it_does_not() -> None:
    with pytest.raises(NotImplementedError) as raised:
        edugrad.autocast("cpu")
    assert str(raised.value) == (
        "edugrad computes in the precision of its tensors: it has no mixed precision that chooses "
        "by itself\n"
        "  got:  autocast('cpu') with enabled=True\n"
        "  mend: pass enabled=False: results are float32; convert with .half() where it is wanted"
    )
    with pytest.raises(NotImplementedError, match="no loss needs to be scaled"):
        edugrad.amp.GradScaler("cpu")


def test_the_older_names_of_mixed_precision() -> None:
    with edugrad.cuda.amp.autocast(enabled=False):
        assert edugrad.ones(2).dtype is edugrad.float32
    scaler = edugrad.cuda.amp.GradScaler(enabled=False)
    loss = edugrad.tensor(2.0)
    assert scaler.scale(loss) is loss
    assert scaler.get_scale() == 1.0
    assert edugrad.amp.custom_fwd(device_type="cuda")(len) is len
    assert edugrad.amp.custom_bwd(len) is len


def test_switches_are_kept() -> None:
    edugrad.backends.cudnn.benchmark = True
    assert edugrad.backends.cudnn.benchmark is True
    edugrad.backends.cudnn.benchmark = False
    with edugrad.backends.cudnn.flags(enabled=False):
        assert not edugrad.backends.mps.is_available()
    assert edugrad.version.cuda is None


def test_types_have_the_names_that_users_know() -> None:
    kinds = [type(edugrad.ones(1)), edugrad.Size, edugrad.dtype, edugrad.device]
    assert [repr(kind) for kind in kinds] == [
        "<class 'edugrad.Tensor'>",
        "<class 'edugrad.Size'>",
        "<class 'edugrad.dtype'>",
        "<class 'edugrad.device'>",
    ]
    x = edugrad.arange(3)
    assert pickle.loads(pickle.dumps(x)).tolist() == [0, 1, 2]
    assert pickle.loads(pickle.dumps((x.dtype, x.shape))) == (x.dtype, x.shape)


def test_a_module_in_a_wrapper_is_the_same_module() -> None:
    inner = nn.Linear(2, 1)
    outer = nn.DataParallel(inner, device_ids=[0])
    x = edugrad.rand(3, 2)
    assert (outer(x) == inner(x)).all()
    assert nn.parallel.DataParallel is nn.DataParallel
    edugrad.manual_seed(0)
    nn.utils.skip_init(nn.Linear, 3, 4)
    assert edugrad.rand(1).item() == pytest.approx(0.4962565899)
