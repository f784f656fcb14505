"""Addresses of the pages."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from positions.web.brief_pages import brief_docx, brief_page, brief_pdf
from positions.web.changes import changes_csv, changes_page
from positions.web.chart_kinds import chart_paths
from positions.web.codebook import codebook
from positions.web.compare import compare, compare_csv
from positions.web.concessions import concession_ledger, concession_ledger_csv
from positions.web.conditions import condition_ledger, condition_ledger_csv
from positions.web.contradictions import contradictions_csv, contradictions_page
from positions.web.coverage import coverage_csv, coverage_page
from positions.web.embeds import embed_paths, oembed
from positions.web.health import healthz, readyz
from positions.web.home import home
from positions.web.issue_timeline import issue_timeline, issue_timeline_csv
from positions.web.matrix import matrix, matrix_csv
from positions.web.method import method
from positions.web.negotiation import negotiation, negotiation_csv, rounds_csv
from positions.web.party_dossier import party_dossier, party_dossier_csv
from positions.web.readouts import readouts, readouts_csv
from positions.web.red_lines import red_line_ledger, red_line_ledger_csv
from positions.web.reliability import reliability, reliability_csv
from positions.web.round import round_page
from positions.web.saved_views import add_view, drop_view, edit_view, follow_view, list_views
from positions.web.search import search
from positions.web.source import source
from positions.web.statement import statement, statement_bibtex, statement_csl
from positions.web.story import story_csv, story_page
from positions.web.tokens import revoke_token_page, tokens
from positions.web.watches import notices_read, watch_delete, watch_delivery, watch_feed, watch_feed_token, watches

ISSUE = "n/<slug:slug>/issues/<slug:issue>/"
ROUND = "n/<slug:slug>/rounds/<int:number>/"

urlpatterns: list[URLPattern] = [
    path("watches/", watches, name="watches"),
    path("watches/read/", notices_read, name="notices-read"),
    path("watches/feed/", watch_feed_token, name="watch-feed-token"),
    path("watches/feed/<str:token>.atom", watch_feed, name="watch-feed"),
    path("watches/<uuid:pk>/delivery/", watch_delivery, name="watch-delivery"),
    path("watches/<uuid:pk>/delete/", watch_delete, name="watch-delete"),
    path("", home, name="home"),
    path("search/", search, name="search"),
    # nothing is lost by a change of language that another site started, and no reader needs a cookie to read
    path("language/", csrf_exempt(set_language), name="set-language"),
    path("method/", method, name="method"),
    path("signin/", LoginView.as_view(redirect_authenticated_user=True), name="signin"),
    path("signout/", LogoutView.as_view(), name="signout"),
    path("account/tokens/", tokens, name="account-tokens"),
    path("account/tokens/<uuid:pk>/revoke/", revoke_token_page, name="account-token-revoke"),
    path("v/<slug:code>/", follow_view, name="saved-view"),
    path("views/", list_views, name="saved-views"),
    path("views/new/", add_view, name="saved-view-add"),
    path("views/<slug:code>/edit/", edit_view, name="saved-view-edit"),
    path("views/<slug:code>/delete/", drop_view, name="saved-view-delete"),
    path("n/<slug:slug>/", negotiation, name="negotiation"),
    path("n/<slug:slug>/overview.csv", negotiation_csv, name="negotiation-csv"),
    path("n/<slug:slug>/rounds/rounds.csv", rounds_csv, name="rounds-csv"),
    path("n/<slug:slug>/matrix/", matrix, name="matrix"),
    path("n/<slug:slug>/matrix/matrix.csv", matrix_csv, name="matrix-csv"),
    path("n/<slug:slug>/brief/", brief_page, name="brief"),
    path("n/<slug:slug>/brief/brief.docx", brief_docx, name="brief-docx"),
    path("n/<slug:slug>/brief/brief.pdf", brief_pdf, name="brief-pdf"),
    path(ISSUE, issue_timeline, name="issue-timeline"),
    path("oembed/", oembed, name="oembed"),
    path(f"{ISSUE}timeline.csv", issue_timeline_csv, name="issue-timeline-csv"),
    path("n/<slug:slug>/changes/", changes_page, name="changes"),
    path("n/<slug:slug>/changes/changes.csv", changes_csv, name="changes-csv"),
    path("n/<slug:slug>/story/", story_page, name="story"),
    path("n/<slug:slug>/story/story.csv", story_csv, name="story-csv"),
    path("n/<slug:slug>/parties/<slug:party>/", party_dossier, name="party-dossier"),
    path("n/<slug:slug>/parties/<slug:party>/party.csv", party_dossier_csv, name="party-dossier-csv"),
    path(ROUND, round_page, name="round"),
    path(f"{ROUND}readouts/", readouts, name="readouts"),
    path(f"{ROUND}readouts/readouts.csv", readouts_csv, name="readouts-csv"),
    path("n/<slug:slug>/compare/", compare, name="compare"),
    path("n/<slug:slug>/compare/compare.csv", compare_csv, name="compare-csv"),
    path("n/<slug:slug>/concessions/", concession_ledger, name="concessions"),
    path("n/<slug:slug>/concessions/concessions.csv", concession_ledger_csv, name="concessions-csv"),
    path("n/<slug:slug>/conditions/", condition_ledger, name="conditions"),
    path("n/<slug:slug>/conditions/conditions.csv", condition_ledger_csv, name="conditions-csv"),
    path("n/<slug:slug>/red-lines/", red_line_ledger, name="red-lines"),
    path("n/<slug:slug>/red-lines/red-lines.csv", red_line_ledger_csv, name="red-lines-csv"),
    path("n/<slug:slug>/contradictions/", contradictions_page, name="contradictions"),
    path("n/<slug:slug>/contradictions/contradictions.csv", contradictions_csv, name="contradictions-csv"),
    path("n/<slug:slug>/coverage/", coverage_page, name="coverage"),
    path("n/<slug:slug>/coverage/coverage.csv", coverage_csv, name="coverage-csv"),
    path("n/<slug:slug>/codebook/", codebook, name="codebook"),
    path("n/<slug:slug>/reliability/", reliability, name="reliability"),
    path("n/<slug:slug>/reliability/reliability.csv", reliability_csv, name="reliability-csv"),
    path("sources/<uuid:pk>/", source, name="source"),
    path("statements/<uuid:pk>/", statement, name="statement"),
    path("statements/<uuid:pk>/cite.bib", statement_bibtex, name="statement-bibtex"),
    path("statements/<uuid:pk>/cite.json", statement_csl, name="statement-csl"),
    *chart_paths(),
    *embed_paths(),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
