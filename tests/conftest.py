"""What every test shares.

Hypothesis profiles: a failing example can always be repeated, so the ordinary suite is
deterministic. `pytest --hypothesis-profile=explore` looks for new examples.
"""

import os
import signal

from hypothesis import Phase, settings

# A shell that starts the suite in the background has it ignore interrupts, and every process
# that a test starts would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline: a loaded machine is not a defect of the code under test.
settings.register_profile("default", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("ci", settings.get_profile("default"), max_examples=200)
settings.register_profile(
    "explore", settings.get_profile("default"), derandomize=False, max_examples=2_000
)
# A change of the code is noticed when any example fails; thousands of changes are tried.
settings.register_profile(
    "mutants",
    settings.get_profile("default"),
    phases=(Phase.explicit, Phase.generate),
    max_examples=30,
)
settings.load_profile("ci" if "CI" in os.environ else "default")
