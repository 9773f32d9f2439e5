"""edugrad against PyTorch, op by op: ``make parity`` runs it where PyTorch is installed."""
