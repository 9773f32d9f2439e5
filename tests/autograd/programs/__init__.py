"""Random programs of views, in-place writes and backward, and a slow reference to judge them.

``steps`` lists what a program may do, ``reference`` does it by other means, ``play`` runs both side
by side. The state machine (tests/autograd/test_state_machine.py) draws programs for edugrad; the
comparison with PyTorch (tests/parity/programs.py) plays the same steps there.
"""
