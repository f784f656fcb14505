"""``imports/``: a file becomes a job, the job becomes records or a list of what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile

from positions.api.imports import FIELDS
from positions.enums import JobState, Role, Visibility
from positions.models import Coding, Job, Negotiation
from positions.queries.access import reader_of
from positions.services.import_jobs import forget_imported_files
from positions.services.job_runs import execute_job
from positions.services.jobs import cancel_job
from tests.api.conftest import ROOT, Api
from tests.dna_files import write_mill_dispute
from tests.factories import add_member, make_issue, make_negotiation, make_party, make_user
from tests.services.bundles import BUNDLE

TABLE = b"party,issue,stance,stated_on\nnorth,transit,2,2022-03-02\nsouth,transit,-1,2022-03-02\n"


@pytest.fixture(autouse=True)
def files(settings: LazySettings, tmp_path: Path) -> Path:
    """Where uploaded files are kept."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def talks(db: None) -> Negotiation:
    negotiation = make_negotiation("talks", visibility=Visibility.RESTRICTED)
    negotiation.parties.add(make_party("north"), make_party("south"))
    make_issue(negotiation, "transit")
    return negotiation


def send(api: Api, content: bytes = TABLE, name: str = "table.csv", **fields: str) -> Any:
    form: dict[str, Any] = {
        "file": SimpleUploadedFile(name, content),
        "format": "csv",
        "negotiation": "talks",
        **fields,
    }
    return api.client.post(f"{ROOT}imports/", form, format="multipart")


def kept(files: Path) -> int:
    return len([path for path in files.rglob("*") if path.is_file()])


def test_table_is_imported_by_its_job(talks: Negotiation, files: Path) -> None:
    api = Api(add_member(talks, role=Role.REVIEWER))
    answer = send(api)
    assert answer.status_code == 202
    job = answer.json()
    assert (job["kind"], job["state"], job["negotiation"], job["errors"]) == ("import", "queued", "talks", [])
    assert answer["Location"] == f"http://testserver{ROOT}jobs/{job['id']}/"
    assert not Coding.objects.exists()
    assert (kept(files), forget_imported_files()) == (1, 0)
    assert execute_job(Job.objects.get().pk) == JobState.SUCCEEDED
    done = api.json(answer["Location"])
    assert done["state"] == "succeeded"
    assert done["result"] == {
        "negotiation": "talks",
        "dry_run": False,
        "counts": {"codings": 2, "sources": 1, "statements": 2},
        "warnings": [],
    }
    assert set(Coding.objects.values_list("status", flat=True)) == {"published"}
    assert (forget_imported_files(), kept(files), forget_imported_files()) == (1, 0, 0)


def test_faults_of_a_table_are_the_errors_of_its_job(talks: Negotiation) -> None:
    api = Api(add_member(talks))
    answer = send(api, TABLE.replace(b"south", b"nobody").replace(b"2,2022", b"7,2022"))
    assert execute_job(Job.objects.get().pk) == JobState.FAILED
    assert api.json(answer["Location"])["errors"] == [
        {"row": 2, "column": "stance", "message": "7 is not between -2 and 2"}
    ]
    assert not Coding.objects.exists()


def test_dry_run_and_what_is_missing(talks: Negotiation) -> None:
    api = Api(add_member(talks, role=Role.LEAD))
    table = TABLE.replace(b"south,transit", b"East,Fishing")
    answer = send(api, table, dry_run="true", create_missing="true")
    assert execute_job(Job.objects.get().pk) == JobState.SUCCEEDED
    assert api.json(answer["Location"])["result"]["counts"] == {
        "codings": 2, "issues": 1, "parties": 1, "sources": 1, "statements": 2,
    }  # fmt: skip
    assert not Coding.objects.exists()
    assert talks.issues.count() == 1


def test_bundle_begins_a_negotiation_for_an_administrator_alone(talks: Negotiation) -> None:
    content = json.dumps(BUNDLE).encode()
    api = Api(make_user(is_superuser=True))
    answer = send(api, content, format="bundle", negotiation="river-talks")
    assert (answer.status_code, answer.json()["negotiation"]) == (202, None)
    assert execute_job(Job.objects.get().pk) == JobState.SUCCEEDED
    assert Negotiation.objects.filter(slug="river-talks").exists()
    lead = Api(add_member(talks, role=Role.LEAD))
    assert send(lead, content, format="bundle", negotiation="new-talks").status_code == 404
    assert send(lead, content, format="bundle", negotiation="").json()["errors"] == {"negotiation": ["is required"]}
    answer = send(lead, content, format="bundle")
    execute_job(Job.objects.exclude(pk=Job.objects.order_by("created_at")[0].pk).get().pk)
    assert lead.json(answer["Location"])["errors"] == [
        {"row": None, "column": "negotiation.slug", "message": "is “river-talks”; this import is for “talks”"}
    ]


