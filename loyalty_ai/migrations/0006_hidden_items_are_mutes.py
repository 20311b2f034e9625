from django.db import migrations

MUTE = """
INSERT INTO loyalty_ai_mute (customer_id, kind, value, created_at)
SELECT e.customer_id, 'product', p.external_id, min(e.occurred_at)
FROM loyalty_ai_event e JOIN loyalty_ai_product p ON p.id = e.product_id
WHERE e.type = 12 AND e.customer_id IS NOT NULL
GROUP BY e.customer_id, p.external_id
ON CONFLICT (customer_id, kind, value) DO NOTHING
"""


class Migration(migrations.Migration):
    """Whoever hid a product so far has muted it."""

    dependencies = [("loyalty_ai", "0005_wishes")]

    operations = [migrations.RunSQL(MUTE, migrations.RunSQL.noop)]
