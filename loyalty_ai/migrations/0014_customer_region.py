from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loyalty_ai", "0013_version_audits")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="region",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="ISO 3166, e.g. DE or US-CA: whose rules of consent hold.",
                max_length=6,
                verbose_name="region",
            ),
        ),
    ]
