"""The addresses of the pages."""

from django.contrib.auth.views import LogoutView
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from timeline.pages import USERNAME
from timeline.photos import Size
from timeline.views import (
    accounts,
    audience,
    comments,
    friends,
    health,
    home,
    likes,
    manifest,
    notifications,
    people,
    photos,
    settings,
    tweets,
)


class UsernameConverter(StringConverter):
    """A user name in an address."""

    regex = USERNAME.pattern


class SizeConverter(StringConverter):
    """A size of a photo in an address."""

    regex = "|".join(Size)


register_converter(UsernameConverter, "username")
register_converter(SizeConverter, "size")

urlpatterns = [
    path("", home.home, name="home"),
    path("newer/", home.newer, name="newer"),
    path("friends/", audience.friends_to_choose, name="friends-to-choose"),
    path("tweets/", tweets.post_tweet, name="post-tweet"),
    path("tweets/<int:tweet_id>/", tweets.tweet, name="tweet"),
    path("tweets/<int:tweet_id>/delete/", tweets.delete_tweet, name="delete-tweet"),
    path("tweets/<int:tweet_id>/audience/", audience.audience, name="audience"),
    path("tweets/<int:tweet_id>/receipt/", tweets.receipt, name="receipt"),
    path("tweets/<int:tweet_id>/like/", likes.like, name="like"),
    path("tweets/<int:tweet_id>/unlike/", likes.unlike, name="unlike"),
    path("tweets/<int:tweet_id>/comment/", comments.comment, name="comment"),
    path("comments/<int:comment_id>/delete/", comments.delete_comment, name="delete-comment"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("photos/", photos.upload_photo, name="upload-photo"),
    path("photos/<uuid:key>/<size:size>/", photos.photo, name="photo"),
    path("photos/<uuid:key>/discard/", photos.discard_photo, name="discard-photo"),
    path("people/", people.people, name="people"),
    path("people/<username:username>/", people.person, name="person"),
    path("people/<username:username>/ask/", friends.ask, name="ask"),
    path("people/<username:username>/accept/", friends.accept, name="accept"),
    path("people/<username:username>/decline/", friends.decline, name="decline"),
    path("people/<username:username>/cancel/", friends.cancel, name="cancel"),
    path("people/<username:username>/unfriend/", friends.unfriend, name="unfriend"),
    path("people/<username:username>/withhold/", friends.withhold, name="withhold"),
    path("people/<username:username>/show/", friends.show, name="show"),
    path("people/<username:username>/mute/", friends.mute, name="mute"),
    path("people/<username:username>/unmute/", friends.unmute, name="unmute"),
    path("people/<username:username>/common/", people.common, name="common-friends"),
    path("settings/", settings.settings, name="settings"),
    path("settings/picture/", settings.set_picture, name="settings-picture"),
    path("settings/password/", settings.change_password, name="settings-password"),
    path("settings/data/", settings.download_data, name="download-data"),
    path("settings/delete/", settings.delete_account, name="delete-account"),
    path("signup/", accounts.sign_up, name="signup"),
    path("login/", accounts.log_in, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("manifest.webmanifest", manifest.manifest, name="manifest"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
