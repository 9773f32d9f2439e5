"""TensorBoard: :class:`SummaryWriter`, as ``torch.utils.tensorboard`` has it.

tensorboardX writes the protocol buffers; it needs neither TensorFlow nor a network.
"""

from ...errors import teach

try:
    import tensorboardX as _tensorboardX  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        teach(
            "TensorBoard's files are written by tensorboardX",
            got="an environment without tensorboardX",
            mend="install it: pip install tensorboardX (the extra monitoring brings it)",
        )
    ) from error

from .graph_def import graph_def, trace
from .writer import SummaryWriter

__all__ = ["SummaryWriter", "graph_def", "trace"]
