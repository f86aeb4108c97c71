"""The petitions' part of the API. Views load through `visible_to` or the access token, call one action, answer."""
