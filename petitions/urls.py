"""Pages of petitions. No address holds a telephone number, a name or a token."""

from django.urls import URLPattern, URLResolver, path, register_converter

from petitions.feeds import PublishedFeed
from petitions.references import ALPHABET, LENGTH
from petitions.views import (
    days,
    follow,
    following,
    home,
    mine,
    performance,
    published,
    station,
    submit,
    support,
    topics,
)


class ReferenceConverter:
    """A reference as it is stored, so that nothing else reaches the views."""

    regex = f"[{ALPHABET}]{{{LENGTH}}}"

    def to_python(self, value: str) -> str:
        """Nothing to convert."""
        return value

    def to_url(self, value: str) -> str:
        """Nothing to convert."""
        return value


register_converter(ReferenceConverter, "reference")

app_name = "petitions"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("submit/", submit.submit, name="submit"),
    path("submit/wrongdoing/", submit.submit, {"closed": True}, name="submit_closed"),
    path("submit/suggest/", submit.suggest, name="suggest"),
    path("submit/done/", submit.done, name="done"),
    path("submit/done/card.png", submit.card, name="card"),
    path("follow/", follow.follow, name="follow"),
    path("follow/leave/", follow.leave, name="leave"),
    path("mine/", mine.mine, name="mine"),
    path("mine/data/", mine.data, name="data"),
    path("mine/data/export/", mine.export, name="export"),
    path("mine/data/correct/", mine.correct, name="correct"),
    path("mine/data/erase/", mine.erase, name="erase"),
    path("petitions/<reference:reference>/", follow.one, name="one"),
    path("petitions/<reference:reference>/progress/", follow.progress, name="progress"),
    path("petitions/<reference:reference>/evaluate/", follow.evaluate, name="evaluate"),
    path("petitions/<reference:reference>/withdraw/", follow.withdraw, name="withdraw"),
    path("petitions/<reference:reference>/supplement/", follow.supplement, name="supplement"),
    path("petitions/<reference:reference>/unpublish/", follow.unpublish, name="unpublish"),
    path("petitions/<reference:reference>/files/<int:number>/", follow.attachment, name="attachment"),
    path("stations/<slug:code>/", station.station, name="station"),
    path("days/<int:number>/", days.day, name="day"),
    path("topics/", topics.topics, name="topics"),
    path("published/", published.published, name="published"),
    path("published/feed/", PublishedFeed(), name="feed"),
    path("published/<reference:reference>/", published.published_one, name="published_one"),
    path("published/<reference:reference>/support/", support.support, name="support"),
    path("published/<reference:reference>/follow/", following.follow_published, name="follow_published"),
    path("following/stop/", following.stop, name="stop_following"),
    path("mine/following/stop/", mine.stop_following, name="stop_own"),
    path("departments/<str:code>/", performance.department, name="department"),
    path("categories/<str:code>/", performance.category, name="category"),
]
