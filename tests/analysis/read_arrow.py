"""read_arrow.py READER FILE: what a reader makes of an Arrow IPC stream, as JSON: the types of its columns, its rows, and the
schema's metadata where the reader tells it."""

import json
import sys


def with_pyarrow(path):
    import pyarrow.ipc
    table = pyarrow.ipc.open_stream(path).read_all()
    table.validate(full=True)
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    return {field.name: str(field.type) for field in table.schema}, [list(row.values()) for row in table.to_pylist()], metadata


def with_polars(path):
    import polars
    frame = polars.read_ipc_stream(path)
    return {name: str(kind) for name, kind in frame.schema.items()}, frame.rows(), None


if __name__ == "__main__":
    print(json.dumps({"pyarrow": with_pyarrow, "polars": with_polars}[sys.argv[1]](sys.argv[2])))
