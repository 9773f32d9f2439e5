"""Data that workers load: who loads what, from which random numbers, and how a stream is shared."""

import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, get_worker_info


class Noisy(Dataset):
    def __len__(self):
        return 7

    def __getitem__(self, index):
        worker = get_worker_info()
        noise = torch.rand(1).item(), random.random(), np.random.rand()  # noqa: NPY002
        return index, *noise, -1 if worker is None else worker.id


class Numbers(IterableDataset):
    def __init__(self, start, end):
        self.start = start
        self.end = end

    def __iter__(self):
        return iter(range(self.start, self.end))


def take_a_share(number):
    info = get_worker_info()
    stream = info.dataset
    stream.start, stream.end = stream.start + 3 * number, min(stream.start + 3 * number + 3, 10)


if __name__ == "__main__":
    torch.manual_seed(1)
    for batch in DataLoader(Noisy(), batch_size=2, shuffle=True, num_workers=2):
        print(batch)
    print("the main stream goes on:", torch.rand(2))
    stream = Numbers(0, 8)
    print(list(DataLoader(stream, batch_size=3)))
    print("each worker has the whole stream:", list(DataLoader(Numbers(0, 3), num_workers=2)))
    shared = DataLoader(stream, batch_size=2, num_workers=2, worker_init_fn=take_a_share)
    print("or its share:", list(shared), stream.start, stream.end)
    print(get_worker_info())
