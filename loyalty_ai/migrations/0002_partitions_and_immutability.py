"""What Django's schema cannot say: tables partitioned by run, and versions that no update can change once trained."""

from django.db import migrations

PARTITIONED = {
    "loyalty_ai_prediction": (
        "ADD CONSTRAINT loyalty_prediction_once UNIQUE (run_id, customer_id)",
        ("customer_id", "loyalty_ai_customer"),
        "CREATE INDEX loyalty_prediction_customer ON loyalty_ai_prediction (customer_id)",
    ),
    "loyalty_ai_recommendation": (
        "ADD CONSTRAINT loyalty_recommendation_once UNIQUE NULLS NOT DISTINCT (run_id, kind, customer_id)",
        ("customer_id", "loyalty_ai_customer"),
        "CREATE INDEX loyalty_recommendation_who ON loyalty_ai_recommendation (customer_id)",
    ),
    "loyalty_ai_itemneighbours": (
        "ADD CONSTRAINT loyalty_neighbours_once UNIQUE (run_id, kind, product_id)",
        ("product_id", "loyalty_ai_product"),
        "CREATE INDEX loyalty_ai_itemneighbours_product ON loyalty_ai_itemneighbours (product_id)",
    ),
}


def partition(table: str) -> str:
    unique, (column, target), index = PARTITIONED[table]
    return f"""
        ALTER TABLE {table} RENAME TO {table}_plain;
        CREATE TABLE {table} (LIKE {table}_plain INCLUDING DEFAULTS INCLUDING IDENTITY) PARTITION BY LIST (run_id);
        DROP TABLE {table}_plain;
        ALTER TABLE {table} ADD PRIMARY KEY (run_id, id), {unique},
            ADD CONSTRAINT {table}_run FOREIGN KEY (run_id) REFERENCES loyalty_ai_scoringrun (id) DEFERRABLE INITIALLY DEFERRED,
            ADD CONSTRAINT {table}_{column} FOREIGN KEY ({column}) REFERENCES {target} (id) DEFERRABLE INITIALLY DEFERRED;
        {index};
    """


def unpartition(table: str) -> str:
    return f"""
        ALTER TABLE {table} RENAME TO {table}_partitioned;
        CREATE TABLE {table} (LIKE {table}_partitioned INCLUDING DEFAULTS INCLUDING IDENTITY);
        INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {table}_partitioned;
        DROP TABLE {table}_partitioned;
        ALTER TABLE {table} ADD PRIMARY KEY (id), {PARTITIONED[table][0]};
    """


IMMUTABLE = """
    CREATE FUNCTION loyalty_ai_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.trained_at IS NOT NULL AND (to_jsonb(NEW) - 'parent_id' - 'requested_by_id')
                IS DISTINCT FROM (to_jsonb(OLD) - 'parent_id' - 'requested_by_id') THEN
            RAISE EXCEPTION 'model version % is trained and cannot change', OLD.number USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER loyalty_ai_version_is_immutable BEFORE UPDATE ON loyalty_ai_modelversion
        FOR EACH ROW EXECUTE FUNCTION loyalty_ai_version_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("loyalty_ai", "0001_initial")]

    operations = [
        *[migrations.RunSQL(partition(table), unpartition(table)) for table in PARTITIONED],
        migrations.RunSQL(
            IMMUTABLE,
            """
            DROP TRIGGER loyalty_ai_version_is_immutable ON loyalty_ai_modelversion;
            DROP FUNCTION loyalty_ai_version_is_immutable();
            """,
        ),
    ]
