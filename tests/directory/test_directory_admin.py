"""The administrator's pages of the directory open, and what is saved there counts at once."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.urls import path

from directory import queries
from directory.models import Area, CalendarDay, Category, Department, Office, Responsibility, ServiceLevel

# Wherever the project puts the administrator's pages: here they stand alone.
urlpatterns = [path("admin/", admin.site.urls)]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
MODELS = [Area, CalendarDay, Category, Department, Office, Responsibility, ServiceLevel]


@pytest.fixture
def request_(db):
    """A request by an administrator of everything."""
    request = RequestFactory().get("/")
    request.user = get_user_model().objects.create_superuser("root", password="lamp-post-73-east")
    return request


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_forms_open(loaded, request_, model):
    if model is Office:
        Office.objects.create(user=request_.user, area=Area.objects.get(code="1001"), role="dispatcher")
    page = admin.site._registry[model]
    listed = page.changelist_view(request_)
    assert listed.status_code == 200
    assert listed.context_data["cl"].result_count == model.objects.count()
    form = page.changeform_view(request_, str(model.objects.first().pk))
    assert form.status_code == 200


def test_a_node_keeps_its_place(loaded, request_):
    page = admin.site._registry[Area]
    assert not page.has_add_permission(request_)
    assert {"code", "parent", "path"} <= set(page.get_readonly_fields(request_, Area.objects.first()))


def test_what_is_saved_counts_at_once(loaded, request_):
    assert queries.department_by_code("water").name_en == "Water Bureau"
    Department.objects.filter(code="water").update(name_en="Water Authority")
    page = admin.site._registry[Department]
    form = type("Form", (), {"save_m2m": lambda self: None})()
    page.save_related(request_, form, [], change=True)
    assert queries.department_by_code("water").name_en == "Water Authority"
