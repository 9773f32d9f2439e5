"""SummaryWriter: what a run measures, in files that TensorBoard shows."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorboardX
from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.summary import hparams, scalar

from ...errors import teach
from ...tensor import Tensor
from .events import DirectWriter
from .graph_def import graph_def, trace


def plain(value: Any) -> Any:
    """Tensors as NumPy arrays, alone or in lists, tuples and dicts; anything else as it is."""
    if isinstance(value, Tensor):
        return value.numpy(force=True)
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    if type(value) is dict:
        return {name: plain(each) for name, each in value.items()}
    return value


def _of_tensors(method: Callable[..., None]) -> Callable[..., None]:
    """A method of tensorboardX that takes edugrad's tensors too."""

    @functools.wraps(method)
    def converted(self: Any, *args: Any, **kwargs: Any) -> None:
        method(self, *map(plain, args), **{name: plain(each) for name, each in kwargs.items()})

    return converted


class SummaryWriter(tensorboardX.SummaryWriter):
    """Writes numbers, histograms, images, texts and graphs for TensorBoard.

    Beyond the methods listed here it has tensorboardX's: ``add_histogram``, ``add_image``,
    ``add_figure``, ``add_text``, ``add_embedding``, ``add_pr_curve`` and others, with PyTorch's
    arguments; all take tensors. Show a folder of runs with ``tensorboard --logdir runs``.

    Parameters
    ----------
    log_dir : path, optional
        The folder of the run; ``runs/<date>_<host><comment>`` unless given.
    comment : str
        Added to that name; without effect where ``log_dir`` is given.
    purge_step : int, optional
        Where a run goes on that had gone further: what its folder has from this step on is hidden.
    max_queue, flush_secs : int
        Accepted, without effect: each call writes before it returns, so that a killed run keeps
        its log up to the last step.
    filename_suffix : str
        Added to the names of the files.

    Examples
    --------
    >>> import edugrad, tempfile
    >>> with tempfile.TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
    ...     for step in range(3):
    ...         writer.add_scalar("loss", edugrad.tensor(1.0 / (step + 1)), step)

    Notes
    -----
    PyTorch: ``torch.utils.tensorboard.SummaryWriter``.
    """

    file_writer: DirectWriter | None
    all_writers: dict[str, DirectWriter]

    def __init__(
        self,
        log_dir: Any = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ) -> None:
        folder = None if log_dir is None else str(log_dir)
        super().__init__(folder, comment, purge_step, filename_suffix=filename_suffix)
        self.log_dir = self.logdir

    def get_logdir(self) -> str:
        """The folder of the run."""
        return str(self.log_dir)

    def _get_file_writer(self) -> DirectWriter:
        if self.file_writer is None:
            writer = DirectWriter(self.logdir, self._filename_suffix)
            if self.purge_step is not None:
                start = SessionLog(status=SessionLog.START)
                writer.add_event(Event(session_log=start), self.purge_step)
            self.file_writer, self.all_writers = writer, {self.logdir: writer}
        return self.file_writer

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """Add one number to the curve of a tag.

        ``new_style`` and ``double_precision`` are accepted, without effect: curves are float32.
        """
        self._get_file_writer().add_summary(scalar(tag, plain(scalar_value)), global_step, walltime)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Add one number to each of several curves that share a chart; each is a run of its own."""
        self._get_file_writer()
        for tag, value in tag_scalar_dict.items():
            folder = str(Path(self.logdir, main_tag, tag))
            if folder not in self.all_writers:
                self.all_writers[folder] = DirectWriter(folder, self._filename_suffix)
            summary = scalar(main_tag, plain(value))
            self.all_writers[folder].add_summary(summary, global_step, walltime)

    add_histogram = _of_tensors(tensorboardX.SummaryWriter.add_histogram)
    add_histogram_raw = _of_tensors(tensorboardX.SummaryWriter.add_histogram_raw)
    add_image_with_boxes = _of_tensors(tensorboardX.SummaryWriter.add_image_with_boxes)
    add_video = _of_tensors(tensorboardX.SummaryWriter.add_video)
    add_audio = _of_tensors(tensorboardX.SummaryWriter.add_audio)
    add_embedding = _of_tensors(tensorboardX.SummaryWriter.add_embedding)
    add_pr_curve = _of_tensors(tensorboardX.SummaryWriter.add_pr_curve)
    add_mesh = _of_tensors(tensorboardX.SummaryWriter.add_mesh)

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """Add an image: floats from 0 to 1 (others are clipped), or uint8."""
        super().add_image(tag, _pixels(img_tensor), global_step, walltime, dataformats)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Add several images of one size as one picture: a tensor, or a list of images."""
        if isinstance(img_tensor, list):
            img_tensor, dataformats = np.stack(plain(img_tensor)), f"N{dataformats.lstrip('N')}"
        super().add_images(tag, _pixels(img_tensor), global_step, walltime, dataformats)

    def add_hparams(
        self,
        hparam_dict: dict[str, Any],
        metric_dict: dict[str, Any],
        hparam_domain_discrete: dict[str, list[Any]] | None = None,
        run_name: str | None = None,
        global_step: int | None = None,
    ) -> None:
        """Add a row to the table of hyperparameters and what came out with them.

        The row is a run of its own, in the folder ``run_name``. ``hparam_domain_discrete`` is
        accepted, without effect.

        Raises
        ------
        TypeError
            If one of the first two is no dict.
        """
        if not isinstance(hparam_dict, dict) or not isinstance(metric_dict, dict):
            raise TypeError(
                teach(
                    "hparam_dict and metric_dict should be dictionary.",
                    got=f"{type(hparam_dict).__name__} and {type(metric_dict).__name__}",
                    mend='e.g. add_hparams({"lr": 0.1}, {"accuracy": 0.9})',
                )
            )
        settings = {name: setting(value) for name, value in hparam_dict.items()}
        writer = DirectWriter(str(Path(self.logdir, run_name or str(time.time()))))
        for summary in hparams(settings, metric_dict):
            writer.add_summary(summary)
        for tag, value in metric_dict.items():
            writer.add_summary(scalar(tag, plain(value)), global_step)
        writer.close()

    def add_graph(
        self,
        model: Any,
        input_to_model: Any = None,
        verbose: bool = False,
        use_strict_trace: bool = True,
    ) -> None:
        """Run a model once, in evaluation mode and without gradients, and add its graph.

        Parameters
        ----------
        model : Module or callable
        input_to_model : Tensor or tuple of Tensor
            What it is called with.
        verbose : bool
            Whether to print the graph too.
        use_strict_trace : bool
            Accepted, without effect.

        Raises
        ------
        ValueError
            If there is no input: edugrad draws what a model computes, not what it says it will.
        """
        definition = graph_def(*trace(model, input_to_model))
        if verbose:
            print(definition)
        self._get_file_writer().add_event(Event(graph_def=definition.SerializeToString()))


def _pixels(image: Any) -> Any:
    array = np.asarray(plain(image))
    return np.clip(array, 0, 1) if array.dtype.kind == "f" else array


def setting(value: Any) -> Any:
    """A hyperparameter as what TensorBoard's table takes: a number, a bool or a text."""
    value = plain(value)
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.size == 1):
        value = value.item()
    return value if isinstance(value, bool | int | float | str) else str(value)
