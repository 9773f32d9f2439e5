"""DataLoader: batches, options that exclude each other, and what it costs to gather a batch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import devices
from edugrad.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    DistributedSampler,
    IterableDataset,
    Subset,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    default_collate_fn_map,
    fetch,
)
from tests import standin


def pairs(count: int = 10) -> TensorDataset:
    return TensorDataset(edugrad.arange(2.0 * count).reshape(count, 2), edugrad.arange(count))


class Stream(IterableDataset):
    """Announces fewer samples than it has."""

    def __iter__(self) -> Iterator[int]:
        return iter(range(3))

    def __len__(self) -> int:
        return 2


def test_the_shuffle_is_pytorchs() -> None:
    edugrad.manual_seed(0)
    loader = DataLoader(range(10), batch_size=4, shuffle=True)
    # Printed by PyTorch 2.13 for the same lines.
    assert [batch.tolist() for batch in loader] == [[6, 7, 1, 4], [2, 0, 9, 8], [3, 5]]


class TestGathering:
    """A batch of a TensorDataset is indexed at once, and is what single samples would give."""

    @pytest.mark.parametrize("indices", [[3], [0, -1, 5], [np.int64(2), 4]])
    def test_the_same_as_item_by_item(self, indices: list[int]) -> None:
        for dataset in (pairs(), Subset(Subset(pairs(), range(9, -1, -1)), range(1, 9))):
            gathered = fetch.gather(dataset, indices)
            stacked = default_collate([dataset[index] for index in indices])
            assert gathered is not None
            assert [each.tolist() for each in gathered] == [each.tolist() for each in stacked]
            assert [each.dtype for each in gathered] == [each.dtype for each in stacked]

    def test_a_batch_is_a_copy(self) -> None:
        dataset = pairs()
        (batch, _) = next(iter(DataLoader(dataset, 4)))
        batch.zero_()
        assert dataset.tensors[0].sum() == 190

    def test_a_subclass_is_asked_for_its_own_samples(self) -> None:
        class Noisy(TensorDataset):
            def __getitem__(self, index: Any) -> Any:
                return super().__getitem__(index)[1] + 100

        assert next(iter(DataLoader(Noisy(*pairs().tensors), 2))).tolist() == [100, 101]

    def test_gradients_flow(self) -> None:
        weight = edugrad.ones(4, requires_grad=True)
        (batch,) = next(iter(DataLoader(TensorDataset(weight), 3)))
        batch.sum().backward()
        assert weight.grad.tolist() == [1, 1, 1, 0]

    def test_another_way_to_collate_tensors_is_used(self, monkeypatch: Any) -> None:
        monkeypatch.setitem(
            default_collate_fn_map, edugrad.Tensor, lambda batch, collate_fn_map: len(batch)
        )
        assert next(iter(DataLoader(pairs(), 3))) == [3, 3]

    def test_on_a_device(self) -> None:
        devices.use_array_module("cuda", standin)
        try:
            x = edugrad.arange(6, device="cuda")
            for first, second in DataLoader(TensorDataset(x, x * 2), 4, shuffle=True):
                assert first.device.type == "cuda"
                assert (first * 2).tolist() == second.tolist()
        finally:
            devices.use_array_module("cuda", None)


def test_getitems_is_asked_once_a_batch() -> None:
    asked = []

    class Batched(Dataset):
        def __len__(self) -> int:
            return 5

        def __getitems__(self, indices: list[int]) -> list[int]:
            asked.append(indices)
            return indices

    assert [batch.tolist() for batch in DataLoader(Batched(), 3)] == [[0, 1, 2], [3, 4]]
    assert asked == [[0, 1, 2], [3, 4]]


def test_epochs_differ_and_repeat_under_one_seed() -> None:
    def epochs() -> list[list[int]]:
        edugrad.manual_seed(3)
        loader = DataLoader(range(8), 8, shuffle=True)
        return [batch.tolist() for _ in range(2) for batch in loader]

    first, second = epochs()
    assert first != second
    assert [first, second] == epochs()


@pytest.mark.parametrize(("drop_last", "length"), [(False, 4), (True, 3)])
def test_length(drop_last: bool, length: int) -> None:
    loader = DataLoader(pairs(), 3, drop_last=drop_last)
    assert (len(loader), len(list(loader)), len(iter(loader))) == (length, length, length)


def test_a_stream_longer_than_announced() -> None:
    loader = DataLoader(Stream(), batch_size=None)
    assert len(loader) == 2
    with pytest.warns(UserWarning, match="was reported to be 2 .* but 3 samples"):
        assert list(loader) == [0, 1, 2]


def test_a_batch_sampler_decides_alone() -> None:
    loader = DataLoader(range(6), batch_sampler=BatchSampler([5, 3, 1], 2, False))
    assert [batch.tolist() for batch in loader] == [[5, 3], [1]]
    assert (loader.batch_size, loader.drop_last, len(loader)) == (None, False, 2)


def test_weights_decide() -> None:
    edugrad.manual_seed(0)
    drawn = list(WeightedRandomSampler([1, 0, 3], 1000))
    assert drawn.count(1) == 0
    assert abs(drawn.count(2) - 750) < 5 * (1000 * 0.75 * 0.25) ** 0.5
    assert sorted(WeightedRandomSampler([1, 2, 3], 3, replacement=False)) == [0, 1, 2]


def test_processes_share_a_dataset() -> None:
    def parts(epoch: int, **options: Any) -> list[list[int]]:
        samplers = [DistributedSampler(range(10), 3, rank, **options) for rank in range(3)]
        for sampler in samplers:
            sampler.set_epoch(epoch)
        assert len({len(sampler) for sampler in samplers}) == 1
        return [list(sampler) for sampler in samplers]

    first, second = parts(0), parts(1)
    assert {index for part in first for index in part} == set(range(10))
    assert [len(part) for part in first] == [4, 4, 4]
    assert first != second
    kept = [index for part in parts(0, drop_last=True) for index in part]
    assert len(kept) == len(set(kept)) == 9
    with pytest.raises(RuntimeError, match="num_replicas=None, rank=None"):
        DistributedSampler(range(10))
    with pytest.raises(ValueError, match="ranks count from 0"):
        DistributedSampler(range(10), 2, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_workers": -1}, "num_workers option should be non-negative"),
        ({"timeout": -1}, "timeout option should be non-negative"),
        ({"prefetch_factor": 2}, "prefetch_factor option could only be specified in multi"),
        ({"persistent_workers": True}, "persistent_workers option needs num_workers > 0"),
        ({"multiprocessing_context": "fork"}, "multiprocessing_context can only be used with"),
        ({"batch_size": 0}, "batch_size should be a positive integer value, but got batch_size=0"),
        ({"batch_size": None, "drop_last": True}, "batch_size=None option disables auto-batching"),
        ({"sampler": [0], "shuffle": True}, "sampler option is mutually exclusive with shuffle"),
        ({"batch_sampler": [[0]], "shuffle": True}, "batch_sampler option is mutually exclusive"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DataLoader(pairs(), **options)


@pytest.mark.parametrize("name", ["shuffle", "sampler", "batch_sampler"])
def test_a_stream_has_its_own_order(name: str) -> None:
    with pytest.raises(ValueError, match=f"expected unspecified {name} option"):
        DataLoader(Stream(), **{name: [[0]]})


def test_options_are_fixed_once_made() -> None:
    loader = DataLoader(pairs())
    with pytest.raises(ValueError, match="batch_size attribute should not be set after DataLoader"):
        loader.batch_size = 5


def test_an_empty_dataset_cannot_be_shuffled() -> None:
    with pytest.raises(ValueError, match="at least one sample is needed: is the dataset empty"):
        DataLoader([], shuffle=True)


def test_samples_of_different_lengths() -> None:
    with pytest.raises(RuntimeError) as caught:
        next(iter(DataLoader([[1], [1, 2]], 2)))
    assert str(caught.value) == (
        "each element in list of batch should be of equal size\n"
        "  got:  samples of 1 to 2 entries\n"
        "  mend: pad them to one length in a collate_fn of your own: DataLoader(…, collate_fn=…)"
    )


def test_samples_that_are_no_numbers() -> None:
    with pytest.raises(TypeError, match="found <class 'NoneType'>"):
        next(iter(DataLoader([None], 1)))


def test_pinned_memory_without_a_gpu() -> None:
    with pytest.warns(UserWarning, match="no accelerator is found"):
        list(DataLoader(pairs(), pin_memory=True))


def test_the_same_under_the_name_of_torch(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "from torch.utils.data.dataset import random_split\n"
        "import torch\n"
        "for (x,) in torch.utils.data.DataLoader(TensorDataset(torch.arange(3)), 2):\n"
        "    print(x)\n"
    )
    command = [sys.executable, "-m", "edugrad.as_torch", str(script)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("tensor([0, 1])\ntensor([2])\n", "")


def test_edugrad_alone_does_not_load_the_data_tools() -> None:
    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            "import edugrad, sys; print('edugrad.utils.data' in sys.modules); "
            "print(edugrad.utils.data.DataLoader.__name__)",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert shown == "False\nDataLoader\n"
