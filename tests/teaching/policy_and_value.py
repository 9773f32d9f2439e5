"""Learning to walk right: a policy and a value, by the score-function gradient."""

from collections import deque, namedtuple

import torch
from torch import nn, optim
from torch.distributions import Categorical, Normal, kl_divergence

torch.manual_seed(1)
Step = namedtuple("Step", ("state", "action", "reward"))
memory = deque(maxlen=64)


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 8)
        self.choice = nn.Linear(8, 2)
        self.worth = nn.Linear(8, 1)

    def forward(self, state):
        hidden = torch.relu(self.body(state))
        return torch.softmax(self.choice(hidden), dim=-1), self.worth(hidden)


actor = Actor()
optimizer = optim.Adam(actor.parameters(), lr=3e-2)
for episode in range(12):
    states = torch.eye(3)[torch.randint(3, (6,))]
    chances, worth = actor(states)
    policy = Categorical(chances)
    actions = torch.randint(2, (6,))
    rewards = torch.where(actions == 1, 1.0, -1.0)
    memory.extend(map(Step, states, actions, rewards))
    returns = (rewards - rewards.mean()) / (rewards.std() + torch.finfo(torch.float32).eps)
    gain = returns - worth.squeeze(-1).detach()
    ratio = (policy.log_prob(actions) - chances.detach()[range(6), actions].log()).exp()
    clipped = torch.min(ratio * gain, ratio.clamp(0.8, 1.2) * gain)
    loss = -clipped.mean() + nn.functional.smooth_l1_loss(worth.squeeze(-1), returns)
    optimizer.zero_grad()
    (loss - 0.01 * policy.entropy().mean()).backward()
    optimizer.step()
    if episode % 4 == 3:
        print(episode, f"{loss.item():.4f}", chances[0].detach(), policy)
batch = Step(*zip(*list(memory)[:8], strict=True))
print(len(memory), torch.stack(batch.action), torch.stack(batch.reward))
print(actor(torch.eye(3))[0].argmax(-1))

target = Actor()
target.load_state_dict(actor.state_dict())
with torch.no_grad():
    for ours, theirs in zip(actor.parameters(), target.parameters(), strict=True):
        theirs.mul_(0.9).add_(ours, alpha=0.1)
print(all(map(torch.allclose, actor.parameters(), target.parameters())))

mean = torch.tensor([0.5, -0.5], requires_grad=True)
spread = torch.tensor([0.0, 0.3], requires_grad=True)
moved = Normal(mean, spread.exp())
z = moved.rsample()
loss = (z - 1).square().sum() + kl_divergence(moved, Normal(0.0, 1.0)).sum()
loss.backward()
print(z, loss, mean.grad, spread.grad, moved.log_prob(z.detach()), moved, sep="\n")
