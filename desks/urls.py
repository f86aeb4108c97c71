"""Pages of staff. Each view says by `at_desk` whose it is."""

from django.urls import URLPattern, URLResolver, path

from desks.views import beside, bulk, entry, learning, matter, supervision, unit, workbench
from petitions import urls as _petitions  # noqa: F401, registers the converter `reference`

app_name = "desks"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", workbench.home, name="home"),
    path("tabs/", workbench.tabs, name="tabs"),
    path("filters/", workbench.save_filter, name="save_filter"),
    path("filters/<int:number>/prefer/", workbench.prefer_filter, name="prefer_filter"),
    path("filters/<int:number>/remove/", workbench.remove_filter, name="remove_filter"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("new/", entry.new, name="new"),
    path("petitions/<reference:reference>/", matter.matter, name="matter"),
    path("petitions/<reference:reference>/assign-first/", workbench.assign_first, name="assign_first"),
    path("petitions/<reference:reference>/related/", matter.related, name="related"),
    path("petitions/<reference:reference>/presence/", beside.presence, name="presence"),
    path("petitions/<reference:reference>/merge/", beside.merging, name="merge"),
    path("petitions/<reference:reference>/public-text/", beside.public_text, name="public_text"),
    path("petitions/<reference:reference>/form/", matter.form_on_paper, name="paper"),
    path("petitions/<reference:reference>/moves/<slug:name>/", matter.move, name="move"),
    path("petitions/<reference:reference>/orders/<int:number>/<slug:name>/", matter.order_move, name="order_move"),
    path("petitions/<reference:reference>/watch/", supervision.watch, name="watch"),
    path("petitions/<reference:reference>/look-back/", supervision.look_back, name="look_back"),
    path("unit/", unit.inbox, name="unit"),
    path("unit/orders/<int:number>/<slug:name>/", unit.quick, name="quick"),
    path("supervision/", supervision.supervision, name="supervision"),
    path("supervision/urge/", supervision.urge, name="urge"),
    path("topics/", learning.topics, name="topics"),
    path("router/", learning.router, name="router"),
    path("router/roll-back/", learning.rolled_back, name="router_roll_back"),
]
