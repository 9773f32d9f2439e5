"""The update rules as their papers give them, in float64 and without a thought of speed.

Each takes the parameter, its gradient, the number of the step (from 1), a dict to remember things
in, and the options; it returns the new parameter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray
Memory = dict[str, Any]


def sgd(w: Array, g: Array, t: int, memory: Memory, **o: Any) -> Array:
    momentum, dampening = o.get("momentum", 0), o.get("dampening", 0)
    if not momentum:
        return w - o["lr"] * g
    velocity = g if t == 1 else momentum * memory["velocity"] + (1 - dampening) * g
    memory["velocity"] = velocity
    return w - o["lr"] * (g + momentum * velocity if o.get("nesterov") else velocity)


def adam(w: Array, g: Array, t: int, memory: Memory, **o: Any) -> Array:
    beta1, beta2 = o.get("betas", (0.9, 0.999))
    m = beta1 * memory.get("m", 0) + (1 - beta1) * g
    v = beta2 * memory.get("v", 0) + (1 - beta2) * g**2
    largest = np.maximum(memory.get("largest", 0), v)
    memory.update(m=m, v=v, largest=largest)
    if o.get("amsgrad"):
        v = largest
    mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - o["lr"] * mean / (np.sqrt(square) + o.get("eps", 1e-8))


def nadam(w: Array, g: Array, t: int, memory: Memory, **o: Any) -> Array:
    def mu(k: int) -> float:
        return 0.9 * (1 - 0.5 * 0.96 ** (k * 0.004))

    m = 0.9 * memory.get("m", 0) + 0.1 * g
    v = 0.999 * memory.get("v", 0) + 0.001 * g**2
    memory.update(m=m, v=v)
    products = np.cumprod([mu(k) for k in range(1, t + 2)])
    mean = mu(t + 1) * m / (1 - products[-1]) + (1 - mu(t)) * g / (1 - products[-2])
    return w - o["lr"] * mean / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def radam(w: Array, g: Array, t: int, memory: Memory, **o: Any) -> Array:
    beta1, beta2 = o.get("betas", (0.9, 0.999))
    m = beta1 * memory.get("m", 0) + (1 - beta1) * g
    v = beta2 * memory.get("v", 0) + (1 - beta2) * g**2
    memory.update(m=m, v=v)
    mean = m / (1 - beta1**t)
    limit = 2 / (1 - beta2) - 1
    rho = limit - 2 * t * beta2**t / (1 - beta2**t)
    if rho <= 5:
        return w - o["lr"] * mean
    factor = np.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))
    return w - o["lr"] * mean * factor * np.sqrt(1 - beta2**t) / (np.sqrt(v) + 1e-8)


def adamax(w: Array, g: Array, t: int, memory: Memory, **o: Any) -> Array:
    m = 0.9 * memory.get("m", 0) + 0.1 * g
    u = np.maximum(0.999 * memory.get("u", 0), abs(g) + 1e-8)
    memory.update(m=m, u=u)
    return w - o["lr"] / (1 - 0.9**t) * m / u


def rmsprop(w: Array, g: Array, t: int, memory: Memory, **o: Any) -> Array:
    alpha = o.get("alpha", 0.99)
    v = alpha * memory.get("v", 0) + (1 - alpha) * g**2
    mean = alpha * memory.get("mean", 0) + (1 - alpha) * g
    spread = v - mean**2 if o.get("centered") else v
    velocity = o.get("momentum", 0) * memory.get("velocity", 0) + g / (
        np.sqrt(spread) + o.get("eps", 1e-8)
    )
    memory.update(v=v, mean=mean, velocity=velocity)
    return w - o["lr"] * velocity


def adagrad(w: Array, g: Array, t: int, memory: Memory, **o: Any) -> Array:
    total = memory.get("total", o.get("initial_accumulator_value", 0)) + g**2
    memory["total"] = total
    return w - o["lr"] / (1 + (t - 1) * o.get("lr_decay", 0)) * g / (np.sqrt(total) + 1e-10)


def adadelta(w: Array, g: Array, t: int, memory: Memory, **o: Any) -> Array:
    rho, eps = o.get("rho", 0.9), o.get("eps", 1e-6)
    v = rho * memory.get("v", 0) + (1 - rho) * g**2
    step = np.sqrt(memory.get("u", 0) + eps) / np.sqrt(v + eps) * g
    memory.update(v=v, u=rho * memory.get("u", 0) + (1 - rho) * step**2)
    return w - o["lr"] * step


def asgd(w: Array, g: Array, t: int, memory: Memory, **o: Any) -> Array:
    lr, lambd = o["lr"], o.get("lambd", 1e-4)
    eta = lr if t == 1 else lr / (1 + lambd * lr * (t - 1)) ** o.get("alpha", 0.75)
    w = (1 - lambd * eta) * w - eta * g
    mu = 1 if t == 1 else 1 / max(1, t - 1 - o.get("t0", 1e6))
    memory["average"] = memory.get("average", 0) + mu * (w - memory.get("average", 0))
    return w


def rprop(w: Array, g: Array, t: int, memory: Memory, **o: Any) -> Array:
    before, size = memory.get("before", 0 * g), memory.get("size", 0 * g + o["lr"])
    factor = np.choose(1 + np.sign(g * before).astype(int), [0.5, 1, 1.2])
    size = np.clip(size * factor, 1e-6, 50)
    g = np.where(g * before < 0, 0, g)
    memory.update(before=g, size=size)
    return w - size * np.sign(g)


CASES: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("SGD", sgd, {"lr": 0.1}),
    ("SGD", sgd, {"lr": 0.1, "momentum": 0.9}),
    ("SGD", sgd, {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    ("SGD", sgd, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("Adam", adam, {"lr": 0.1}),
    ("Adam", adam, {"lr": 0.1, "betas": (0.5, 0.6), "eps": 0.1, "amsgrad": True}),
    ("NAdam", nadam, {"lr": 0.1}),
    ("RAdam", radam, {"lr": 0.1}),
    ("RAdam", radam, {"lr": 0.1, "betas": (0.8, 0.9)}),
    ("Adamax", adamax, {"lr": 0.1}),
    ("RMSprop", rmsprop, {"lr": 0.1}),
    ("RMSprop", rmsprop, {"lr": 0.1, "centered": True, "momentum": 0.9, "eps": 0.01}),
    ("Adagrad", adagrad, {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.2}),
    ("Adadelta", adadelta, {"lr": 1.0, "rho": 0.8, "eps": 1e-3}),
    ("ASGD", asgd, {"lr": 0.1, "lambd": 0.1, "t0": 3}),
    ("Rprop", rprop, {"lr": 0.1}),
)
