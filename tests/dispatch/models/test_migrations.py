"""Models and migrations tell the same story."""

from django.core.management import call_command


def test_no_model_has_changed_without_a_migration(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_newest_laws_can_be_taken_back_and_given_again(transactional_db):
    call_command("migrate", "dispatch", "0002_laws", verbosity=0)
    call_command("migrate", "dispatch", verbosity=0)
    call_command("migrate", "--check", verbosity=0)
