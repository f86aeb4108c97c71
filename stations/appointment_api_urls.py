"""The addresses of appointments under /api/v1/."""

from django.urls import path

from stations import appointment_api as api

urlpatterns = [
    path("appointments/", api.BookView.as_view(), name="appointment-book"),
    path("appointments/slots/", api.SlotsView.as_view(), name="appointment-slots"),
    path("appointments/agenda/", api.AgendaView.as_view(), name="appointment-agenda"),
    path("appointments/<str:reference>/open/", api.OpenView.as_view(), name="appointment-open"),
    path("appointments/<str:reference>/move/", api.MoveView.as_view(), name="appointment-move"),
    path("appointments/<str:reference>/cancel/", api.CancelView.as_view(), name="appointment-cancel"),
    path(
        "appointments/<str:reference>/actions/<str:action>/", api.AppointmentMoves.as_view(), name="appointment-action"
    ),
]
