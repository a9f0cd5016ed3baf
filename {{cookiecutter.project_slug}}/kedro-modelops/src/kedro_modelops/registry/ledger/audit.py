"""Whether ledger and registry say the same; each sentence names the way out."""

from kedro_modelops.errors import RefusedError
from kedro_modelops.registry import seals
from kedro_modelops.registry.ledger import entries
from kedro_modelops.registry.ledger.chain import SETTLE, settled_hash
from kedro_modelops.registry.ledger.lock import lock
from kedro_modelops.registry.ledger.moves import REGISTRY, Move

WAY_OUT = 'look into it, then `kedro model settle --reason "…"` notes what you found'


def audit(name: str) -> list[str]:
    """What is missing in the ledger, and where an alias is not at the version that the ledger has; mostly nothing."""
    try:
        return [f"ledger: {fault}; {WAY_OUT}" for fault in entries.faults(name)] + differences(name)
    except RefusedError as error:
        return [error.message]


def differences(name: str, *environments: str) -> list[str]:
    """Aliases that are not where the ledger has them, of some environments or of all."""
    found = _differences(name, environments)
    return [sentence for sentence in _differences(name, environments) if sentence in found] if found else []


def _differences(name: str, environments: tuple[str, ...]) -> list[str]:
    """Looks once: while somebody promotes, this may see one half of it."""
    aliases, found = entries.aliases(name), []
    for environment in environments or entries.ALIASES:
        alias = entries.ALIASES[environment]
        moves = entries.read(name, environment)
        stands, noted = aliases.get(alias, ""), moves[-1].after if moves else ""
        if stands != noted:
            found.append(
                f"{environment}: the alias '{alias}' is at {_version(stands)}, the ledger has {_version(noted)}: it "
                f"was moved without the ledger. `kedro model promote VERSION --to {environment} --reason …` makes them "
                f"the same, with {' or '.join(filter(None, (noted, stands)))} or another version"
            )
    if not environments:
        found += _challenger(name, aliases.get(entries.CHALLENGER, ""))
    return found


def _challenger(name: str, stands: str) -> list[str]:
    registered = [move.after for move in entries.read(name, REGISTRY) if move.action == seals.REGISTER]
    if not stands or not registered or registered[-1] == stands:
        return []
    return [
        f"the alias '{entries.CHALLENGER}' is at version {stands}, the ledger has version {registered[-1]} registered "
        "last: name versions by their number until the next training sets it"
    ]


def _version(number: str) -> str:
    return f"version {number}" if number else "no version"


def require_whole(name: str) -> None:
    """Refuses a ledger of which something is missing, or was changed."""
    if found := entries.faults(name):
        msg = f"nothing was changed, since the ledger is not whole: {'; '.join(found)}; {WAY_OUT}"
        raise RefusedError(msg)


def settle(name: str, reason: str) -> list[str]:
    """Notes in the ledger that its gaps were looked into; from there on it is whole.

    Returns:
        The gaps.

    Raises:
        RefusedError: If there is none.
    """
    with lock():
        entries.close_interrupted(name)
        found = entries.faults(name)
        if not found:
            msg = "the ledger is whole: there is nothing to settle"
            raise RefusedError(msg)
        evidence = settled_hash(entries.entries(name))
        with entries.entry(name, Move(SETTLE, REGISTRY, "", "", entries.who(), reason, evidence, "")):
            return found
