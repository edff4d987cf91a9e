"""Addresses of the console about asks and disclosures, below `/console/exchange/`."""

from typing import Final

from django.urls import URLPattern, path

from comity.doors.web.exchange import (
    accounting,
    answering,
    approving,
    asking,
    asks,
    concluding,
    deliveries,
    outside,
    queue,
    retention,
    reviews,
    start,
    story,
    tasks,
)

ADDRESSES: Final[list[URLPattern]] = [
    path("", start.start, name="exchange"),
    path("ask/", asking.ask, name="ask"),
    path("asks/", asks.asks, name="asks"),
    path("asks/<uuid:ask_id>/", story.exchange_ask, name="exchange-ask"),
    path("asks/<uuid:ask_id>/deliveries/<uuid:disclosure_id>/receive/", story.receive, name="delivery-receive"),
    path("asks/<uuid:ask_id>/disclosures/<uuid:disclosure_id>/open/", story.open_one, name="disclosure-open"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("told/", asks.told, name="told"),
    path("told/new/", outside.tell, name="tell"),
    path("queue/", queue.queue, name="queue"),
    path("tasks/<uuid:task_id>/", tasks.task, name="task"),
    path("tasks/<uuid:task_id>/answer/", answering.answer, name="task-answer"),
    path("tasks/<uuid:task_id>/verdict/", approving.decide, name="task-verdict"),
    path("tasks/<uuid:task_id>/conclusion/", concluding.conclude, name="task-conclusion"),
    path("tasks/<uuid:task_id>/finding/", reviews.find, name="task-finding"),
    path("tasks/<uuid:task_id>/purge/", retention.purge, name="task-purge"),
    path("tasks/<uuid:task_id>/accounting/", accounting.open_one, name="task-accounting"),
    path("reviews/", reviews.reviews, name="exchange-reviews"),
    path("retention/", retention.kept_due, name="exchange-retention"),
    path("retention/<uuid:kept_id>/", retention.kept, name="exchange-kept"),
    path("retention/<uuid:kept_id>/keep/", retention.keep, name="exchange-keep"),
    path("retention/<uuid:kept_id>/hold/", retention.hold, name="exchange-hold"),
    path("retention/<uuid:kept_id>/release/", retention.release, name="exchange-release"),
    path("accounting/", accounting.accountings, name="exchange-accountings"),
    path("accounting/ask/", accounting.ask, name="exchange-accounting-ask"),
]
