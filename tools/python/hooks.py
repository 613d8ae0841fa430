"""What the API document cannot say of data that goes together; data that it calls valid is made to follow it."""

import schemathesis

SELECTORS = ("channel", "version", "constraint", "fingerprint")


def keep_first(values, names):
    """Leaves only the first of some names that exclude each other."""
    for name in [name for name in names if name in values][1:]:
        del values[name]


def repair(values):
    # Only an earlier answer has a cursor that is one.
    values.pop("cursor", None)
    keep_first(values, SELECTORS)
    keep_first(values, ("since", "until"))
    # Channels are rolled back now or not at all.
    keep_first(values, ("at", "rollback_channels"))


def repair_all(value):
    """Goes through a body."""
    if isinstance(value, dict):
        repair(value)
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            repair_all(each)


@schemathesis.hook
def filter_case(context, case):
    # One that is accepted is followed until something happens, and nothing does here.
    return not (is_positive(case) and case.operation.path.endswith("/follow"))


@schemathesis.hook
def map_case(context, case):
    if is_positive(case):
        repair_all(case.query)
        repair_all(case.body)
    return case


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive
