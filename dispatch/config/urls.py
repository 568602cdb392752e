"""The address book: every door, named once."""


urlpatterns: list = []
