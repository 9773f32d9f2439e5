"""Attention over a batch of sequences, printed at every step: what each step's node is called."""

import math

import torch
from torch import nn

torch.manual_seed(4)
words = torch.randint(0, 12, (2, 5))
embed, place = nn.Embedding(12, 6), nn.Embedding(5, 6)
x = embed(words) + place(torch.arange(5))
print(words, x.shape, x.grad_fn.name())
query, key, value = (nn.Linear(6, 6, bias=False) for _ in range(3))
q, k, v = query(x), key(x), value(x)
print(q[0], q.grad_fn.name())
scores = q @ k.transpose(-2, -1) / math.sqrt(6)
mask = torch.tril(torch.ones(5, 5)) == 0
weights = scores.masked_fill(mask, float("-inf")).softmax(dim=-1)
print(weights[1], (q @ k.mT).grad_fn.name(), weights.sum(-1).detach())
out = nn.Linear(6, 4)(weights @ v)
print(out, out.argmax(-1), sep="\n")
fused = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
print(torch.allclose(fused, weights @ v, atol=1e-6))

heads = q.view(2, 5, 2, 3).transpose(1, 2)
print(heads.shape, heads.is_contiguous(), heads.reshape(2, 10, 3).grad_fn.name())
print(nn.Linear(3, 2)(heads).grad_fn.name(), nn.Linear(3, 2)(heads.contiguous()).grad_fn.name())
print(torch.bmm(q, k.mT).grad_fn.name(), torch.einsum("bij,bkj->bik", q, k).grad_fn.name())
try:
    torch.bmm(q, k[:1].mT)
except RuntimeError as error:
    print(str(error).splitlines()[0])

block = nn.TransformerEncoderLayer(6, 2, 12, dropout=0.0, batch_first=True)
later = nn.Transformer.generate_square_subsequent_mask(5)
y = block(x, src_mask=later, is_causal=True)
(y * y.detach().roll(1, -1)).mean().backward()
print(y[0, -1], embed.weight.grad[words[0, 0]], place.weight.grad.norm(), sep="\n")
bare = [name for name, each in block.named_parameters() if each.ndim == 1]
optimizer = torch.optim.AdamW(
    [
        {"params": [each for each in block.parameters() if each.ndim > 1]},
        {"params": [block.get_parameter(name) for name in bare], "weight_decay": 0.0},
    ],
    lr=1e-2,
    betas=(0.9, 0.95),
)
print(bare, optimizer, sep="\n")
for _ in range(3):
    optimizer.zero_grad()
    loss = (block(x.detach(), src_mask=later) - x.detach().roll(-1, 1)).square().mean()
    loss.backward()
    print(f"{loss.item():.4f} {nn.utils.clip_grad_norm_(block.parameters(), 0.5).item():.4f}")
    optimizer.step()
