"""The front door and the two health pages."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from dispatch.models import Role
from dispatch.queries import health
from dispatch.services import warming


class SignIn(LoginView):
    """A sign-in begins a session of its own; nothing of the one before stays."""

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Django would keep the old session's content when the person is the same."""
        self.request.session.flush()
        return super().form_valid(form)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to where their work is."""
    role = getattr(request.user, "role", None)
    if role == Role.TECHNICIAN:
        return redirect("/field/")
    if role in {Role.DISPATCHER, Role.ADMIN}:
        return redirect("board:board")
    return redirect("portal:book")


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"live": True})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, its schema, the engine, and broker; without the broker the web works.

    An engine that is being loaded or compiled makes customers and dispatchers wait.
    """
    database = health.database_is_up()
    report = {
        "database": database,
        "migrated": database and _migrated(),
        "engine": not warming.is_under_way(),
        "broker": health.broker_is_up(),
    }
    ready = report["database"] and report["migrated"] and report["engine"]
    return JsonResponse(report, status=200 if ready else 503)


def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
