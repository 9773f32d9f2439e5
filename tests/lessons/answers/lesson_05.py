"""Lesson 05: wrong answers, and what the check must say of them. The first is the broken loop."""

import edugrad as torch
from edugrad import nn
from edugrad_widgets.lesson.content.lesson_05 import finetune, train_epoch


def epoch(*order):
    """An epoch whose batches do the named things in this order."""

    def train_epoch(loader, model, loss_fn, optimizer):
        for x, y in loader:
            loss = loss_fn(model(x), y)
            acts = {
                "wipe": optimizer.zero_grad,
                "back": loss.backward,
                "step": optimizer.step,
            }
            for name in order:
                acts[name]()
        return loss

    return train_epoch


def steps_the_loss(loader, model, loss_fn, optimizer):
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        loss.step()
    return loss


EPOCH = {
    "as it stands": (epoch("back", "wipe", "step"), "the gradients have just been wiped out"),
    "never wiped": (epoch("back", "step"), "zero_grad() is missing"),
    "step first": (epoch("step", "wipe", "back"), "step() runs before backward()"),
    "no step": (epoch("wipe", "back"), "nothing has moved"),
    "two steps": (epoch("wipe", "back", "step", "step"), "step() runs twice"),
    "the loss steps": (steps_the_loss, "the optimiser that steps"),
    "exchanged": (
        lambda loader, model, loss_fn, optimizer: loss_fn(loader[0][1], model(loader[0][0])),
        "the prediction comes first",
    ),
    "first batch": (
        lambda loader, *rest: train_epoch(loader[:1], *rest),
        "only the first batch was used",
    ),
    "last batch": (
        lambda loader, *rest: train_epoch(loader[-1:], *rest),
        "only the last batch was used",
    ),
}


def step(loss_of, move=True):
    """A training step with a loss of one's own."""

    def train_step(model, x, y, optimizer):
        loss = loss_of(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        if move:
            optimizer.step()
        return loss

    return train_step


cross_entropy, nll_loss = nn.functional.cross_entropy, nn.functional.nll_loss

STEP = {
    "as it stands": (
        step(lambda z, y: cross_entropy(nn.Softmax(dim=1)(z), y)),
        "softmax is taken twice",
    ),
    "over pictures": (
        step(lambda z, y: cross_entropy(nn.Softmax(dim=0)(z), y)),
        "the first time over the pictures",
    ),
    "nll of softmax": (step(lambda z, y: nll_loss(z.softmax(1), y)), "logarithms of probabilities"),
    "nll of logits": (step(lambda z, y: nll_loss(z, y)), "logarithms of probabilities"),
    "sigmoid": (step(lambda z, y: cross_entropy(z.sigmoid(), y)), "no sigmoid either"),
    "relu": (step(lambda z, y: cross_entropy(z.relu(), y)), "cuts off all scores below 0"),
    "argmax": (step(lambda z, y: cross_entropy(z.argmax(dim=1), y)), "throws the scores away"),
    "exchanged": (step(lambda z, y: cross_entropy(y, z)), "the prediction comes first"),
    "not called": (step(lambda z, y: nn.CrossEntropyLoss(z)), "pair of parentheses calls it"),
    "sum": (step(lambda z, y: cross_entropy(z, y, reduction="sum")), "not the mean"),
    "no step": (step(cross_entropy, move=False), "backward() and step() are needed"),
}


def line(loss_of, result=lambda model: model):
    """A fit with a loss of one's own."""

    def fit_line(x, y, steps):
        torch.manual_seed(0)
        model = nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(steps):
            loss = loss_of(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return result(model)

    return fit_line


LINE = {
    "as it stands": (line(lambda p, y: ((p - y) ** 2).mean()), "the line is flat"),
    "a row": (line(lambda p, y: ((p - y.unsqueeze(0)) ** 2).mean()), "the line is flat"),
    "diverged": (line(lambda p, y: ((p - y) ** 2).sum()), "the steps are too large"),
    "mse_loss": (line(nn.functional.mse_loss), "the trap of lesson 02"),
    "the loss": (
        line(lambda p, y: ((p.squeeze(1) - y) ** 2).mean(), lambda model: model.weight),
        "expected the model",
    ),
}


def judged(
    before=lambda model: model.eval(),
    after=lambda model, was: model.train(was),
    share=None,
    dim=1,
):
    """A test with what happens before and after the batches, and how the answers are counted."""

    def accuracy(model, loader):
        was = model.training
        before(model)
        answers = [model(x).argmax(dim=dim) == y for x, y in loader]
        after(model, was)
        return share(answers) if share else torch.cat(answers).float().mean().item()

    return accuracy


def nothing(*_):
    pass


def means(answers):
    return sum(each.float().mean().item() for each in answers) / len(answers)


def late(model, loader):
    model(loader[0][0])
    return judged()(model, loader)


def values_and_places(model, loader):
    return sum((model(x).max(dim=1) == y).sum().item() for x, y in loader)


ACCURACY = {
    "as it stands": (judged(before=nothing, after=nothing), "was asked in training mode"),
    "not given back": (judged(after=nothing), "left in evaluation mode"),
    "always train": (judged(after=lambda model, was: model.train()), "leaves in training mode"),
    "top module only": (
        judged(after=lambda model, was: setattr(model, "training", was)),
        "goes through all modules",
    ),
    "max": (values_and_places, "`argmax` gives the places"),
    "mean of means": (judged(share=means), "the shorter last batch counts as much"),
    "both": (judged(nothing, nothing, share=means), "mean of the batches' means is taken"),
    "counted": (
        judged(share=lambda answers: torch.cat(answers).sum().item()),
        "divide by how many there are",
    ),
    "by batches": (
        judged(share=lambda answers: torch.cat(answers).sum().item() / len(answers)),
        "not of batches",
    ),
    "wrong dim": (judged(dim=0), "argmax runs over the wrong dimension"),
    "too late": (late, "changed by being tested"),
}


def tuned(change):
    """A fine-tuning whose model and parameters are one's own."""

    def finetune(model, loader):
        model, parameters = change(model)
        optimizer = torch.optim.SGD(parameters, lr=0.5)
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return model

    return finetune


def optimiser_first(model):
    parameters = list(model.parameters())
    model[-1] = nn.Linear(4, 3)
    return model, parameters


def head_only(model):
    model[-1] = nn.Linear(4, 3)
    return model, model[-1].parameters()


def turned_round(model):
    model[-1] = nn.Linear(3, 4)
    return model, model.parameters()


def anew(model, loader):
    for batch in loader:
        finetune(model, [batch])
    return model


FINETUNE = {
    "as it stands": (tuned(optimiser_first), "the optimiser was made before this layer"),
    "head only": (tuned(head_only), "the parameters of the last layer only"),
    "wrong way round": (tuned(turned_round), "nn.Linear(4, 3)"),
    "each batch": (anew, "once, before the loop"),
    "old layer": (tuned(lambda model: (model, model.parameters())), "not the new layer"),
    "no model": (lambda model, loader: 1.0, "expected the model"),
}

MUTANTS = {
    "05.epoch": EPOCH,
    "05.step": STEP,
    "05.line": LINE,
    "05.accuracy": ACCURACY,
    "05.finetune": FINETUNE,
}
UNFILLED = {}
