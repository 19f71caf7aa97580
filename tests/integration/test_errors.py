# SPDX-License-Identifier: ISC
"""What the server may answer, and what xencon says then: text, hint and exit status of each."""
import json

import pytest

import sim
from sim import http

from outcome import HELLO, assert_failed, assert_logged_out, await_call, calls

LOGIN = "session.login_with_password"
FIND_VM = "VM.get_all_records_where"
FIND_CONSOLE = "console.get_all_records_where"
CALLS = (LOGIN, FIND_VM, FIND_CONSOLE)
STALE = 'Db_exn.Read_missing_uuid("console", "", "5a11f00d-0000-4000-8000-000000000000")'


@pytest.fixture
def vm(pool):
    return pool.add_vm("web01", backend=sim.Source(HELLO))


@pytest.fixture
def spoil(pool, vm):
    """Makes the pool misbehave once, or always (times=None)."""
    def add(stage, action, **params):
        return pool.faults.add(sim.Fault(stage, action, **params))
    return add


REFUSALS = {
    "401": (http.page("401 Unauthorised", "<h1>HTTP 401 unauthorised</h1>Please check."),
            4, ["refuses the session for the console of \"web01\"", "run xencon again"]),
    "403": (http.forbidden(), 4, ["forbids the console of \"web01\"", "role vm-operator"]),
    "404": (http.bare("404 Not Found"), 6, ["the console of \"web01\" is not there", "restart"]),
    "408": (http.request_timeout(), 1, ["gave up waiting for our request",
                                        "Timed out waiting for the request", "try again"]),
    "431": (http.head_too_large(), 1, ["our request is too long",
                                       "Exceeded the maximum header size"]),
    "500": (http.internal_error("Console.Failure"), 6,
            ["cannot open the console of \"web01\": Console.Failure", "try again in a moment"]),
    "500 in words": (http.internal_error('Failure("no <such> "thing" & more")'), 6,
                     ['Failure("no <such> "thing" & more")']),
    "500 without a page": (http.bare("500 Internal Error"), 6, ["Internal Error"]),
    "501": (http.not_implemented(http.Request(b"CONNECT /console HTTP/1.1\r\n\r\n")), 1,
            ["answered the request for the console with 501", "CONNECT not supported"]),
    "302": (http.bare("302 Found"), 1, ["answered the request for the console with 302: Found"]),
    "503": (http.limit_exceeded(http.Request(b"CONNECT / HTTP/1.1\r\n\r\n"), ["eve"], "a"), 6,
            ["the console of \"web01\" is taken", "User 'eve' is currently connected",
             "limit_console_sessions"]),
}


