"""A photo whose bytes will not come has a state of its own."""

from django.db import migrations, models

STATES = [
    ("pending", "Still on the device"),
    ("received", "Received, being checked"),
    ("stored", "Stored"),
    ("refused", "Could not be read"),
    ("lost", "Lost with the device"),
]


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0016_work_is_kept")]

    operations = [
        migrations.AlterField(
            "photo",
            "state",
            models.CharField(choices=STATES, default="pending", max_length=8),
        )
    ]
