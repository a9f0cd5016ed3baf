"""The kit for teams' tests: what the plugin promises, as test classes that a project runs on its own table.

A class is inherited in a module of the project's tests, and finds there the fixtures of `project.py`:

    from kedro_modelops.testing.gates import GateTests

    class TestGates(GateTests):
        pass
"""