@pytest.mark.parametrize("reply, status, says", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refused_connect(reply, status, says, pool, xencon, spoil):
    spoil("connect", "garble", times=None, data=bytes(reply))
    assert_failed(xencon.run("web01"), status, *says, pool=pool)


def test_a_refusal_names_the_server(pool, xencon, spoil):
    for reply, _, _ in REFUSALS.values():
        if b" 503 " in bytes(reply):
            continue
        fault = spoil("connect", "garble", times=None, data=bytes(reply))
        done = xencon.run("web01")
        assert f"127.0.0.1:{pool.coordinator.port}" in done.stderr
        fault.times = 0


def test_a_body_that_breaks_off_does_not_hide_the_status(pool, xencon, spoil):
    reply = http.forbidden()
    spoil("connect", "garble", data=bytes(reply)[:-20])
    done = xencon.run("web01")
    assert_failed(done, 4, "forbids the console", pool=pool)


def test_a_session_that_ended_before_connect(pool, xencon, spoil):
    spoil("connect", "expire")
    assert_failed(xencon.run("web01"), 4, "refuses the session for the console of \"web01\"",
                  "Please check your credentials", pool=pool)


@pytest.mark.parametrize("call", [FIND_VM, FIND_CONSOLE])
def test_a_session_that_ended_amid_the_calls(call, pool, xencon, spoil):
    spoil("rpc", "expire", method=call)
    assert_failed(xencon.run("web01"), 4, "has ended the session", "run xencon again", pool=pool)


def test_a_role_that_is_not_enough(pool, xencon, vm):
    pool.add_user("eve", "secret", role="read-only")
    assert_failed(xencon.run("-u", "eve", vm.name), 4, "forbids the console of \"web01\"",
                  "role vm-operator", pool=pool)


def test_a_user_without_any_role(pool, xencon, vm):
    pool.add_user("eve", "secret", role=None)
    done = xencon.run("-u", "eve", vm.name)
    assert_failed(done, 4, "\"eve\"", ": Subject eve has no access rights in this pool\n",
                  "administrator", pool=pool)
    assert "identifier" not in done.stderr and "User-Agent" not in done.stderr


def test_a_wrong_password(pool, make_xencon, vm):
    done = make_xencon(pool, password="wrong").run(vm.name)
    assert_failed(done, 4, f"127.0.0.1:{pool.coordinator.port} does not let \"root\" in",
                  "wrong user name or password", pool=pool, password="\"wrong\"")
    assert calls(pool) == [LOGIN]


def test_a_console_without_a_backend(pool, xencon, vm):
    vm.console().backend = None
    assert_failed(xencon.run("web01"), 6, "the console of \"web01\" is not there", pool=pool)


def test_a_console_whose_backend_is_dead(pool, xencon):
    pool.add_vm("web02", backend=sim.Dead())
    done = xencon.run("-q", "web02")
    assert_failed(done, 6, "\"web02\"", "closed without a byte", "backend is not answering",
                  pool=pool)


def test_a_machine_that_does_not_run_on_its_host_any_more(pool, xencon, vm):
    vm.power_state = "Halted"
    assert_failed(xencon.run("web01"), 6, "cannot open the console of \"web01\"",
                  "Console.Failure", pool=pool)


def test_a_console_that_is_taken_names_who_has_it(pool, xencon, make_xencon):
    pool.settings.limit_console_sessions = True
    pool.add_vm("web02", backend=sim.Echo())
    first = make_xencon(pool).start("web02")
    await_call(pool, "CONNECT")
    done = xencon.run("web02")
    first.communicate(timeout=60)
    assert_failed(done, 6, "the console of \"web02\" is taken",
                  "User 'root' is currently connected", pool=pool)
    assert first.returncode == 0


def test_a_stale_location_is_looked_up_again(pool, xencon, spoil):
    spoil("connect", "garble", data=bytes(http.internal_error(STALE)))
    done = xencon.run("web01")
    assert done.stdout == HELLO
    assert done.returncode == 0
    wanted = [LOGIN, FIND_VM, FIND_CONSOLE, "CONNECT", FIND_VM, FIND_CONSOLE, "CONNECT"]
    assert calls(pool)[:len(wanted)] == wanted
    assert calls(pool)[len(wanted):] == ["pool.get_all_records", "session.logout"]


def test_a_location_that_stays_stale_is_looked_up_again_for_a_while(pool, xencon, vm):
    vm.console().location = f"{pool.coordinator.url}/console?uuid=5a11f00d"
    done = xencon.run("web01")
    assert_failed(done, 6, "cannot open the console of \"web01\"", "Read_missing_uuid", pool=pool)
    assert 3 <= calls(pool).count("CONNECT") <= 15


FAULTS = {
    "HOST_IS_SLAVE": (["127.0.0.9"], 3, ["127.0.0.9"]),
    "HOST_STILL_BOOTING": ([], 3, ["is still starting up", "try again in a minute"]),
    "HOST_HAS_NO_MANAGEMENT_IP": ([], 3, ["has no management address"]),
    "RBAC_PERMISSION_DENIED": (["VM.get_all", "No permission in user session"], 4,
                               ["role", "does not allow VM.get_all", "No permission",
                                "vm-operator"]),
    "MESSAGE_METHOD_UNKNOWN": (["VM.get_all"], 1, ["does not know the call VM.get_all",
                                                   "XenServer 6.2"]),
    "SESSION_INVALID": (["OpaqueRef:0"], 4, ["has ended the session", "run xencon again"]),
    "SESSION_AUTHORIZATION_FAILED": (["eve", "in no group"], 4, ["\"eve\"", "in no group"]),
    "HANDLE_INVALID": (["VM", "OpaqueRef:0"], 5, ["the VM has just vanished", "try again"]),
    "UUID_INVALID": (["VM", "0-1"], 5, ["no VM", "has the uuid 0-1"]),
    "INTERNAL_ERROR": (["Not_found", "line 2"], 1, ["INTERNAL_ERROR: Not_found, line 2"]),
    "NEW_IN_2030": (["\x1b[31mred", "a\nb"], 1, ["NEW_IN_2030: \\x1b[31mred, a\\x0ab"]),
    "": ([], 1, ["refused"]),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", FAULTS)
def test_a_call_that_fails(code, call, pool, xencon, spoil):
    params, status, says = FAULTS[code]
    spoil("rpc", "error", times=None, method=call, code=code, params=params)
    done = xencon.run("web01")
    # At login a supporter's word is followed: then it is the coordinator that cannot be reached.
    host = "127.0.0.9" if (code, call) == ("HOST_IS_SLAVE", LOGIN) else "127.0.0.1"
    assert_failed(done, status, f"{host}:{pool.coordinator.port}", *says, pool=pool)


def test_a_fault_of_the_older_form(make_pool, make_xencon):
    pool = make_pool(json_rpc=1)
    pool.add_vm("web01", backend=sim.Source(HELLO))
    pool.faults.add(sim.Fault("rpc", "error", method=FIND_VM, code="HOST_STILL_BOOTING"))
    assert_failed(make_xencon(pool).run("web01"), 3, "is still starting up", pool=pool)
    assert make_xencon(pool).run("web01").stdout == HELLO
    assert_logged_out(pool)


def test_a_server_that_knows_no_json(make_pool, make_xencon):
    pool = make_pool(json_rpc=0)
    assert_failed(make_xencon(pool).run("web01"), 1, LOGIN, pool=pool)


NOT_JSON = {
    "html": b"<html>not JSON</html>", "nothing": b"", "a word": b"maybe", "half": b'{"result":{',
    "more behind": b'{"result":{}} {"result":{}}', "NUL": b'{"result":"\x00"}',
    "not UTF-8": b'{"result":"\xff\xfe"}', "depth": b"[" * 100000, "number": b"1" * 5000,
}
NOT_RPC = {
    "array": b"[]", "neither": b'{"a":1}', "error is a word": b'{"error":"no"}',
    "error without words": b'{"error":{"code":1}}', "empty error": b'{"result":null,"error":[]}',
}
WRONG_RESULT = {
    "null": b'{"result":null,"error":null,"id":%d}', "number": b'{"result":7,"id":%d}',
    "list": b'{"result":["a"],"id":%d}', "true": b'{"jsonrpc":"2.0","result":true,"id":%d}',
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("body, says", [
    *((body, "is not JSON") for body in NOT_JSON.values()),
    *((body, "is JSON but not JSON-RPC") for body in NOT_RPC.values()),
    *((body, "not a") for body in WRONG_RESULT.values()),
], ids=[*NOT_JSON, *NOT_RPC, *WRONG_RESULT])
def test_an_answer_that_makes_no_sense(body, says, call, pool, xencon, spoil):
    if says == "not a":
        body = body % (1 + CALLS.index(call))
    spoil("rpc", "not_json", times=None, method=call, body=body)
    done = xencon.run("web01")
    assert_failed(done, 1, says)
    if call != LOGIN:
        assert_logged_out(pool)


RECORDS = {
    "no fields": {}, "null": None, "a list": [], "other types": {
        "uuid": 7, "name_label": None, "power_state": [], "resident_on": {},
        "is_a_template": "no", "location": 1, "protocol": 2},
}


@pytest.mark.parametrize("call", CALLS[1:])
@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS.keys())
def test_records_that_make_no_sense(record, call, pool, xencon, spoil):
    body = json.dumps({"result": {"OpaqueRef:1": record}, "id": 1 + CALLS.index(call)}).encode()
    spoil("rpc", "not_json", times=None, method=call, body=body)
    done = xencon.run("web01")
    assert done.returncode in (1, 5, 6), done.stderr
    assert_failed(done, done.returncode, pool=pool)


@pytest.mark.parametrize("stage", [{"stage": "rpc", "method": LOGIN}, {"stage": "connect"}],
                         ids=["login", "connect"])
def test_an_answer_that_would_drive_the_terminal(stage, xencon, spoil):
    page = b"<h1>\x1b[2J\x9b31m</h1>\xff\x00\x07"
    spoil(action="status", line="404 \x1b[31mred", body=page, times=None, **stage)
    done = xencon.run("-vv", "web01")
    assert done.returncode in (1, 6)
    assert r"\x1b[2J\x9b31m: \xff" in done.stderr
    assert not set(done.stderr) & set("\x1b\x9b\x00\x07\xff")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("line", ["404 Not Found", "500 Internal Error", "302 Found"])
def test_a_call_that_is_answered_with_another_status(line, call, pool, xencon, spoil):
    page = b"<html><body><h1>Oh</h1>no</body></html>"
    spoil("rpc", "status", times=None, method=call, line=line, body=page)
    done = xencon.run("web01")
    assert_failed(done, 1, line[:3], line[4:], "Oh: no", f"127.0.0.1:{pool.coordinator.port}")
    if call != LOGIN:
        assert_logged_out(pool)
