"""What pipelines log goes to a file too, which `kedro logs` asks."""

import logging

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl

from kedro_modelops.logs.json_lines import FOLDER, JsonLog

KIND = "pipelines"


class RunLog:
    """Adds the file to the log. In conf/logging.yml it cannot stand: Kedro takes classes of its own there alone."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Opens the log of this project, and closes that of another one in which the process was before."""
        root = logging.getLogger()
        for handler in [found for found in root.handlers if isinstance(found, JsonLog)]:
            root.removeHandler(handler)
            handler.close()
        root.addHandler(JsonLog(KIND, context.project_path / FOLDER))


RUN_LOG = RunLog()
