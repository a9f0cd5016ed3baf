"""How often monitoring cries wolf, and how often it finds drift of three strengths: on windows drawn from one pool.

After `make run`, `PYTHONPATH=tests .venv/bin/python tests/monitoring/power.py` prints what docs/monitoring.md says:
its pool is what has arrived in data/incoming.
"""

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
import windows
from kedro.config import OmegaConfigLoader
from kedro_modelops.pipelines.monitoring.signals.drift import is_number
from kedro_modelops.pipelines.monitoring.signals.signal import Verdict
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.testing.project import PROJECT
from windows import SLICE, Watched, spoiled, wrong

Inject = Callable[[Watched, Window, float, np.random.Generator], Window]

FAMILIES = {"drift": "inputs", "shift": "answers", "performance": "performance", "slice": "performance"}
"""Kinds of signals, each with a level of false alarms of its own, and who gives them."""


def _move(_: Watched, window: Window, strength: float, __: np.random.Generator) -> Window:
    """A number moves, by a share of its standard deviation."""
    name = next(str(name) for name in window.features if is_number(window.features[name]))
    return spoiled(window, **{name: window.features[name] + strength * window.features[name].std()})


def _lean(watched: Watched, window: Window, strength: float, rng: np.random.Generator) -> Window:
    """In a share of rows something else happens: the highest outcome."""
    drawn = rng.random(len(window.rows)) < strength
    return spoiled(window, outcome=window.rows["outcome"].where(~drawn, watched.pool.rows["outcome"].max()))


def _mislead(watched: Watched, window: Window, strength: float, rng: np.random.Generator) -> Window:
    """In a share of rows something else happens than the model learned."""
    return _mistake(watched, window, rng.random(len(window.rows)) < strength)


def _mislead_slice(watched: Watched, window: Window, strength: float, rng: np.random.Generator) -> Window:
    """The same in a slice of a tenth alone."""
    inside = (window.inputs[SLICE] == "a").to_numpy()
    return _mistake(watched, window, inside & (rng.random(len(window.rows)) < strength))


def _mistake(watched: Watched, window: Window, where: np.ndarray) -> Window:
    return spoiled(window, outcome=window.rows["outcome"].mask(where, wrong(watched, window)))


INJECTED: dict[str, tuple[Inject, tuple[float, float, float]]] = {
    "drift": (_move, (0.1, 0.25, 0.5)),
    "shift": (_lean, (0.1, 0.2, 0.4)),
    "performance": (_mislead, (0.1, 0.25, 0.5)),
    "slice": (_mislead_slice, (0.25, 0.5, 1)),
}
"""What is done to windows, weakly, moderately and strongly, and the kind of signal that has to find it."""


def count_alarms(watched: Watched, windows: Iterable[Window], kinds: Iterable[str]) -> Counter[str]:
    """In how many windows signals of each kind alert."""
    found: Counter[str] = Counter()
    asked = sorted({FAMILIES[kind] for kind in kinds})
    for window in windows:
        signals = watched.watch(window, *asked).values()
        found.update({signal.kind for signal in signals if signal.verdict == Verdict.ALERT} & set(kinds))
    return found


def false_alarms(watched: Watched, count: int, rows: int) -> Counter[str]:
    """In how many windows without drift signals of each kind alert."""
    return count_alarms(watched, (watched.draw(seed, rows) for seed in range(count)), FAMILIES)


def power(watched: Watched, kind: str, strength: float, count: int, rows: int) -> float:
    """The share of windows with an injected drift in which the kind of signal that has to find it does."""
    inject, _ = INJECTED[kind]
    drawn = ((watched.draw(seed, rows), np.random.default_rng(seed)) for seed in range(count))
    drifted = (inject(watched, window, strength, rng) for window, rng in drawn)
    return count_alarms(watched, drifted, [kind])[kind] / count


def main(undrifted: int = 200, drifted: int = 40, rows: int = 1000) -> None:
    """Measures on all that has arrived, and prints what is found."""
    reference = PROJECT / "data/03_primary/reference.parquet"
    windows.arrivals = lambda: {file.stem: pd.read_parquet(file) for file in PROJECT.glob("data/incoming/*.parquet")}
    windows.reference = lambda: pd.read_parquet(reference) if reference.exists() else None
    parameters = OmegaConfigLoader(str(PROJECT / "conf"), base_env="base", default_run_env="local")["parameters"]
    watched = Watched(PROJECT, parameters)
    print("false alarms", dict(false_alarms(watched, undrifted, rows)), "in", undrifted, flush=True)  # noqa: T201
    for kind, (_, strengths) in INJECTED.items():
        for strength in strengths:
            found = power(watched, kind, strength, drifted, rows)
            print(f"{kind} {strength}: {found:.0%}", flush=True)  # noqa: T201  (it is asked for)


if __name__ == "__main__":
    main()
