"""Lesson 05, Training: the loop, its instruments, and five ways in which it fails."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False
# The solutions are shown as a learner would write them, hence without annotations.

from __future__ import annotations

from typing import Any

import edugrad as torch
from edugrad import nn
from edugrad_widgets.lesson.check import Wrong, call, compare
from edugrad_widgets.lesson.exercise import Exercise, Question, Recap

QUESTIONS = (
    Question(
        "05.untrained",
        "A fresh network sorts pictures into ten classes. Its scores are all about 0. Which "
        "cross-entropy do you expect before any training?",
        {
            "about 0": "0 is the loss of somebody who is sure and right. This network is neither.",
            "about 1": "One is not special here. The loss is the negative logarithm of the "
            "probability that the right class was given.",
            "about 2.3": "Ten equal scores give every class a tenth, and -ln(1/10) is 2.30. A "
            "fresh network far from that has a mistake in it.",
            "about 10": "That would take a network that is sure of a wrong class: a probability "
            "of 0.00005 for the right one.",
        },
        answer="about 2.3",
    ),
    Question(
        "05.valley",
        "A valley has the height (x² + 25 · y²) / 2: gentle along x, steep along y. Plain gradient "
        "descent with the learning rate 0.1 starts at (10, 1). What happens?",
        {
            "it slides down along the valley": "Along x it would. Along y one step goes "
            "0.1 · 25 · y, two and a half times the way to the bottom.",
            "it jumps from wall to wall, higher each time": "Each step takes y to -1.5 times y. "
            "The steepest direction alone decides how large a rate is allowed: here below 2/25.",
            "it jumps to the bottom at once": "A rate of 1/25 would do that for y. This one is two "
            "and a half times as large.",
        },
        answer="it jumps from wall to wall, higher each time",
    ),
    Question(
        "05.zero",
        "A loop leaves out `optimizer.zero_grad()`. Everything else is right. What does training "
        "look like?",
        {
            "the same, only slower": "Nothing is missing from the gradient. On the contrary, "
            "something is in it that should not be there any more.",
            "an error in the second step": "`backward()` adds to `.grad` whatever is there. It has "
            "done so since lesson 01, without a word.",
            "it overshoots and swings back and forth": "Every step goes along the sum of all "
            "gradients so far. At the bottom that sum still points onward, and the walk runs up "
            "the other side.",
        },
        answer="it overshoots and swings back and forth",
    ),
    Question(
        "05.batches",
        "There are 1,437 training pictures, and a `DataLoader` hands them out in batches of 32. "
        "How many steps does the optimiser take in one epoch?",
        {
            "1": "That would be one step for all pictures together. In the loop below, `step()` "
            "stands inside `for`: a step for each batch.",
            "44": "44 batches are full and hold 1,408 pictures. The other 29 come as a last, "
            "shorter batch, unless you ask for `drop_last=True`.",
            "45": "44 full batches and one of 29. The short one counts as a whole step, though "
            "fewer pictures speak in it.",
            "1,437": "That would be batches of one picture. Here 32 share a step, by the mean of "
            "their losses.",
        },
        answer="45",
    ),
    Question(
        "05.overfit",
        "Before training on all data you train on one batch of 32 pictures, again and again. What "
        "should the loss do?",
        {
            "fall to nearly 0": "The network has three hundred times more parameters than these "
            "pictures have labels. If it cannot learn them by heart, the loop has a mistake.",
            "fall to what it reaches on all data": "With all data it has to find what they have in "
            "common. Here it can learn 32 answers by heart.",
            "stay: 32 pictures teach nothing": "They teach these 32 answers. That is useless for "
            "reading digits, and a quick test of the loop.",
        },
        answer="fall to nearly 0",
    ),
    Question(
        "05.mode",
        "A network has a Dropout layer. You ask it twice about the same picture, without calling "
        "`model.eval()`. What do you get?",
        {
            "the same scores twice": "In training mode dropout sets other numbers to zero each "
            "time it is called, whoever calls it.",
            "two different sets of scores": "Dropout is drawn anew for each call as long as the "
            "module is in training mode. `no_grad` does not change that, `eval()` does.",
            "an error: dropout is for training only": "A module does not know why it is called. "
            "It knows its mode, `model.training`, and you set it.",
        },
        answer="two different sets of scores",
    ),
    Question(
        "05.schedule",
        "`StepLR(optimizer, step_size=2, gamma=0.1)` starts from the rate 0.5, and "
        "`scheduler.step()` is called at the end of each epoch. Which rate does the fifth epoch "
        "use?",
        {
            "0.5": "That is for the first two epochs; every second call takes a tenth.",
            "0.05": "That is for epochs three and four.",
            "0.005": "Two epochs each with 0.5 and 0.05; the fifth is the first with 0.005.",
            "0.000005": "That would be a tenth after every epoch; it is a tenth after every two.",
        },
        answer="0.005",
    ),
)


def train_epoch(loader, model, loss_fn, optimizer):
    """Walk once through all batches; return the last loss."""
    for x, y in loader:
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss


def _batches(classes: int = 3) -> list[tuple[Any, Any]]:
    """Three small batches, the last one shorter."""
    generator = torch.Generator().manual_seed(5)
    batches = []
    for size in (4, 4, 2):
        x = torch.randn(size, 2, generator=generator)
        batches.append((x, torch.randint(0, classes, (size,), generator=generator)))
    return batches


def _linear() -> Any:
    model = nn.Linear(2, 3)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[0.5, -0.2], [0.1, 0.3], [-0.4, 0.2]]))
        model.bias.zero_()
    return model


def _weights_after(loop: Any, *, keep_gradient: bool = False) -> Any:
    """What the weights of a small model are after an epoch of a loop, correct or not."""
    model = _linear()
    optimizer: Any = torch.optim.SGD(model.parameters(), lr=0.5)
    loss_fn = nn.CrossEntropyLoss()
    if keep_gradient:
        optimizer.zero_grad = lambda *_: None
    loop(_batches(), model, loss_fn, optimizer)
    return model.weight.detach()


def _first_only(loader, model, loss_fn, optimizer):
    train_epoch(loader[:1], model, loss_fn, optimizer)


def _last_only(loader, model, loss_fn, optimizer):
    train_epoch(loader[-1:], model, loss_fn, optimizer)


def _step_first(loader, model, loss_fn, optimizer):
    for x, y in loader:
        loss = loss_fn(model(x), y)
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()


def _step_twice(loader, model, loss_fn, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        optimizer.step()
        optimizer.step()


WRONG_ORDER = "the prediction comes first, then the classes: loss_fn(model(x), y)."


def _examine_epoch(made: Any) -> str:
    model = _linear()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    label = "train_epoch(loader, model, loss_fn, optimizer)"
    causes = {
        "'Tensor' object has no attribute 'step'": "it is the optimiser that steps.",
        "not implemented for 'Long'": WRONG_ORDER,
    }
    call(made, _batches(), model, nn.CrossEntropyLoss(), optimizer, label=label, causes=causes)
    compare(
        "The weight matrix after one epoch",
        model.weight,
        _weights_after(train_epoch),
        causes=[
            (_linear().weight, "nothing has moved: when step() runs, the gradients have just been "
            "wiped out."),
            (_weights_after(train_epoch, keep_gradient=True), "the gradients of earlier batches "
            "are still in the sum: zero_grad() is missing."),
            (_weights_after(_step_first), "step() runs before backward(), with the gradients of "
            "the batch before."),
            (_weights_after(_step_twice), "step() runs twice for each gradient."),
            (_weights_after(_first_only), "only the first batch was used: is return inside the "
            "loop?"),
            (_weights_after(_last_only), "only the last batch was used: do all lines stand in the "
            "loop?"),
        ],
    )  # fmt: skip
    return "Every batch takes one step, with its own gradient."


def train_step(model, x, y, optimizer):
    """One step of a classifier; return its loss."""
    logits = model(x)
    loss = nn.CrossEntropyLoss()(logits, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def _examine_step(made: Any) -> str:
    x, y = _batches()[0]
    model, reference = _linear(), _linear()
    label = "train_step(model, x, y, optimizer)"
    loss = call(
        made,
        model,
        x,
        y,
        torch.optim.SGD(model.parameters(), lr=0.5),
        label=label,
        causes={
            "class probabilities, got Long": "argmax keeps the place of the best score and throws "
            "the scores away. The loss wants all of them, the logits.",
            "not implemented for 'Long'": WRONG_ORDER,
            "has no attribute 'backward'": "`nn.CrossEntropyLoss()` makes the loss function; a "
            "second pair of parentheses calls it.",
        },
    )
    train_step(reference, x, y, torch.optim.SGD(reference.parameters(), lr=0.5))
    logits = _linear()(x).detach()
    p = torch.softmax(logits, dim=1)
    cross_entropy = nn.functional.cross_entropy
    compare(
        "The loss",
        loss,
        cross_entropy(logits, y),
        causes=[
            (cross_entropy(p, y), "softmax is taken twice: CrossEntropyLoss wants the logits and "
            "does it itself."),
            (nn.functional.nll_loss(p, y), "NLLLoss wants logarithms of probabilities. Give the "
            "logits to CrossEntropyLoss."),
            (nn.functional.nll_loss(logits, y), "NLLLoss wants logarithms of probabilities. Give "
            "the logits to CrossEntropyLoss."),
            (cross_entropy(torch.softmax(logits, dim=0), y), "softmax is taken twice, and the "
            "first time over the pictures. CrossEntropyLoss wants the logits."),
            (cross_entropy(torch.sigmoid(logits), y), "no sigmoid either: the loss wants the "
            "logits as they are."),
            (cross_entropy(torch.relu(logits), y), "a ReLU cuts off all scores below 0: the loss "
            "wants the logits as they are."),
            (cross_entropy(logits, y, reduction="sum"), "this is the sum over the batch, not the "
            "mean; the step would grow with the batch."),
        ],
    )  # fmt: skip
    compare(
        "The weight matrix after the step",
        model.weight,
        reference.weight,
        causes=[(_linear().weight, "nothing has moved: backward() and step() are needed too.")],
    )
    return "The loss takes the logits as they are, and the step follows its gradient."


def fit_line(x, y, steps):
    """Fit a line to points with x of shape (N, 1) and y of shape (N,); return the model."""
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        loss = ((model(x).squeeze(1) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def _examine_line(made: Any) -> str:
    x = torch.tensor([[-1.0], [0.0], [1.0], [2.0], [-2.0]])
    y = torch.tensor([-4.0, -1.0, 2.0, 5.0, -7.0])
    label = "fit_line(x, y, 150)"
    model = call(
        made,
        x,
        y,
        150,
        label=label,
        causes={
            "must be the same": "that is the trap of lesson 02, and the loss says so: bring both "
            "to one shape.",
        },
    )
    if not isinstance(model, nn.Module):
        raise Wrong(f"{label} returns {type(model).__name__}, expected the model.")
    line = call(model, x, label="the model").reshape(-1)
    if not line.isfinite().all():
        raise Wrong(
            f"The line at -1, 0, 1, 2 and -2 is {line[0].item():.3g}.",
            "the steps are too large for this loss: leave the rate at 0.1, and let the loss be a "
            "mean, not a sum.",
        )
    compare(
        "The line at -1, 0, 1, 2 and -2",
        line,
        y,
        causes=[
            (y.mean().expand(5), "the line is flat, at the mean of all y: every prediction is "
            "compared with every target. Look at the shapes of model(x) and y."),
        ],
        rtol=1e-2,
    )  # fmt: skip
    return "The line passes through the points: 3x - 1."


def accuracy(model, loader):
    """The share of right answers; the model is left in the mode in which it came."""
    training = model.training
    model.eval()
    right = total = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
            total += len(y)
    model.train(training)
    return right / total


class _Judge(nn.Module):
    """Right in evaluation mode except for one sample of the last batch; nonsense in training."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros(()))
        self.part = nn.Dropout()

    def forward(self, x: Any) -> Any:
        if self.training:
            self.seen += 1
            return torch.stack([x[:, 0], -x[:, 0]], dim=1)
        return torch.stack([-x[:, 0], x[:, 0]], dim=1)


