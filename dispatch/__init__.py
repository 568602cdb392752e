"""The Django project and the domain: what is true, and who may change it."""
