"""Sequences of several lengths: a Dataset, collate_fn, packed LSTM, a schedule, greedy decoding."""

import random

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(1)
text = "the quick brown fox jumps over the lazy dog. "
chars = sorted(set(text))
number = {c: i + 1 for i, c in enumerate(chars)}


class Pieces(Dataset):
    def __init__(self, count=48):
        draw = random.Random(2)
        starts = [draw.randrange(len(text)) for _ in range(count)]
        self.pieces = [(text * 2)[s : s + draw.randrange(4, 10)] for s in starts]

    def __len__(self):
        return len(self.pieces)

    def __getitem__(self, i):
        return torch.tensor([number[c] for c in self.pieces[i]])


def collate(batch):
    lengths = torch.tensor([len(each) - 1 for each in batch])
    padded = pad_sequence(batch, batch_first=True)
    return padded[:, :-1], padded[:, 1:], lengths


class CharRNN(nn.Module):
    def __init__(self, vocabulary, hidden=24):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, 12, padding_idx=0)
        self.rnn = nn.LSTM(12, hidden, num_layers=2, batch_first=True)
        self.head = nn.Linear(hidden, vocabulary)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(
            self.embed(x), lengths, batch_first=True, enforce_sorted=False
        )
        out, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.size(1))
        return self.head(out)


loader = DataLoader(Pieces(), batch_size=8, shuffle=True, collate_fn=collate)
x, y, lengths = next(iter(loader))
print(x, lengths)
model = CharRNN(len(chars) + 1)
print(model)
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-2)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
criterion = nn.CrossEntropyLoss(ignore_index=0)
for epoch in range(5):
    total = 0.0
    for x, y, lengths in loader:
        loss = criterion(model(x, lengths).flatten(0, 1), y.flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
    schedule.step()
    print(f"epoch {epoch}: {total / len(loader):.3f}, lr {schedule.get_last_lr()[0]:g}")

model.eval()
with torch.no_grad():
    said = [number["t"]]
    for _ in range(12):
        scores = model(torch.tensor([said]), torch.tensor([len(said)]))
        said.append(scores[0, -1].argmax().item())
print(repr("".join(chars[i - 1] for i in said)))
