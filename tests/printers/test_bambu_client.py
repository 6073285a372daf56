"""The Bambu Lab client on one good connection, against a printer of our own."""

import asyncio
import json
import threading

import pytest

from custom_components.printernizer.core.snapshot import (
    NOTHING_REMEMBERED,
    Activity,
    Outcome,
)
from custom_components.printernizer.printers.bambu_lab import Timing, WrongSerial
from custom_components.printernizer.printers.base import PrinterUnreachable
from tests.peers.bambu import A1, H2D, MODELS, P1P_OLD, P1S, X1_OLD, BambuPeer, Model

from .bambu_support import QUICK, client_of, listening, running


@pytest.mark.parametrize("name", MODELS)
async def test_identify_tells_model_and_firmware(name: str) -> None:
    """Newer firmware names the product, older one the project's code."""
    model = MODELS[name]
    async with running(BambuPeer(model)) as peer:
        client = client_of(peer)
        who = await client.identify()
        await client.close()
    assert who.unique_id == peer.serial_number
    assert who.firmware == model.firmware
    assert who.model and who.model.startswith(name[:2].upper())
    assert who.manufacturer == "Bambu Lab"
    assert peer.broker.goodbyes == 1


async def test_identify_accepts_a_printer_that_answers_no_request() -> None:
    """Reports under the serial number prove it; the model stays unknown."""
    async with running(BambuPeer(report_s=0.05)) as peer:
        peer.misbehave.is_deaf = True
        client = client_of(peer)
        who = await client.identify()
        await client.close()
    assert who.unique_id == peer.serial_number
    assert who.model is None


async def test_wrong_serial_hears_nothing() -> None:
    """A pinned certificate cannot tell a wrong serial number in the topics."""
    peer = BambuPeer(topic_serial="01P00A000000002", report_s=0.05)
    async with running(peer):
        with pytest.raises(WrongSerial) as caught:
            await client_of(peer).identify()
    assert caught.value.key == "wrong_serial"


async def test_refused_subscription_is_a_wrong_serial() -> None:
    """A broker may refuse a topic that is not its own."""
    async with running(BambuPeer()) as peer:
        peer.misbehave.refuses_topic = True
        with pytest.raises(WrongSerial):
            await client_of(peer).identify()


@pytest.mark.parametrize("name", MODELS)
async def test_print_from_start_to_finish(name: str) -> None:
    """Every model's print is followed with its own name and readings."""
    peer = BambuPeer(MODELS[name], report_s=0.05)
    async with running(peer), listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        true = peer.start_print("Würfel.gcode.3mf", duration_s=60)
        await heard.until(lambda one: one.title == "Würfel")
        peer.pause()
        await heard.activity(Activity.PAUSED)
        peer.resume()
        peer.finish()
        ended = await heard.activity(Activity.ENDED)
    assert heard.activities == [
        Activity.IDLE,
        Activity.PRINTING,
        Activity.PAUSED,
        Activity.PRINTING,
        Activity.ENDED,
    ]
    assert ended.outcome is Outcome.COMPLETED
    assert (ended.print_id, ended.title) == (true.print_id, "Würfel")
    assert ended.progress == 100
    running_one = heard.snapshots[-2]
    assert running_one.telemetry.nozzle_c == 220
    assert running_one.telemetry.bed_target_c == 60


