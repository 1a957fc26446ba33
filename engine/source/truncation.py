"""The head of a loop over the steps of a scan, which may stop the gradients of the states now and then."""

from __future__ import annotations

from collections.abc import Iterable

from engine.source.names import identifier


def loop_over_steps(
    steps: Iterable[str], source: str, states: Iterable[str], every: str, local: dict[str, int]
) -> list[str]:
    """The lines; ``every`` is after how many steps the states are detached, as source (empty: never).

    That is truncated backpropagation through time: Williams and Peng 1990, doi:10.1162/neco.1990.2.4.490.
    """
    names = ", ".join(steps)
    if not every:
        return [f"for {names} in {source}:"]
    number, held = identifier("index", local), list(states)
    inner = f"({names})" if ", " in names else names
    when = " and ".join([number, *([] if every.isdigit() else [every]), f"{number} % {every} == 0"])
    return [
        f"for {number}, {inner} in enumerate({source}):",
        f"    if {when}:  # truncated backpropagation through time",
        f"        {', '.join(held)} = {', '.join(f'{name}.detach()' for name in held)}",
    ]
