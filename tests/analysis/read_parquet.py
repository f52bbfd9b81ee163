"""read_parquet.py READER FILE COLUMNS: what a reader makes of a Parquet file, as JSON lines: one list of cells a row,
instants as microseconds since 1970. COLUMNS: their names, with commas between. Prints their types first."""

import json
import sys


def micros(value):
    from datetime import timezone
    return None if value is None else round(value.astimezone(timezone.utc).timestamp() * 1_000_000)


def with_duckdb(path, columns):
    import duckdb
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    types = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{path}')").fetchall())
    select = ", ".join(f'epoch_us("{c}")' if types[c].startswith("TIMESTAMP") else f'"{c}"' for c in columns)
    return types, connection.execute(f"SELECT {select} FROM '{path}'").fetchall()


def with_pyarrow(path, columns):
    import pyarrow.parquet
    table = pyarrow.parquet.read_table(path)
    lists = [table[c].cast("int64").to_pylist() if str(table.schema.field(c).type).startswith("timestamp") else table[c].to_pylist()
             for c in columns]
    return {c: str(table.schema.field(c).type) for c in columns}, zip(*lists)


def with_polars(path, columns):
    import polars
    frame = polars.read_parquet(path)
    types = {c: str(frame.schema[c]) for c in columns}
    frame = frame.with_columns([polars.col(c).dt.epoch("us") for c in columns if types[c].startswith("Datetime")])
    return types, frame.select(columns).rows()


def with_pandas(path, columns):
    import pandas
    frame = pandas.read_parquet(path, dtype_backend="numpy_nullable")
    types = {c: str(frame[c].dtype) for c in columns}

    def cell(value):
        if value is pandas.NA or value is pandas.NaT or value is None:
            return None
        return value.value // (1 if value.unit == "us" else 1000) if isinstance(value, pandas.Timestamp) else value

    def plain(value):
        value = cell(value)
        return value.item() if hasattr(value, "item") else value

    for c in columns:
        if types[c].startswith("datetime64"):
            frame[c] = frame[c].astype("datetime64[us, UTC]").astype("int64").astype("object").where(frame[c].notna(), None)
    return types, ([plain(v) for v in row] for row in frame[columns].astype("object").itertuples(index=False))


def main():
    reader, path, columns = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
    types, rows = globals()["with_" + reader](path, columns)
    print(json.dumps(types))
    for row in rows:
        print(json.dumps(list(row)))


if __name__ == "__main__":
    main()