def test_file_of_another_program_that_is_none(talks: Negotiation) -> None:
    api = Api(add_member(talks, role=Role.LEAD))
    answer = send(api, b"no database", format="dna")
    assert execute_job(Job.objects.get().pk) == JobState.FAILED
    [error] = api.json(answer["Location"])["errors"]
    assert (error["row"], "rapporteur-" in error["message"]) == (None, False)


def test_file_of_another_program_makes_a_negotiation(db: None, tmp_path: Path) -> None:
    file = write_mill_dispute(tmp_path / "x.dna")
    api = Api(make_user(is_superuser=True))
    assert send(api, file.path.read_bytes(), format="dna", negotiation="old-mill").status_code == 202
    assert execute_job(Job.objects.get().pk) == JobState.SUCCEEDED
    negotiation = Negotiation.objects.get()
    assert (negotiation.slug, negotiation.title, Coding.objects.count()) == ("old-mill", "Old mill", 3)


def test_who_may_not_import_leaves_no_file(talks: Negotiation, files: Path) -> None:
    assert send(Api()).status_code == 401
    assert send(Api(make_user())).status_code == 404
    assert send(Api(make_user()), negotiation="nowhere").json() == send(Api(make_user())).json()
    assert send(Api(add_member(talks, role=Role.VIEWER))).status_code == 403
    assert (kept(files), Job.objects.count()) == (0, 0)


def test_rights_are_those_of_the_moment_of_importing(talks: Negotiation) -> None:
    analyst = add_member(talks)
    answer = send(Api(analyst))
    talks.members.all().delete()
    assert execute_job(Job.objects.get().pk) == JobState.FAILED
    assert not Coding.objects.exists()
    assert [error["message"] for error in Api(analyst).json(answer["Location"])["errors"]] == ["No such negotiation."]


def test_cancelled_job_imports_nothing(talks: Negotiation, files: Path) -> None:
    analyst = add_member(talks)
    send(Api(analyst))
    cancel_job(reader_of(analyst), Job.objects.get())
    assert execute_job(Job.objects.get().pk) is None
    assert (Coding.objects.count(), forget_imported_files(), kept(files)) == (0, 1, 0)


def test_form_that_cannot_be_read(talks: Negotiation) -> None:
    api = Api(add_member(talks))
    assert send(api, format="pdf", dry_run="perhaps", colour="red").json()["errors"] == {
        "colour": [f"is no field of this form; it takes {', '.join(FIELDS)}"],
        "format": ["must be one of bundle, csv, xlsx, jsonl, dna, annotations"],
        "dry_run": ["“perhaps” is neither true nor false"],
    }
    without = api.client.post(f"{ROOT}imports/", {"format": "csv", "file": "words"}, format="multipart")
    assert without.json()["errors"] == {"file": ["is required, as a file of the form"]}
    assert api.client.post(f"{ROOT}imports/", {"format": "csv"}, format="json").status_code == 415
    assert not Job.objects.exists()


def test_annotations_are_imported_with_what_the_form_says_of_them(talks: Negotiation) -> None:
    api = Api(add_member(talks, role=Role.REVIEWER))
    document = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": "http://example.org/1",
        "type": "Annotation",
        "body": {"type": "TextualBody", "purpose": "tagging", "value": "party:north issue:transit stance:-1"},
        "target": "http://example.org/page",
    }
    content = json.dumps(document).encode()
    job = send(api, content, "a.json", format="annotations").json()
    execute_job(job["id"])
    said = api.json(f"jobs/{job['id']}/")
    assert said["state"] == "failed"
    assert [each["message"].partition(",")[0] for each in said["errors"]] == ["does not say when it was stated"]
    job = send(api, content, "a.json", format="annotations", stated_on="2022-03-01", asserted_by="north").json()
    execute_job(job["id"])
    assert api.json(f"jobs/{job['id']}/")["state"] == "succeeded"
    coding = Coding.objects.get()
    assert (coding.stance, coding.statement.stated_on, coding.statement.source.url) == (
        -1, "2022-03-01", "http://example.org/page",
    )  # fmt: skip
    refused = send(api, content, "a.json", format="annotations", stated_on="x" * 201)
    assert set(refused.json()["errors"]) == {"stated_on"}
