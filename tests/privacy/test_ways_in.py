"""Erasing by a file, from the admin, and again after a restore from a backup."""

from __future__ import annotations

import io
import json
import stat
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loyalty_ai.privacy.bulk import BATCH, exported_erasures, read_erasure, replay_erasures
from loyalty_ai.privacy.receipts import public_keys, verify_receipt
from loyalty_ai.privacy.services import choose, erase_customer, is_erased
from loyalty_ai.registry.models import VersionDeadline
from loyalty_ai.shop.models import Customer, ErasureRecord, Event
from tests import fakes
from tests.privacy.person import NOW, move_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return fakes.make_store()


@pytest.fixture
def people(store):
    return [fakes.make_customer(store, who) for who in ("ann", "bob", "cid", "7")]


def say(command: str, *arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def ids() -> set[str]:
    return set(Customer.objects.values_list("external_id", flat=True))


# by a file


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gone.csv", "user_id,why\nann,asked\n\n7,asked\n"),
        ("gone.csv", "WHY;USER_ID\nasked;ann\nasked;7\n"),
        ("gone.jsonl", '{"USER_ID": "ann"}\n{"user_id": 7, "joined_at": "nonsense"}\n'),
    ],
)
def test_a_file_in_either_case_erases_whom_it_names(store, people, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    out, err = say("loyalty_customer", "--erase", "--file", tmp_path / name, "--yes")
    assert "2 customers erased" in out
    assert f"{name}:" not in err
    assert ids() == {"bob", "cid"}


def test_each_line_that_could_not_be_done_is_said_by_its_number_alone(store, people, tmp_path):
    file = tmp_path / "gone.csv"
    file.write_bytes(b"USER_ID,X\nann,1\nann,1\nnobody,1\n,1\nbob\n\xff\xff,1\ncid\x00,1\ncid,1\n")
    out, err = say("loyalty_customer", "--erase", "--file", file, "--yes", "--json")
    assert json.loads(out) | {"erased": 2, "left_out": 6} == json.loads(out)
    lines = [line for line in err.splitlines() if line.startswith("gone.csv:")]
    assert [line.split(":")[1] for line in lines] == ["3", "4", "5", "6", "7", "8"]
    assert "Already erased" in lines[0]
    assert "no customer of this id" in lines[1]
    assert "USER_ID is missing" in lines[2]
    assert not {"ann", "nobody", "cid"} & {word for line in lines for word in line.replace(".", " ").split()}
    assert ids() == {"bob", "7"}


def test_receipts_go_to_a_folder_or_a_file_as_they_come(store, people, tmp_path):
    (tmp_path / "gone.csv").write_text("USER_ID\nann\nbob\n")
    folder = tmp_path / "receipts"
    folder.mkdir()
    say("loyalty_customer", "--erase", "--file", tmp_path / "gone.csv", "--yes", "--receipts", folder)
    assert sorted(path.name for path in folder.iterdir()) == ["gone.csv-2.json", "gone.csv-3.json"]
    for path in folder.iterdir():
        verify_receipt(json.loads(path.read_text()), public_keys())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (tmp_path / "more.csv").write_text("USER_ID\ncid\nnobody\n7\n")
    single = tmp_path / "receipts.jsonl"
    say("loyalty_customer", "--erase", "--file", tmp_path / "more.csv", "--yes", "--receipts", single)
    lines = [json.loads(line) for line in single.read_text().splitlines()]
    assert [line["line"] for line in lines] == ["more.csv:2", "more.csv:4"]
    assert all(verify_receipt(line["receipt"], public_keys()) for line in lines)


def test_a_list_that_was_stopped_goes_on(store, people, tmp_path):
    (tmp_path / "gone.csv").write_text("USER_ID\nann\nbob\ncid\n")
    erase_customer(customer=people[0], now=NOW)
    out, _err = say("loyalty_customer", "--erase", "--file", tmp_path / "gone.csv", "--yes")
    assert "2 customers erased" in out
    assert "1 lines could not be done" in out


def test_nothing_is_erased_by_a_wrong_call(store, people, tmp_path, settings):
    file = tmp_path / "gone.csv"
    file.write_text("USER_ID\nann\n")
    for wrong, said in (
        (["--erase", "--file", file], "--yes"),
        (["--file", file], "--erase"),
        (["--erase", "--file", file, "--export", tmp_path / "x"], "--erase alone"),
        (["ann", "--erase", "--file", file], "customer's id, or"),
        ([], "customer's id, or"),
        (["ann", "--erase", "--yes", "--receipts", tmp_path], "--receipts goes with"),
        (["--erase", "--yes", "--file", tmp_path / "missing.csv"], "Cannot use"),
        (["--erase", "--yes", "--file", tmp_path / "gone.doc"], "known format"),
        (["--erase", "--yes", "--file", file, "--receipts", tmp_path / "no" / "folder.jsonl"], "Cannot use"),
    ):
        with pytest.raises(CommandError, match=said):
            say("loyalty_customer", *wrong)
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ERASURE_KEYS": {}}
    with pytest.raises(CommandError, match="ERASURE_KEYS"):
        say("loyalty_customer", "--erase", "--yes", "--file", file)
    assert len(ids()) == 4


# from the admin


ERASE = reverse("admin:loyalty_ai_customer_erase")
LIST = reverse("admin:loyalty_ai_customer_changelist")


def ask(client, *customers) -> str:
    chosen = {"action": "erase", "_selected_action": [customer.pk for customer in customers]}
    return client.post(LIST, chosen).url


@pytest.fixture
def eraser(client, django_user_model):
    user = django_user_model.objects.create_user("eraser", is_staff=True)
    wanted = Permission.objects.filter(
        content_type__app_label="loyalty_ai", codename__in=["view_customer", "erase_customer"]
    )
    user.user_permissions.set(wanted)
    client.force_login(user)
    return client


def test_the_action_asks_names_who_goes_along_and_erases_with_receipts(store, people, eraser):
    fakes.make_customer(store, "guest", alias_of=people[0])
    address = ask(eraser, people[0], people[1])
    page = eraser.get(address).text
    assert "ann, with guest" in page
    assert len(ids()) == 5
    page = eraser.post(address, follow=True).text
    assert "2 customers are erased." in page
    assert ids() == {"cid", "7"}
    for record in ErasureRecord.objects.exclude(pk=ErasureRecord.objects.earliest("pk").pk + 1):
        download = reverse("admin:loyalty_ai_customer_receipt", args=[record.pk])
        assert download in page
        response = eraser.get(download)
        assert response["Content-Disposition"].startswith("attachment")
        assert verify_receipt(response.json(), public_keys()) == record.receipt
    log = LogEntry.objects.all()
    assert {entry.content_type.model for entry in log} == {"erasurerecord"}
    assert not any("ann" in f"{entry.object_repr} {entry.change_message}" for entry in log)


def test_one_customer_is_erased_from_their_page_and_sent_twice_it_is_once(store, people, eraser):
    page = eraser.get(reverse("admin:loyalty_ai_customer_change", args=[people[0].pk])).text
    address = f"{ERASE}?ids={people[0].pk}"
    assert address in page
    eraser.post(address)
    assert "not there any more" in eraser.post(address, follow=True).text
    assert ErasureRecord.objects.count() == 1


def test_without_the_permission_there_is_neither_action_nor_page(store, people, client, django_user_model):
    user = django_user_model.objects.create_user("viewer", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_customer", "change_customer", "delete_customer"])
    )
    client.force_login(user)
    assert "Erase the selected" not in client.get(LIST).text
    client.post(LIST, {"action": "erase", "_selected_action": [people[0].pk]})
    erase_customer(customer=people[3], now=NOW)
    receipt = reverse("admin:loyalty_ai_customer_receipt", args=[ErasureRecord.objects.get().pk])
    for address in (f"{ERASE}?ids={people[0].pk}", reverse("admin:loyalty_ai_customer_erased"), receipt):
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403
    assert len(ids()) == 3


def test_strange_addresses_and_too_many_at_once_change_nothing(store, people, eraser):
    for query in ("", "?ids=", "?ids=x,-1,٣,99999999999999999999999"):
        assert eraser.post(f"{ERASE}{query}").status_code == 302
    Customer.objects.bulk_create(Customer(store=store, external_id=f"C{n}") for n in range(101))
    chosen = {"action": "erase", "_selected_action": [people[0].pk], "select_across": "1", "index": "0"}
    assert "at most 100 customers" in eraser.post(LIST, chosen, follow=True).text
    assert len(ids()) == 105


# after a restore


def backup(store) -> list[dict]:
    """What a restore brings back: the customers with their keys and the day they were made."""
    return list(Customer.objects.filter(store=store).values())


def restore(rows: list[dict]) -> None:
    """The database as it was at the backup: without the erasures since."""
    ErasureRecord.objects.all().delete()
    VersionDeadline.objects.all().delete()
    for row in rows:
        Customer.objects.update_or_create(pk=row["id"], defaults=row)
        Customer.objects.filter(pk=row["id"]).update(created_at=row["created_at"])


def test_after_a_restore_all_erasures_since_are_applied_again(store, people, tmp_path):
    run = fakes.make_run(store, cutoff=fakes.NOON + timedelta(days=50))
    move_in(store, "dan", run)
    kept = backup(store)
    receipts = [
        erase_customer(customer=Customer.objects.get(external_id=who), now=NOW).receipt for who in ("dan", "ann")
    ]
    file = tmp_path / "erasures.jsonl"
    out, _err = say("loyalty_erasures", "--export", file)
    assert "3 erasures" in out  # dan's guest has one of their own
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not {"dan", "ann"} & set(file.read_text().replace('"', " ").split())

    restore(kept)
    fakes.record_purchase(Customer.objects.get(external_id="dan"), at=fakes.NOON - timedelta(days=1))
    out, _err = say("loyalty_erasures", "--replay", file, "--json")
    assert json.loads(out) | {"added": 3, "erased": 2, "left": 0} == json.loads(out)
    assert ids() == {"bob", "cid", "7", "friend-of-dan"}
    assert not Event.objects.exists()
    assert all(is_erased(store=store, external_id=who) for who in ("dan", "guest-of-dan", "ann"))
    # The promise of the first receipt holds for the versions that came back with the backup.
    promised = receipts[0]["versions"][0]["leaves_by"]
    assert VersionDeadline.objects.get().due_at.isoformat() == promised
    out, _err = say("loyalty_erasures", "--replay", file, "--json")
    assert json.loads(out) | {"added": 0, "erased": 0, "left": 0} == json.loads(out)
    assert ErasureRecord.objects.count() == 3


def test_without_a_file_the_database_s_own_erasures_are_applied(store, people):
    kept = backup(store)
    erase_customer(customer=people[0], now=NOW)
    Customer.objects.create(**kept[0])  # customers restored, erasures not
    out, _err = say("loyalty_erasures", "--replay", "--json")
    assert json.loads(out) | {"added": 0, "erased": 1, "left": 0} == json.loads(out)
    assert "ann" not in ids()


def test_whoever_came_back_by_consent_loses_the_old_and_stays_welcome(store, people):
    kept = backup(store)
    erase_customer(customer=people[0], now=fakes.NOON)
    choose(store=store, external_id="ann", choices={"marketing": True}, source="test")
    assert replay_erasures(store=store).erased == 0  # who came back since is no one to erase
    exported = list(exported_erasures(store=store))
    Customer.objects.filter(external_id="ann").delete()
    restore(kept)
    Customer.objects.filter(external_id="ann").update(created_at=fakes.NOON - timedelta(days=1))
    done = replay_erasures(store=store, erasures=[read_erasure(entry, store=store) for entry in exported])
    assert (done.added, done.erased, done.left) == (1, 1, 0)
    assert "ann" not in ids()
    assert not is_erased(store=store, external_id="ann")


def test_a_forged_or_strange_line_stops_the_replay_before_anything_changes(store, people, tmp_path):
    erase_customer(customer=people[0], now=NOW)
    [good] = exported_erasures(store=store)
    forged = {"receipt": good["receipt"] | {"digest": "00" * 32}, "lifted_at": None}
    file = tmp_path / "erasures.jsonl"
    for bad in (
        forged,
        {},
        [],
        {"receipt": good["receipt"], "lifted_at": 7},
        {"receipt": good["receipt"], "lifted_at": "x"},
    ):
        file.write_text(f"{json.dumps(good)}\n{json.dumps(bad)}\n")
        ErasureRecord.objects.all().delete()
        with pytest.raises(CommandError, match=r"erasures.jsonl:2: "):
            say("loyalty_erasures", "--replay", file)
        assert not ErasureRecord.objects.exists()
    file.write_text("no json")
    with pytest.raises(CommandError, match="holds no JSON"):
        say("loyalty_erasures", "--replay", file)
    with pytest.raises(CommandError, match="Cannot read"):
        say("loyalty_erasures", "--replay", tmp_path / "missing")
    with pytest.raises(CommandError, match="Cannot write"):
        say("loyalty_erasures", "--export", tmp_path / "no" / "folder")


def test_another_store_s_erasures_are_not_this_store_s(store, people):
    erase_customer(customer=people[0], now=NOW)
    [entry] = exported_erasures(store=store)
    with pytest.raises(ValueError, match="of the store default, not of other"):
        read_erasure(entry, store=fakes.make_store("other"))


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(steps=st.lists(st.tuples(st.sampled_from(["erase", "return"]), st.sampled_from("abc")), max_size=8))
def test_whatever_happened_since_the_backup_a_replay_ends_as_things_stood(store, steps):
    Customer.objects.all().delete()
    ErasureRecord.objects.all().delete()
    for who in "abc":
        fakes.make_customer(store, who)
    Customer.objects.update(created_at=fakes.NOON)
    kept = backup(store)
    for number, (step, who) in enumerate(steps):
        found = Customer.objects.filter(external_id=who).first()
        if step == "return":
            choose(store=store, external_id=who, choices={"marketing": True}, source="test")
        elif found:
            erase_customer(customer=found, now=NOW + timedelta(days=number))
    erased = {who for who in "abc" if is_erased(store=store, external_id=who)}
    touched = {who for step, who in steps if step == "erase"}
    exported = [read_erasure(entry, store=store) for entry in exported_erasures(store=store)]
    Customer.objects.all().delete()
    restore(kept)
    for _again in range(2):
        done = replay_erasures(store=store, erasures=exported)
        assert done.left == 0
        assert ids() == set("abc") - touched
        assert {who for who in "abc" if is_erased(store=store, external_id=who)} == erased


def test_customers_are_looked_for_in_batches(store, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("loyalty_ai.privacy.bulk.BATCH", 10)
    assert BATCH > 1000
    Customer.objects.bulk_create(Customer(store=store, external_id=f"C{n}") for n in range(35))
    with django_assert_max_num_queries(25):
        assert replay_erasures(store=store).left == 0
