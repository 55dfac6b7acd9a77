"""Engines that are asked from Python: readers.py ENGINE DIRECTORY prints a JSON object a question."""

import hashlib
import json
import os
import sys


def text(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def row(values):
    return "|".join(text(value) for value in values)


def answer_of(question, rows):
    """The answer from the rows asked for, as tuples in the order of the columns."""
    kind = question["kind"]
    if kind == "count":
        return str(len(rows))
    if kind == "sum":
        return str(sum(values[0] for values in rows))
    texts = [row(values) for values in sorted(rows, key=lambda values: values[0])]
    if kind == "row":
        return "\n".join(texts)
    digest = hashlib.sha256("\n".join(texts).encode()).digest()[:8].hex()
    return f"{len(texts)}:{digest}"


def columns_of(question):
    if question["columns"]:
        return question["columns"].split(",")
    return ["amount"] if question["kind"] == "sum" else ["id"]


def answer_of_arrow(question, table):
    columns = columns_of(question)
    return answer_of(question, list(zip(*(table.column(name).to_pylist() for name in columns))))


def pyiceberg_table(question):
    from pyiceberg.table import StaticTable

    return StaticTable.from_metadata(question["metadata"])


def pyiceberg(question):
    filters = {} if question["key"] is None else {"row_filter": f"id == {question['key']}"}
    scan = pyiceberg_table(question).scan(
        selected_fields=tuple(columns_of(question)), snapshot_id=question["snapshot"], **filters
    )
    return answer_of_arrow(question, scan.to_arrow())


def polars(question):
    import polars

    scan = polars.scan_iceberg(question["metadata"], snapshot_id=question["snapshot"])
    if question["key"] is not None:
        scan = scan.filter(polars.col("id") == question["key"])
    return answer_of_arrow(question, scan.select(columns_of(question)).collect().to_arrow())


def daft(question):
    import daft

    frame = daft.read_iceberg(pyiceberg_table(question), snapshot_id=question["snapshot"])
    if question["key"] is not None:
        frame = frame.where(daft.col("id") == question["key"])
    return answer_of_arrow(question, frame.select(*columns_of(question)).to_arrow())


def duckdb(question):
    import duckdb
    import duckdb_ext

    extensions = os.path.join(list(duckdb_ext.__path__)[0], "extensions")
    connection = duckdb.connect(
        config={"extension_directory": extensions, "allow_unsigned_extensions": "true"}
    )
    connection.execute("LOAD avro; LOAD iceberg")
    snapshot = question["snapshot"]
    at = "" if snapshot is None else f", snapshot_from_id = {snapshot}"
    where = "" if question["key"] is None else f" WHERE id = {question['key']}"
    rows = connection.execute(
        f"SELECT {','.join(columns_of(question))}"
        f" FROM iceberg_scan('{question['metadata']}'{at}){where}"
    ).fetchall()
    return answer_of(question, rows)


def datafusion(question):
    from datafusion import SessionContext, col, lit

    if question["snapshot"] is not None:
        raise NotImplementedError("iceberg-rust's table provider for Python takes no snapshot")
    context = SessionContext()
    context.register_table("t", pyiceberg_table(question))
    frame = context.table("t")
    if question["key"] is not None:
        frame = frame.filter(col("id") == lit(question["key"]))
    return answer_of_arrow(question, frame.select(*columns_of(question)).to_arrow_table())


def chdb(question):
    from chdb import session

    where = "" if question["key"] is None else f" WHERE id = {question['key']}"
    snapshot = question["snapshot"]
    at = "" if snapshot is None else f" SETTINGS iceberg_snapshot_id = {snapshot}"
    with session.Session() as clickhouse:
        result = clickhouse.query(
            f"SELECT {','.join(columns_of(question))}"
            f" FROM icebergLocal('{question['location']}', 'Parquet'){where}{at}",
            "ArrowTable",
        )
        return answer_of_arrow(question, result)


def pysail(question):
    spark = sail_session()
    frame = spark.read.format("iceberg")
    if question["snapshot"] is not None:
        frame = frame.option("snapshotId", question["snapshot"])
    frame = frame.load(question["location"])
    if question["key"] is not None:
        frame = frame.where(f"id = {question['key']}")
    return answer_of_arrow(question, frame.select(*columns_of(question)).toArrow())


def sail_session(kept=[]):
    if not kept:
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        server = SparkConnectServer("127.0.0.1", 0)
        server.start()
        _, port = server.listening_address
        kept.append(server)
        kept.append(SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate())
    return kept[1]


# They know no place without a scheme, and are asked about tables of a catalog.
NEED_URIS = {"datafusion"}


def main(engine, directory):
    name = "questions-uris.json" if engine in NEED_URIS else "questions.json"
    with open(os.path.join(directory, name)) as file:
        questions = json.load(file)
    for question in questions:
        line = {"question": question["id"]}
        try:
            line["answer"] = globals()[engine](question)
        except BaseException as error:  # a panic of Rust's is no Exception
            line["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
