"""
Drives Exoscale's official Python client by lines: each line of standard input is a call in JSON,
and each line of standard output is what came of it. The key is in EXOSCALE_API_KEY and
EXOSCALE_API_SECRET; EXOSCALE_API_ENDPOINT leads elsewhere than to the zone's own endpoint.
"""

import json
import os
import sys

import requests
from exoscale.api.exceptions import ExoscaleAPIException
from exoscale.api.v2 import Client

KINDS = {403: "forbidden", 404: "not-found"}


def new_client():
    secret = (os.environ["EXOSCALE_API_KEY"], os.environ["EXOSCALE_API_SECRET"])
    endpoint = os.environ.get("EXOSCALE_API_ENDPOINT")
    return Client(*secret, url=endpoint) if endpoint else Client(*secret, zone="ch-gva-2")


def arguments(client, call):
    """The client takes all by name: parts of the path, query and the fields of the body."""
    parameters = client._by_operation[call["operation"]]["operation"].get("parameters", [])
    names = [one["name"] for one in parameters if one["in"] == "path"]
    given = {
        **dict(zip(names, call.get("path", []), strict=True)),
        **call.get("query", {}),
        **call.get("body", {}),
    }
    return {name.replace("-", "_"): value for name, value in given.items()}


def carry_out(client, call):
    method = getattr(client, call["operation"].replace("-", "_"))
    value = method(**arguments(client, call))
    return client.wait(value["id"]) if call.get("wait") else value


def outcome(client, call):
    try:
        return {"kind": "done", "value": carry_out(client, call)}
    except ExoscaleAPIException as error:
        # An operation that has failed is told without an answer.
        status = getattr(error.response, "status_code", None)
        return {"kind": KINDS.get(status, "failed"), "text": str(error)}
    except requests.exceptions.RequestException as error:
        return {"kind": "failed", "text": str(error)}


client = new_client()
for line in sys.stdin:
    print(json.dumps(outcome(client, json.loads(line))), flush=True)
