"""Classifying texts by the mean of their words' vectors."""

import torch
from torch import nn
from torch.utils.data import DataLoader

torch.manual_seed(3)
texts = [
    "good fine good",
    "bad",
    "fine film",
    "bad bad film today",
    "a good day",
    "a bad day today",
]
labels = [1, 0, 1, 0, 1, 0]
words = sorted({word for text in texts for word in text.split()})
numbers = {word: number for number, word in enumerate(words)}


def together(batch):
    ids = [torch.tensor([numbers[word] for word in text.split()]) for text, _ in batch]
    starts = torch.tensor([0, *(len(each) for each in ids[:-1])]).cumsum(0)
    return torch.cat(ids), starts, torch.tensor([label for _, label in batch])


class Classifier(nn.Module):
    def __init__(self, words, width, classes):
        super().__init__()
        self.embedding = nn.EmbeddingBag(words, width)
        self.out = nn.Linear(width, classes)
        nn.init.uniform_(self.embedding.weight, -0.5, 0.5)
        nn.init.zeros_(self.out.bias)

    def forward(self, text, starts):
        return self.out(self.embedding(text, starts))


model = Classifier(len(words), 4, 2)
print(model)
loader = DataLoader(list(zip(texts, labels)), batch_size=3, shuffle=True, collate_fn=together)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10, gamma=0.5)
for epoch in range(30):
    total = 0.0
    for text, starts, label in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(text, starts), label)
        loss.backward()
        optimizer.step()
        total += loss.item()
    scheduler.step()
    if epoch % 10 == 9:
        print(epoch + 1, f"{total / len(loader):.3f}", scheduler.get_last_lr())
text, starts, label = together(list(zip(texts, labels)))
print(starts, model(text, starts).argmax(1) == label)

for mode in ("sum", "mean", "max"):
    bag = nn.EmbeddingBag(5, 3, mode=mode, padding_idx=0)
    result = bag(torch.tensor([[1, 2, 0], [4, 4, 3]]))
    result.sum().backward()
    print(bag, result.detach(), bag.weight.grad, sep="\n")
weighted = nn.EmbeddingBag.from_pretrained(torch.eye(3), mode="sum", include_last_offset=True)
amounts = torch.tensor([0.5, 2.0, 1.0])
print(weighted(torch.tensor([0, 1, 1]), torch.tensor([0, 2, 3]), amounts), weighted.weight)