def _examine_accuracy(made: Any) -> str:
    x = torch.tensor([1.0, -1.0, 2.0, 0.5, -3.0, -1.0]).reshape(6, 1)
    y = torch.tensor([1, 0, 1, 1, 0, 1])
    loader = [(x[:4], y[:4]), (x[4:], y[4:])]
    model = _Judge()
    label = "accuracy(model, loader)"
    compare(
        label,
        call(
            made,
            model,
            loader,
            label=label,
            causes={
                "must match": "argmax runs over the wrong dimension: the classes are dim=1.",
                "'bool' object": "`max` gives values and places; `argmax` gives the places.",
            },
        ),
        5 / 6,
        causes=[
            (1 / 6, "the model was asked in training mode, where dropout and the like are at "
            "work. `no_grad` does not change the mode."),
            (1 / 4, "the model was asked in training mode, and the mean of the batches' means is "
            "taken."),
            (3 / 4, "this is the mean of the batches' means: the shorter last batch counts as much "
            "as the first. Count right answers and divide by all."),
            (5.0, "these are the right answers; divide by how many there are."),
            (5 / 2, "divide by the number of samples, not of batches."),
        ],
    )  # fmt: skip
    if model.seen.item():
        raise Wrong(
            "The number is right, but the model was changed by being tested.",
            "it ran in training mode at least once: call eval() before the first batch.",
        )
    if not model.training:
        raise Wrong(
            "The number is right, but the model is left in evaluation mode.",
            "the next epoch would train without dropout: remember model.training and give it back "
            "with model.train(...).",
        )
    if not model.part.training:
        raise Wrong(
            "The mode is given back to the model, but not to the modules inside.",
            "`model.training = ...` sets one attribute; model.train(...) goes through all modules.",
        )
    model.eval()
    call(made, model, loader, label=label)
    if model.training:
        raise Wrong(
            "A model that came in evaluation mode leaves in training mode.",
            "give it back the mode that it had, model.train(training).",
        )
    return "Tested in evaluation mode, every sample counts once, and the mode is given back."


