"""Public pages of stations and receptions; the station's own page is `petitions:station`."""

from django.urls import URLPattern, URLResolver, path, re_path

from stations.views import codes, feeds, finder

app_name = "stations"
_FORM = r"(?P<form>svg|png|pdf)"
urlpatterns: list[URLPattern | URLResolver] = [
    path("stations/", finder.stations, name="list"),
    path("stations/<slug:code>/photos/<int:number>/", finder.photo, name="photo"),
    path("stations/<slug:code>/calendar.ics", feeds.station, name="station_calendar"),
    re_path(rf"^stations/(?P<code>[-\w]+)/code\.{_FORM}$", codes.of_station, name="station_code"),
    re_path(rf"^deputies/(?P<code>[-\w]+)/code\.{_FORM}$", codes.of_deputy, name="deputy_code"),
    path("s/<slug:code>/", codes.scan, name="scan"),
    path("receptions/", finder.receptions, name="receptions"),
    path("receptions/calendar.ics", feeds.everybody, name="calendar"),
    path("receptions/<int:number>/", finder.reception, name="reception"),
    path("receptions/<int:number>/calendar.ics", feeds.one, name="reception_calendar"),
    path("calendars/<str:token>.ics", feeds.deputy, name="deputy_calendar"),
]
