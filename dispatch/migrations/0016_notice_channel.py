"""By which way a technician was told who had not seen an urgent change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0016_lost_photos")]

    operations = [
        migrations.AddField(
            "visitnotice",
            "fallback_by",
            models.CharField(
                blank=True,
                default="",
                help_text="email, sms, or empty when there was no way",
                max_length=8,
            ),
        ),
        # Until now it was always the e-mail, if it was anything.
        migrations.RunSQL(
            "UPDATE dispatch_visitnotice SET fallback_by = 'email' "
            "WHERE fallback_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