def finetune(model, loader):
    """Replace the last layer by one for three classes, then train the whole network."""
    model[-1] = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for x, y in loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def _new_for_each_batch(model, loader):
    for batch in loader:
        finetune(model, [batch])
    return model


def _pretrained() -> Any:
    """A network for five classes, always the same; the random numbers after it are the same too."""
    torch.manual_seed(11)
    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 5))


def _examine_finetune(made: Any) -> str:
    reference = finetune(_pretrained(), _batches())
    body = _pretrained()[0].weight.detach()
    fresh_head = nn.Linear(4, 3).weight.detach()
    model = call(
        made,
        _pretrained(),
        _batches(),
        label="finetune(model, loader)",
        causes={
            "cannot be multiplied": "the new layer takes 4 numbers and gives 3: nn.Linear(4, 3).",
            "out of bounds": "the last layer still has its five old classes.",
        },
    )
    if not isinstance(model, nn.Sequential):
        raise Wrong(f"finetune(model, loader) returns {type(model).__name__}, expected the model.")
    head = model[-1].weight
    if tuple(head.shape) != (3, 4):
        raise Wrong(
            f"The last layer has weights of shape {tuple(head.shape)}, expected (3, 4).",
            "it is not the new layer for three classes.",
        )
    if torch.equal(model[0].weight, body):
        raise Wrong(
            "The first layer has not moved.",
            "the optimiser got the parameters of the last layer only.",
        )
    compare(
        "The new last layer",
        head,
        reference[-1].weight,
        causes=[
            (fresh_head, "it is as it was drawn: the optimiser was made before this layer, and "
            "knows the old one only."),
            (_new_for_each_batch(_pretrained(), _batches())[-1].weight, "a new layer is made for "
            "each batch: do that once, before the loop."),
        ],
    )  # fmt: skip
    compare("The first layer", model[0].weight, reference[0].weight)
    return "Old layers and new: the optimiser moves every parameter that the network has now."


