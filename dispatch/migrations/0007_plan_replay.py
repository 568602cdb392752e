"""A repair keeps what a replay needs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0006_plan_blocks")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="replay",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
