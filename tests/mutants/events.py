"""Breakages between a webhook's bytes and the row that it changes."""

from tests.mutants.mutant import Mutant

INBOX = "gateway/services/inbox.py"
SIGNATURE = "gateway/stripe_api/signature.py"
RECORDER = "gateway/services/recording/recorder.py"
PROJECTION = "gateway/services/recording/projection.py"
_INBOX_TESTS = "tests/integration/services/test_inbox.py::test_"
_SIGNATURE_TESTS = "tests/unit/stripe_api/test_signature.py::test_"
_REFUSED = "tests/integration/rest/test_refused_by_the_database.py"

MUTANTS = (
    Mutant(
        "a webhook is acknowledged before it is stored",
        INBOX,
        "        stored = await self._stored(event, text)\n",
        "        __import__('asyncio').ensure_future(self._stored(event, text))\n"
        "        stored = _Stored(Receipt.STORED)\n",
        (_REFUSED,),
    ),
    Mutant(
        "the webhook route acknowledges what the database refused",
        "gateway/webhooks/router.py",
        "    except errors.InvalidSignature:\n",
        "    except errors.ServiceUnavailable:\n        return Response(b'{}')\n    except errors.InvalidSignature:\n",
        (_REFUSED,),
    ),
    Mutant(
        "the inbox acknowledges what the database refused",
        INBOX,
        "        except GatewayError:\n            raise\n        except Exception as error:\n"
        '            log.exception("An event could not be applied; it is kept."',
        "        except GatewayError:\n            return _Stored(Receipt.IGNORED)\n"
        "        except Exception as error:\n"
        '            log.exception("An event could not be applied; it is kept."',
        (_REFUSED,),
    ),
    Mutant(
        "any refused insert counts as an event that is stored already",
        INBOX,
        "if not await self._database.read(lambda connection: events.is_stored(connection, event.id)):",
        "if False:",
        (_REFUSED,),
    ),
    Mutant(
        "an event that cannot be applied is acknowledged and lost",
        INBOX,
        "            return await self._kept_as_failed(event, text, error)\n",
        "            return _Stored(Receipt.STORED)\n",
        (_INBOX_TESTS + "an_event_that_cannot_be_applied_is_kept_and_tried_again",),
    ),
    Mutant(
        "an event delivered twice is stored twice",
        "gateway/services/recording/events.py",
        '        "id": event.id,\n',
        "        \"id\": __import__('uuid').uuid4().hex,\n",
        (_INBOX_TESTS + "a_second_delivery_of_an_event_changes_nothing",),
    ),
    Mutant(
        "an event that came before its intent was known is forgotten",
        RECORDER,
        "        if change.reveals:\n",
        "        if False:\n",
        (_INBOX_TESTS + "an_event_without_our_marker_waits_until_a_session_reveals_its_intent",),
    ),
    Mutant(
        "an event is stored as nobody's while its intent is being revealed",
        "gateway/services/recording/rows.py",
        'if connection.capabilities.dialect == "postgres":',
        "if False:",
        (_INBOX_TESTS + "an_early_event_stored_while_its_intent_is_revealed_is_not_forgotten",),
        on_postgres=True,
    ),
    Mutant(
        "events of the other mode are applied",
        "gateway/services/recording/events.py",
        " or event.livemode != ours.livemode",
        "",
        (_INBOX_TESTS + "an_event_of_the_other_mode_is_kept_ignored_and_counted",),
    ),
    Mutant(
        "a session that only bears the marker links a row",
        "gateway/services/recording/rows.py",
        'return row.session_id is not None or moment(session, "expires_at") == row.parameters.get("expires_at")',
        "return True",
        ("tests/integration/services/test_copied_markers.py",),
    ),
    Mutant(
        "a wrong signature is accepted",
        INBOX,
        "if verdict is not SignatureVerdict.AUTHENTIC:",
        "if verdict is SignatureVerdict.MALFORMED:",
        (_INBOX_TESTS + "what_is_not_proven_to_be_stripes_is_refused_and_not_stored",),
    ),
    Mutant(
        "a signature may come from the future",
        SIGNATURE,
        "abs(now - timestamp) <= TOLERANCE_SECONDS",
        "now - timestamp <= TOLERANCE_SECONDS",
        (_SIGNATURE_TESTS + "a_right_signature_of_another_time_is_a_matter_of_the_timestamp",),
    ),
    Mutant(
        "only the first of several webhook secrets is tried",
        SIGNATURE,
        "for secret in secrets)",
        "for secret in secrets[:1])",
        (_SIGNATURE_TESTS + "while_secrets_rotate_either_of_them_verifies",),
    ),
    Mutant(
        "forged webhooks cost their sender nothing",
        "gateway/webhooks/router.py",
        "        announce(request.scope, await services.admission.admit(address))\n",
        "        announce\n",
        ("tests/unit/rest/test_webhook.py",),
    ),
    Mutant(
        "a change is published inside the transaction",
        RECORDER,
        "        return await work(recording), recording\n",
        "        result = await work(recording)\n        await self._publish(recording)\n"
        "        return result, Recording(connection, self._keys)\n",
        ("tests/integration/services/test_publishing.py",),
    ),
    Mutant(
        "a change is published to nobody",
        RECORDER,
        "await self._hub.publish(change.payment_id, version=change.version)",
        "pass",
        ("tests/integration/services/test_watch.py::test_a_doorbell_is_heard_long_before_the_sweep",),
    ),
    Mutant(
        "a visible change does not raise the version",
        PROJECTION,
        'columns |= {"version": row.version + 1, "updated_at": now}',
        'columns |= {"updated_at": now}',
        ("tests/integration/services/test_afterwards.py::test_each_visible_change_is_one_link_of_the_chain",),
    ),
    Mutant(
        "the version grows without a visible change",
        PROJECTION,
        "is_visible = was != seen",
        "is_visible = True",
        (_INBOX_TESTS + "the_same_fact_reported_by_other_events_is_one_change",),
    ),
    Mutant(
        "an event writes the status itself",
        INBOX,
        "    learned = learned_from_session(event.object) if",
        "    from gateway.models import Payment\n"
        "    await Payment.filter(id=placed.payment_id).using_db(recording.connection).update(status='paid')\n"
        "    learned = learned_from_session(event.object) if",
        ("tests/architecture/test_one_recorder.py",),
    ),
    Mutant(
        "a final status is kept although money came late",
        PROJECTION,
        '"status": str(seen.status),',
        '"status": row.status if row.is_final else str(seen.status),',
        ("tests/integration/services/test_write_off.py::test_late_money_still_makes_it_paid_and_is_on_the_desk",),
    ),
    Mutant(
        "a line of the history does not carry the hash of the one before",
        "gateway/services/recording/history.py",
        "previous = last[0][0] if last else GENESIS",
        "previous = GENESIS",
        ("tests/integration/services/test_afterwards.py::test_each_visible_change_is_one_link_of_the_chain",),
    ),
    Mutant(
        "a new version leaves no line of history",
        PROJECTION,
        "    if version != row.version:\n",
        "    if False:\n",
        ("tests/integration/services/test_afterwards.py::test_each_visible_change_is_one_link_of_the_chain",),
    ),
    Mutant(
        "the database lets the history be rewritten",
        "migrations/sqlite/1_*_append_only.py",
        'BEFORE UPDATE ON "status_change"\nBEGIN',
        'BEFORE UPDATE OF "id" ON "status_change"\nBEGIN',
        ("tests/integration/operations/test_append_only.py::test_sqlite_refuses_to_rewrite",),
    ),
    Mutant(
        "nobody notices that a trigger is missing",
        "gateway/models/guards.py",
        "return [name for name in names if name not in found]",
        "return []",
        ("tests/integration/operations/test_invariants.py::test_missing_triggers_are_found",),
    ),
)
