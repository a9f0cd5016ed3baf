"""`python -m kedro_modelops.updates`: for projects that are older than `kedro modelops update`."""

from kedro_modelops.updates.command import update

update(prog_name="python -m kedro_modelops.updates")
