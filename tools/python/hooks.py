"""What the API document cannot say of data that goes together: data that it calls valid is made to follow it."""

import re

import schemathesis
from schemathesis.core.parameters import ParameterLocation

# What its pattern tells only in part.
EXAMPLES = {
    "issuer": "https://ci.example.com",
    "url": "https://ci.example.com/hook",
    "recipients": ["web-team@example.com"],
    "claims": {"sub": "acme/*"},
    "ttl": "1h",
    "semver": "1.4.0",
    "constraint": ">= 1.2.0, < 2.0.0",
    "q": "logstream ubuntu",
}
# What tells the items of a list apart.
KEYS = {"files": ("path",), "builds": ("name",), "images": ("platform", "region", "external_id")}
PROVENANCE = ("packer_version", "plugin_version", "run_uuid", "builder_type")
IMAGE = {"platform": "aws", "region": "us-east-1", "external_id": "ami-0c2a4e5f6a7b8c9d0"}
SELECTORS = ("channel", "version", "constraint", "fingerprint")


def keep_first(values, names):
    """Leaves only the first of some names that exclude each other."""
    for name in [name for name in names if name in values][1:]:
        del values[name]


def repair(value):
    """Goes through a query or a body, and gives what is to stand for it."""
    if isinstance(value, list):
        return [repair(each) for each in value]
    if isinstance(value, str):
        # Steps in a path, and the one character and the years on which the two databases do not agree.
        if value in (".", ".."):
            return "web"
        return re.sub(r"^\d{4}(?=-\d\d-\d\dT)", "2026", value.replace("\0", ""))
    if not isinstance(value, dict):
        return value
    value = {key.replace("\0", ""): repair(each) for key, each in value.items()}
    # Only an earlier answer has a cursor that is one, and only now is it known what is in the future.
    value.pop("cursor", None)
    value.pop("expires_at", None)
    value.pop("", None)
    keep_first(value, ("since", "until"))
    keep_first(value, ("ended_at", "started_at"))
    # Channels are rolled back now or not at all.
    keep_first(value, ("at", "rollback_channels"))
    keep_first(value, ("version", "fingerprint"))
    keep_first(value, ("delivery", "since"))
    # E-mail has recipients, and everything else an address; one of a webhook that is there is not changed to the other.
    if value.get("format") == "email":
        value.pop("url", None)
    else:
        value.pop("recipients", None)
    # Only what is signed has a secret.
    if value.get("format") in ("email", "slack"):
        value.pop("secret", None)
    for name, example in EXAMPLES.items():
        if name in value:
            value[name] = example
    # Bytes that are not there can only be recorded.
    if "sha256" in value and "path" in value:
        value["stored"] = False
    for name, keys in KEYS.items():
        if isinstance(value.get(name), list):
            value[name] = list({tuple(each.get(key) for key in keys): each for each in value[name]}.values())
    for parent in value.get("parents") or []:
        if isinstance(parent, dict) and "fingerprint" not in parent:
            parent.setdefault("version", 7)
    # What else a provenance may hold is plain.
    if isinstance(value.get("provenance"), dict):
        value["provenance"] = {name: each for name, each in value["provenance"].items() if name in PROVENANCE}
    # A build made something.
    if "artifact_type" in value and not value.get("files"):
        value["images"] = value.get("images") or [IMAGE]
    return value


@schemathesis.hook
def before_call(context, case, kwargs):
    # The token that all of this is sent with: whoever revokes it is answered 401 from then on.
    if case.operation.path == "/v1/tokens/{name}" and case.path_parameters.get("name") == "admin":
        case.path_parameters["name"] = "ci-web"
    # Answers name an artifact with its namespace, and a path has them apart.
    artifact = str((case.path_parameters or {}).get("artifact"))
    if re.fullmatch(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*", artifact):
        case.path_parameters["artifact"] = artifact.split("/")[-1]
    if isinstance(case.query, dict) and not is_negative(case, ParameterLocation.QUERY):
        case.query = repair(case.query)
        if case.operation.path.endswith("/resolve"):
            keep_first(case.query, SELECTORS)
    if case.operation.path.endswith("/follow") and not is_negative(case, ParameterLocation.HEADER):
        # From the first event on: otherwise it is waited for the next one.
        case.headers["last-event-id"] = "0"
        case.query = {}
    if isinstance(case.body, dict) and not is_negative(case, ParameterLocation.BODY):
        case.body = repair(case.body)
        complete(case, case.body)


def complete(case, body):
    """Gives a body what it must have one of."""
    path = case.operation.path
    if path.endswith("/promote"):
        body["from"] = "another"
    elif path.endswith("/retention"):
        # The artifact may have no policy of its own.
        body.setdefault("keep", 1)
        body.setdefault("days", 1)
    elif path.endswith("/replay") and "delivery" not in body:
        body["since"] = "2026-01-31T12:00:00Z"
    elif path.endswith("/versions"):
        if "builds" not in body:
            body.setdefault("expected_builds", ["amazon-ebs.web"])
        if "idempotency-key" in (case.headers or {}):
            body.pop("fingerprint", None)
        else:
            body.setdefault("fingerprint", "one")
    elif path.endswith("/webhooks"):
        name = "recipients" if body.get("format") == "email" else "url"
        body[name] = EXAMPLES[name]


def is_negative(case, location):
    return case.meta is not None and case.meta.is_negative_at(location)
