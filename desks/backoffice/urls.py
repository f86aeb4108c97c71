"""The tools' addresses, below /admin/tools/."""

from django.urls import URLPattern, URLResolver, path

from desks.backoffice import deputies, files, security, tree, who

app_name = "backoffice"
urlpatterns: list[URLPattern | URLResolver] = [
    path("who/", who.who, name="who"),
    path("tree/", tree.tree, name="tree"),
    path("files/", files.files, name="files"),
    path("files/<slug:name>.<slug:kind>", files.export, name="export"),
    path("deputies/", deputies.deputies, name="deputies"),
    path("lockouts/", security.lockouts, name="lockouts"),
    path("lockouts/<int:number>/lift/", security.lift, name="lift"),
    path("sessions/", security.sessions, name="sessions"),
    path("sessions/<int:number>/end/", security.end, name="end_sessions"),
]
