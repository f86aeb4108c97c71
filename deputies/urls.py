"""Public pages of deputies."""

from django.urls import path

from deputies import views

app_name = "deputies"
urlpatterns = [
    path("deputies/", views.deputies, name="list"),
    path("deputies/<slug:code>/", views.deputy, name="one"),
    path("deputies/<slug:code>/photo/", views.photo, name="photo"),
]
