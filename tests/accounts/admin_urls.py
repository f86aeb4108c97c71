"""The portal's addresses with the administrator's pages, wherever the portal mounts them."""

from django.contrib import admin
from django.urls import path

from liaison.urls import urlpatterns as portal

urlpatterns = [path("test-admin/", admin.site.urls), *portal]
