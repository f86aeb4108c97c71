"""Pages of appointments for residents. No address holds a telephone number, a name or a token."""

from django.urls import URLPattern, URLResolver, re_path

from common.references import ALPHABET, LENGTH
from stations import appointment_views as views

app_name = "appointments"
_ONE = rf"^appointments/(?P<reference>[{ALPHABET}]{{{LENGTH}}})/"
urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^appointments/$", views.find, name="find"),
    re_path(r"^appointments/new/$", views.new, name="new"),
    re_path(_ONE + "$", views.one, name="one"),
    re_path(_ONE + "move/$", views.move, name="move"),
    re_path(_ONE + "cancel/$", views.cancel, name="cancel"),
]
