"""What an admin keeps in order: people, places, catalogue; the work itself to read."""

from dispatch.admin import catalogue, checklists, customers, people, work

__all__ = ["catalogue", "checklists", "customers", "people", "work"]