EXERCISES = (
    Exercise(
        "05.epoch",
        task="The weights do not move. Find out why and mend the loop.",
        examine=_examine_epoch,
        hints=(
            "Print `model.weight.grad` just before `optimizer.step()`. What does step() work with?",
            "Three calls belong to each batch: wipe, backward, step. In which order is the "
            "gradient there when it is used, and gone when the next one is computed?",
            "`zero_grad()` anywhere before `backward()`: it must not stand between `backward()` "
            "and `step()`.",
        ),
        solution=train_epoch,
    ),
    Exercise(
        "05.step",
        task="The loss stays high, however long it is trained. Mend the step.",
        examine=_examine_step,
        hints=(
            "How low can this loss get? Suppose the network is perfectly sure and right: what "
            "does it hand to the loss?",
            "Read what `nn.CrossEntropyLoss` expects: logits or probabilities?",
            "It takes softmax and logarithm itself. Give it `model(x)` as it is.",
        ),
        solution=train_step,
    ),
    Exercise(
        "05.line",
        task="The line comes out flat. Find out why and mend the loop.",
        examine=_examine_line,
        hints=(
            "What are the shapes of `model(x)`, of `y`, and of their difference?",
            "It is the trap of lesson 02: (N, 1) and (N,) meet in (N, N).",
            "Bring both to one shape: `model(x).squeeze(1)`, or `y.unsqueeze(1)`.",
        ),
        solution=fit_line,
    ),
    Exercise(
        "05.accuracy",
        task="The number changes when it is computed twice. Mend the test.",
        examine=_examine_accuracy,
        hints=(
            "Which modules behave differently in training and in use? How does a module know "
            "which of the two it is?",
            "`model.eval()` before the first batch. And after the last one? Somebody may want to "
            "go on training.",
            "Remember `training = model.training`, call `model.eval()`, and at the end "
            "`model.train(training)`.",
        ),
        solution=accuracy,
    ),
    Exercise(
        "05.finetune",
        task="The new layer does not learn. Find out why and mend it.",
        examine=_examine_finetune,
        hints=(
            "An optimiser changes the tensors that it was given. When was it given them?",
            "Compare `model[-1].weight` with what is in `optimizer.param_groups[0]['params']`.",
            "Replace the layer first and make the optimiser after it.",
        ),
        solution=finetune,
    ),
)

