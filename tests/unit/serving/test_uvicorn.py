"""The names of uvicorn, httptools and websockets that the protocols rely on though nobody promises them."""

import ast
import inspect

import httptools
import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.server import ServerProtocol

from gateway.serving.http_protocol import GuardedHttp
from gateway.serving.websocket_protocol import GuardedWebSocket
from tests.architecture.source import ROOT

HTTP = """
    connection_made connection_lost data_received pause_writing resume_writing shutdown
    on_message_begin on_url on_header on_headers_complete on_body on_message_complete on_response_complete
    handle_websocket_upgrade _should_upgrade _start_asgi_task _unset_keepalive_if_required
    config cycle pipeline parser headers url transport client
"""
WEBSOCKET = """
    connection_made connection_lost data_received pause_writing resume_writing shutdown
    handle_events handle_cont send_receive_event_to_app handle_parser_exception keepalive_timeout stop_keepalive
    conn queue frames curr_msg_data_type handshake_initiated close_sent disconnected close_timer read_paused writable
    transport loop config
"""
CASES = {
    HttpToolsProtocol: HTTP,
    WebSocketsSansIOProtocol: WEBSOCKET,
    RequestResponseCycle: "response_started response_complete disconnected message_event keep_alive",
    FlowControl: "pause_reading resume_reading",
    ServerProtocol: "events state send_close data_to_send receive_data",
    uvicorn.Server: "startup lifespan server_state servers started should_exit force_exit capture_signals serve",
    httptools.HttpRequestParser: "feed_data get_method get_http_version should_upgrade set_dangerous_leniencies",
}


@pytest.mark.parametrize(("owner", "names"), CASES.items(), ids=[owner.__name__ for owner in CASES])
def test_a_name_that_we_rely_on_is_still_there(owner: type, names: str) -> None:
    assigned = _assigned_names(owner)
    assert [name for name in names.split() if not hasattr(owner, name) and name not in assigned] == []


@pytest.mark.parametrize(
    ("ours", "theirs", "names"),
    [(GuardedHttp, HttpToolsProtocol, HTTP), (GuardedWebSocket, WebSocketsSansIOProtocol, WEBSOCKET)],
    ids=["HTTP", "WebSocket"],
)
def test_what_we_override_is_on_the_list(ours: type, theirs: type, names: str) -> None:
    overridden = {name for name, value in vars(ours).items() if inspect.isfunction(value) and hasattr(theirs, name)}
    assert overridden - set(names.split()) == set()


def test_uvicorn_is_allowed_in_one_minor_version_alone() -> None:
    minor = uvicorn.__version__.split(".")[1]
    assert f'"uvicorn[standard]>=0.{minor},<0.{int(minor) + 1}"' in (ROOT / "pyproject.toml").read_text("utf-8")


def _assigned_names(owner: type) -> set[str]:
    """Attributes that its methods, or those of its bases, assign to `self`."""
    found: set[str] = set()
    for one in owner.__mro__[:-1]:
        try:
            tree = ast.parse(inspect.getsource(one))
        except (OSError, TypeError):  # Compiled.
            continue
        targets = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        found |= {node.attr for node in targets if isinstance(node.value, ast.Name) and node.value.id == "self"}
    return found
