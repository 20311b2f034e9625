from django.db import migrations


class Migration(migrations.Migration):
    """The words of documents are counted where they are held, in memory; their terms began with "@" and the language."""

    dependencies = [("loyalty_ai", "0016_actions")]

    operations = [
        migrations.RunSQL("DELETE FROM loyalty_ai_term WHERE token LIKE '@%'", migrations.RunSQL.noop),
    ]
