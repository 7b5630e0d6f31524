"""A cause in words: the problem, expected and actual values, and the requests that show it."""

from __future__ import annotations

from collections import Counter

from ringme_contract.deviations import ANY, EFFECT, QUERY, REQUIRED, RESPONSE, status_of
from ringme_contract.differences import differences
from ringme_contract.recording import Exchange
from ringme_contract.report.printable import shown
from ringme_contract.run.causes import Cause
from ringme_contract.run.evaluation import Report
from ringme_spec.contract import Contract

_VALUE = 100
_OPERATIONS = 3
_RULES = 6


def headline(cause: Cause, contract: Contract) -> str:
    """One line: the cause, expected and got of its example, and the number of failed checks."""
    parts = [where(cause, contract), detail(cause), expected_and_got(cause)]
    return f"{': '.join(filter(None, parts))} ({counted(len(cause.outcomes), 'check')})"


def cause_lines(cause: Cause, report: Report) -> list[str]:
    """The requests that show a cause as curl lines, the rules it breaks, and how to run again."""
    lines = [f"{one.curl()}  # {one.identity}: {one.status}" for one in example_requests(cause)]
    rules = cause.rules
    lines.append(f"breaks {counted(len(rules), 'rule')}: {listed(rules, _RULES)}")
    return [*lines, f"run again: {again(cause, report)}"]


def again(cause: Cause, report: Report) -> str:
    return f"{report.again} --rule {cause.example[0].rule}"


def listed(names: list[str], limit: int) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def expected_and_got(cause: Cause) -> str:
    """Expected and got of the example of a cause; empty if its detail already says it."""
    outcome, deviation = cause.example
    found = differences(deviation.expected, deviation.got)
    if detail(cause):
        return ""
    if found:
        more = f" (and {len(found) - 1} more differences)" if len(found) > 1 else ""
        return shown(f"{found[0]}{more}")
    if deviation.expected is None and deviation.got is None:
        return shown((deviation.exchange.problems or [outcome.message])[0])
    return f"expected {_short(deviation.expected)}, got {_short(deviation.got)}"


def example_requests(cause: Cause) -> list[Exchange]:
    """The request that shows the cause, after the write whose effect it lacks."""
    _, deviation = cause.example
    write = deviation.write if cause.clue.sort == EFFECT else None
    return [one for one in (write, deviation.exchange) if one and one.method]


def place(operation: str, contract: Contract) -> str:
    found = contract.operations.get(operation)
    return f"{found.method} {found.path}" if found else "paths that are not in the document"


def where(cause: Cause, contract: Contract) -> str:
    """The operation of a cause, and the problem with its effect or its parameter."""
    clue = cause.clue
    if clue.sort == EFFECT:
        write, reads = place(clue.operation, contract), cause.operations
        if len(reads) == 1 and reads[0] != clue.operation and not cause.in_entry:
            # A single list that does not show it may be stale: the write itself may be right.
            return f"{place(reads[0], contract)} does not show {write}"
        return f"{write} {cause.effect}"
    names = [name or "paths that are not in the document" for name in cause.operations]
    found = place(cause.operations[0], contract)
    if len(names) > 1:
        found = f"{len(names)} operations ({listed(names, _OPERATIONS)})"
    query = clue.sort in (QUERY, REQUIRED)
    return f"{found} with {' and '.join(cause.details)}" if query else found


def title(cause: Cause, contract: Contract) -> str:
    """The cause without its example."""
    found = where(cause, contract)
    return f"{found}: {_with_expected(cause)}" if cause.clue.sort == RESPONSE else found


def detail(cause: Cause) -> str:
    """The problem of the responses, unless the example says it."""
    _, deviation = cause.example
    wanted, got = status_of(deviation.expected), status_of(deviation.got)
    says = cause.clue.detail.startswith("status ") and wanted and wanted != got
    if cause.clue.sort != RESPONSE or says:
        return ""
    return _with_expected(cause)


def _with_expected(cause: Cause) -> str:
    """The detail of the clue; a bare status gets the most frequent expected one."""
    text = cause.clue.detail
    pairs = Counter(
        other.detail
        for _, one in cause.parts
        for other in one.clues
        if other.operation == ANY and other.detail.startswith(f"{text} instead of ")
    )
    return pairs.most_common(1)[0][0] if pairs else text


def _short(value: object) -> str:
    text = shown(value)
    if status_of(value):
        text = " ".join(text.split())
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}..."
