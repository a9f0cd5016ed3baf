"""A prediction store as it was before stores had revisions, by the SQL that made it; and a service that writes on."""

from sqlalchemy import Engine, text

TABLES = """
CREATE TABLE predictions (
    prediction_id VARCHAR(200) NOT NULL,
    request_id VARCHAR(200) NOT NULL,
    time {time} NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    model VARCHAR(200) NOT NULL,
    version VARCHAR(20) NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    inputs JSON NOT NULL,
    features_hash VARCHAR(32) NOT NULL,
    output JSON NOT NULL,
    probabilities JSON,
    latency_ms FLOAT,
    caller VARCHAR(200) NOT NULL,
    PRIMARY KEY (prediction_id)
);
CREATE INDEX ix_predictions_version ON predictions (version);
CREATE INDEX ix_predictions_key ON predictions ("key");
CREATE INDEX ix_predictions_time ON predictions (time);
CREATE TABLE outcomes ("key" VARCHAR(200) NOT NULL, outcome JSON NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE idempotent_requests (
    id VARCHAR(32) NOT NULL,
    time {time} NOT NULL,
    body VARCHAR(32) NOT NULL,
    rows INTEGER NOT NULL,
    classes JSON,
    PRIMARY KEY (id)
);
CREATE INDEX ix_idempotent_requests_time ON idempotent_requests (time);
CREATE TABLE row_claims ("key" VARCHAR(200) NOT NULL, stated VARCHAR(32) NOT NULL, PRIMARY KEY ("key"))
"""
WRITES = """
INSERT INTO predictions (
    prediction_id, request_id, time, "key", model, version, run_id, inputs, features_hash, output, probabilities,
    latency_ms, caller
) VALUES (
    '{name}-0', '{name}', '2026-11-25 10:00:00.000000', '{name}', 'model', '3', 'run', '{{"origin": "JFK"}}', 'hash',
    'true', '[0.25, 0.75]', 4.5, 'tester'
);
INSERT INTO row_claims VALUES ('{name}', 'hash') ON CONFLICT DO NOTHING;
INSERT INTO idempotent_requests VALUES ('{name}', '2026-11-25 10:00:00.000000', 'hash', 1, '[false, true]');
INSERT INTO outcomes ("key", outcome) VALUES ('{name}', 'false')
"""


def make(engine: Engine) -> None:
    """Makes it, with one prediction in it, `first-0`."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    kind = "DATETIME" if engine.dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    _run(engine, TABLES.format(time=kind))
    write(engine, "first")


def write(engine: Engine, name: str) -> None:
    """Writes as the code of that time does: a prediction `NAME-0`, its claim, its request and its outcome."""
    _run(engine, WRITES.format(name=name))


def _run(engine: Engine, statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements.split(";\n"):
            connection.execute(text(statement.replace(": ", r"\: ")))
