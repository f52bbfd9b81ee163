"""check_document.py FILE: the document is valid OpenAPI, and each of its examples fits its schema."""

import json
import sys

import jsonschema_rs
from openapi_spec_validator import validate


def resolve(document, value):
    while isinstance(value, dict) and "$ref" in value:
        at = document
        for key in value["$ref"][2:].split("/"):
            at = at[key]
        value = at
    return value


def examples(document, value, place="#"):
    """Each example beside a schema: (place, schema, example)."""
    if isinstance(value, list):
        for i, one in enumerate(value):
            yield from examples(document, one, f"{place}/{i}")
    if not isinstance(value, dict):
        return
    for one in value.get("examples", []) if place.startswith("#/components/schemas/") else []:
        yield place, {"$ref": place}, one
    if "example" in value and "schema" in value:
        yield place, value["schema"], value["example"]
    for key, one in value.items():
        if key not in ("example", "examples"):
            yield from examples(document, one, f"{place}/{key}")


def main():
    with open(sys.argv[1]) as file:
        document = json.load(file)
    validate(document)
    faults, count = [], 0
    for place, schema, example in examples(document, document):
        if place.endswith(("multipart/mixed", "application/x-www-form-urlencoded")):
            continue  # these show the bytes; send_examples.py sends them
        count += 1
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": document["components"], **schema}
        for error in jsonschema_rs.validator_for(whole, validate_formats=True).iter_errors(example):
            faults.append(f"{place}: {error.message}")
    print("\n".join(faults) or f"the document is valid, and {count} examples fit their schemas")
    return 1 if faults or count < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