async def test_late_names_are_marked_as_such() -> None:
    """A P1 begins under the name of the print before (document 4.3, O3)."""
    async with running(BambuPeer(P1S)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("eins.3mf")
        peer.finish()
        await heard.activity(Activity.ENDED)
        peer.start_print("zwei.3mf", prepares=True)
        begun = await heard.activity(Activity.PREPARING)
        peer.heat_up()
        named = await heard.until(lambda one: one.title == "zwei")
    assert begun.title == "eins"
    assert begun.late_identity and named.late_identity
    assert named.activity is Activity.PREPARING


async def test_only_the_first_snapshot_of_a_connection_is_broken() -> None:
    """What follows comes over the same line."""
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("a.3mf")
        await heard.activity(Activity.PRINTING)
        peer.drop()
        count = len(heard.snapshots)
        await heard.until(lambda one: not one.unbroken, after=count)
        peer.pause()
        await heard.activity(Activity.PAUSED)
    broken = [one.unbroken for one in heard.snapshots]
    assert broken.count(False) == 2
    assert broken[0] is False


async def test_cancel_code_of_an_instant_is_delivered() -> None:
    """The code stands for about two seconds, then 0; FAILED follows (C2)."""
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("a.3mf")
        peer.cancel()
        ended = await heard.activity(Activity.ENDED)
    assert any(
        one.cancelling and one.activity is Activity.PRINTING for one in heard.snapshots
    )
    assert ended.outcome is Outcome.CANCELLED


async def test_cancel_that_leads_to_idle_is_an_end() -> None:
    """Reported for P1: IDLE without FAILED (HAB 176)."""
    async with (
        running(BambuPeer(P1P_OLD)) as peer,
        listening(client_of(peer)) as heard,
    ):
        await heard.activity(Activity.IDLE)
        peer.start_print("a.3mf")
        peer.cancel()
        ended = await heard.activity(Activity.ENDED)
        assert (ended.outcome, ended.title) == (Outcome.CANCELLED, "a")
        peer.start_print("b.3mf")
        again = await heard.until(lambda one: one.title == "b")
    assert not again.cancelling


async def test_failure_tells_the_code() -> None:
    """The reason is the code as the vendor prints it."""
    async with running(BambuPeer(A1)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("a.3mf")
        peer.fail(0x03008003)
        ended = await heard.activity(Activity.ENDED)
    assert (ended.outcome, ended.reason) == (Outcome.FAILED, "0300-8003")


async def test_calibration_is_a_system_print() -> None:
    """Built-in files lie under /usr."""
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.calibrate()
        assert (await heard.activity(Activity.PRINTING)).system


async def test_works_from_deltas_alone() -> None:
    """A pushall that is never answered (P1P beta 1.5.4.7, HAB 530)."""
    async with running(BambuPeer(report_s=0.05)) as peer:
        peer.misbehave.hides_full = True
        async with listening(client_of(peer)) as heard:
            first = await heard.activity(Activity.NO_NEWS)
            peer.start_print("a.3mf")
            begun = await heard.activity(Activity.PRINTING)
        assert first.message is None
        assert begun.activity is Activity.PRINTING
        assert peer.asked["pushall"] == 1


async def test_pushall_is_asked_again_after_its_time_only() -> None:
    """It makes a P1 lag: once a connection, then every five minutes at most."""
    timing = Timing(full_s=0.1, pushall_s=0.3, quiet_s=0.05)
    async with running(BambuPeer(report_s=0.02)) as peer:
        peer.misbehave.hides_full = True
        async with listening(client_of(peer, timing=timing)) as heard:
            await heard.activity(Activity.NO_NEWS)
            assert peer.asked["pushall"] == 1
            peer.misbehave.hides_full = False
            await heard.activity(Activity.IDLE)
            assert peer.asked["pushall"] == 2
            begun = asyncio.get_running_loop().time()
            await heard.until(lambda _: asyncio.get_running_loop().time() > begun + 0.5)
        assert peer.asked["pushall"] == 2


async def test_requests_have_qos_1_and_change_nothing() -> None:
    """A busy printer ignores QoS 0."""
    async with running(BambuPeer()) as peer:
        async with listening(client_of(peer)) as heard:
            await heard.activity(Activity.IDLE)
            assert peer.qos == {1}
        assert set(peer.asked) == {"pushall", "get_version"}


async def test_each_client_listens_to_the_reports_alone() -> None:
    """Under an id of its own, without a past; a P1 drops who asks for requests."""
    async with running(BambuPeer()) as peer:
        clients = [client_of(peer), client_of(peer)]
        for client in clients:
            await client.look(NOTHING_REMEMBERED)
        seen = list(peer.broker.clients)
        assert all(one.is_clean for one in seen)
        assert [one.topics for one in seen] == [
            {f"device/{peer.serial_number}/report"}
        ] * 2
        assert len({one.client_id for one in seen}) == 2
        for client in clients:
            await client.close()


async def test_first_look_takes_over_the_connection_of_the_identity() -> None:
    """A printer has few places, and frees some of them late."""
    async with running(BambuPeer()) as peer:
        client = client_of(peer)
        await client.identify()
        assert (await client.look(NOTHING_REMEMBERED)).activity is Activity.IDLE
        assert (await client.identify()).model == "P1S"
        assert peer.logins == 1
        await client.close()
        assert peer.broker.goodbyes == 1


async def test_connection_of_the_identity_that_breaks_is_opened_anew() -> None:
    """The first look goes on as after any lost connection."""
    async with running(BambuPeer()) as peer:
        client = client_of(peer)
        await client.identify()
        peer.drop()
        async with listening(client) as heard:
            await heard.activity(Activity.IDLE)
        assert peer.logins == 2


async def test_look_opens_the_connection_and_listen_shares_it() -> None:
    """One place at the printer is all that we take."""
    async with running(BambuPeer()) as peer:
        client = client_of(peer)
        assert (await client.look(NOTHING_REMEMBERED)).activity is Activity.IDLE
        async with listening(client) as heard:
            shared = await heard.activity(Activity.IDLE)
            assert (await client.identify()).unique_id == peer.serial_number
            await client.look(NOTHING_REMEMBERED)
        assert shared.unbroken
        assert (peer.logins, peer.broker.goodbyes) == (1, 1)
        assert not peer.broker.clients


async def test_identity_of_a_printer_that_is_away_takes_no_place() -> None:
    """Its certificate will tell who it is, on the connection that is tried anyway."""
    peer = BambuPeer()
    async with running(peer):
        client = client_of(peer)
    async with listening(client):
        with pytest.raises(PrinterUnreachable):
            await client.look(NOTHING_REMEMBERED)
        assert (await client.identify()).unique_id == peer.serial_number


async def test_end_that_another_print_follows_before_anybody_listens_is_told() -> None:
    """A set-up takes its time: what is told meanwhile is handed over in order."""
    async with running(BambuPeer(X1_OLD)) as peer:
        client = client_of(peer)
        await client.identify()
        peer.start_print("a.3mf")
        peer.finish()
        peer.start_print("b.3mf")
        first = await client.look(NOTHING_REMEMBERED)
        async with listening(client) as heard:
            await heard.until(lambda one: one.title == "b")
    assert not first.unbroken
    seen = [first, *heard.snapshots]
    (ended,) = (one for one in seen if one.activity is Activity.ENDED)
    assert (ended.title, ended.outcome) == ("a", Outcome.COMPLETED)
    assert all(one.unbroken for one in heard.snapshots)


async def test_close_leaves_nothing_behind() -> None:
    """No task, no thread, no socket; afterwards it does not open again."""
    before = threading.active_count()
    tasks = asyncio.all_tasks()
    async with running(BambuPeer()) as peer:
        client = client_of(peer)
        await client.look(NOTHING_REMEMBERED)
        await client.close()
        assert not [one for one in threading.enumerate() if "paho" in one.name]
        with pytest.raises(PrinterUnreachable):
            await client.look(NOTHING_REMEMBERED)
    assert asyncio.all_tasks() == tasks
    # The loop's executor keeps its threads.
    assert threading.active_count() <= before + 6


async def test_progress_is_throttled_but_not_lost() -> None:
    """A hundred reports a second, and the last of them is told."""
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("a.3mf")
        await heard.until(lambda one: one.title == "a")
        count = len(heard.snapshots)
        for number in range(100):
            peer.say(mc_percent=number)
        await heard.until(lambda one: one.progress == 99)
        assert len(heard.snapshots) - count < 20


async def test_start_time_of_an_old_x1_only_where_it_can_be_true() -> None:
    """It is reused from the job before, and "0" after a restart."""
    async with running(BambuPeer(X1_OLD)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        true = peer.start_print("a.3mf")
        begun = await heard.activity(Activity.PRINTING)
        assert begun.start_time is not None
        assert abs((begun.start_time - true.started_at).total_seconds()) < 2
        peer.say(gcode_start_time="99999999999")
        await heard.until(lambda one: one.start_time is None)


async def test_local_print_has_no_strong_id() -> None:
    """H2D counts its local prints in task_id: ("9012", "")."""
    async with running(BambuPeer(H2D)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("a.3mf", is_cloud=False)
        begun = await heard.activity(Activity.PRINTING)
    assert (begun.print_id, begun.filename) == (None, "a")


@pytest.mark.parametrize("model", [P1S, X1_OLD], ids=["deltas", "full"])
async def test_a_lagging_loop_loses_no_state(model: Model) -> None:
    """While the loop stands still, quiet reports merge and states queue up."""
    async with running(BambuPeer(model)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("a.3mf")
        for number in range(300):
            peer.say(mc_percent=number % 100)
        peer.cancel()
        ended = await heard.activity(Activity.ENDED)
    assert ended.outcome is Outcome.CANCELLED
    assert any(one.cancelling for one in heard.snapshots)


async def test_names_of_foreign_letters_and_blanks() -> None:
    """Names hold any Unicode and trailing blanks (dumps of P2S and H2C)."""
    async with running(BambuPeer(H2D)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("► Würfel – 55 mm .3mf")
        begun = await heard.activity(Activity.PRINTING)
    assert begun.title == "► Würfel – 55 mm"


async def test_a_receiver_that_fails_does_not_end_the_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The error is logged, the next snapshot comes."""
    async with running(BambuPeer()) as peer:
        client = client_of(peer)
        told = asyncio.Event()
        count = 0

        def fails_once(_: object) -> None:
            nonlocal count
            count += 1
            if count == 1:
                raise ZeroDivisionError
            told.set()

        task = asyncio.create_task(client.listen(fails_once))
        await client.look(NOTHING_REMEMBERED)
        peer.start_print("a.3mf")
        await asyncio.wait_for(told.wait(), 5)
        task.cancel()
        await asyncio.wait({task})
        await client.close()
    assert "could not be used" in caplog.text
    assert json.dumps(peer.access_code) not in caplog.text


def test_default_timing_is_that_of_the_document() -> None:
    """60 s of silence, pushall every 5 minutes, 10 s for the full report."""
    timing = Timing()
    assert (timing.silence_s, timing.pushall_s, timing.full_s) == (60, 300, 10)
    assert QUICK.silence_s == timing.silence_s
