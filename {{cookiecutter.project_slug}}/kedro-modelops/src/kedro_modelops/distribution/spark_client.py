"""joblib's calls as jobs of a Spark cluster, by joblib-spark, with what its release 0.6 lacks for joblib 1.6."""

import logging
import os
import re
import socket
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import joblib
from joblib._utils import _retrieve_traceback_capturing_wrapped_call, _TracebackCapturingWrapper
from joblibspark.backend import SparkDistributedBackend
from py4j.protocol import Py4JError
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from kedro_modelops.distribution.parallel import Workers
from kedro_modelops.distribution.project_code import check_code, digest_code
from kedro_modelops.errors import RefusedError
from kedro_modelops.project_settings import team_package

logger = logging.getLogger(__name__)

BACKEND = "kedro-modelops-spark"
GUIDE = "kedro-modelops/docs/spark.md says how"


class _Checked:
    """Calls that are made only where the project's code is what it is here."""

    def __init__(self, calls: Callable[[], Any], digests: Mapping[str, str]) -> None:
        self.calls, self.digests = calls, digests

    def __call__(self) -> Any:
        check_code(self.digests, socket.gethostname())
        return self.calls()


class _Backend(SparkDistributedBackend):  # type: ignore[misc]  # joblib-spark ships no types
    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """As many as executors have cores; one where Spark has no executor yet."""
        return max(1, int(super().effective_n_jobs(n_jobs)))

    def submit(self, func: Callable[[], Any], callback: Any = None) -> Any:
        """Makes calls whose error is a value: Spark would make what raises again, and tell of it in Java's words."""
        return self.apply_async(_TracebackCapturingWrapper(_Checked(func, digest_code())), callback)

    def retrieve_result(self, out: Any, timeout: float | None = None) -> Any:
        """What the calls returned, or their error."""
        return _retrieve_traceback_capturing_wrapped_call(out.get())

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Cancels the jobs; joblib-spark reads an attribute here that joblib has renamed."""
        self._cancel_all_jobs()
        if ensure_ready:
            self.configure(n_jobs=self.parallel.n_jobs, parallel=self.parallel)


@contextmanager
def connect(master: str) -> Iterator[Workers]:
    """Starts a Spark application, for the body.

    Args:
        master: Such as spark://10.0.0.1:7077, yarn or local[2].

    Yields:
        What makes a context in which joblib's calls are jobs of it.

    Raises:
        RefusedError: If Spark does not start, or its executors cannot run the project's code.
    """
    logging.getLogger("py4j").setLevel(logging.CRITICAL)  # this module says in its own words what matters of Spark
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # of this folder, which executors see at the same path
    joblib.register_parallel_backend(BACKEND, _Backend)
    builder = SparkSession.builder.master(master).appName(team_package())
    for option in ("spark.ui.enabled", "spark.ui.showConsoleProgress"):
        builder = builder.config(option, "false")
    try:
        session = builder.getOrCreate()
    except (Py4JError, PySparkRuntimeError) as error:
        msg = f"Spark does not start with the master {master}: {_reason(error)}. It needs Java 17, {GUIDE}"
        raise RefusedError(msg) from error
    try:
        session.sparkContext.setLogLevel("OFF")
        with _calls(master):
            joblib.Parallel()([joblib.delayed(os.getpid)()])  # waits for an executor, and shows that it has the code
        logger.info("The Spark cluster at %s has started", master)
        yield lambda: _calls(master)
    finally:
        session.stop()


@contextmanager
def _calls(master: str) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module=r"joblibspark|pyspark")
            with joblib.parallel_config(BACKEND, n_jobs=-1):
                yield
    except Py4JError as error:
        msg = f"Spark at {master} gave up: {_reason(error)}. What was finished is kept; run the same again, {GUIDE}"
        raise RefusedError(msg) from error


def _reason(error: Exception) -> str:
    """The line of an error of Spark that says most: an error of Python in an executor, or the cause that Java names."""
    found = re.search(r"^\w+Error: .*$", str(error), re.MULTILINE) or re.search(
        r"^: \S+: (.*)$", str(error), re.MULTILINE
    )
    return found[0].lstrip(": ") if found else str(error).splitlines()[0]