RECAP = Recap(
    lines=(
        "A step is: predict, measure, wipe, walk back, move. Each loop is that and bookkeeping.",
        "The steepest direction decides which learning rate is too large; momentum and Adam help.",
        "Before you trust a loop: the loss at the start, one batch by heart, train and eval mode.",
    ),
    questions={
        "Which loss do you expect from an untrained network with 100 classes?": "-ln(1/100), about "
        "4.6.",
        "Why does the loop call `zero_grad()` when PyTorch could do it by itself?": "Because "
        "sometimes adding up is wanted: several small batches that act as one large one.",
        "The training loss falls and the test loss rises. What is happening?": "The network learns "
        "the training data by heart. More data, a smaller network, dropout or stopping early help.",
        "Why are test batches run under `no_grad`?": "No gradient is needed, so nothing is kept: "
        "less memory and less work. It changes no number; `eval()` does.",
        "When is an optimiser out of date?": "When the network has parameters that it was not "
        "given, such as a layer that was replaced.",
    },
    next="Lessons on hardware follow: what a GPU does with a matrix product, and a processor that "
    "waits for its data. Until they are there, train a network on data of your own.",
    pytorch="Replace the import. Loops, losses, optimisers and schedulers are PyTorch's and give "
    "the same numbers under one seed; the data sets come from elsewhere there.",
    pytorch_code="""import torch
from torch import nn

model = nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
loss = nn.CrossEntropyLoss()(model(torch.rand(8, 4)), torch.zeros(8, dtype=torch.long))
optimizer.zero_grad()
loss.backward()
optimizer.step()""",
)
