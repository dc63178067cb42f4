"""Serves a video file over RTSP, in a loop, without re-encoding. Prints the port; ends when its standard input closes.

usage: rtsp-server.py FILE [none|basic|digest]      path /live, user viewer, password s3cret!pass
"""
import sys
import threading

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstRtsp', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
path, auth = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else 'none'
server = GstRtspServer.RTSPServer()
server.set_address('127.0.0.1')
server.set_service('0')
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f'( filesrc location="{path}" ! qtdemux ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=1 )')
factory.set_shared(True)

if auth != 'none':
    guard = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string('media.factory.role', 'viewer')
    if auth == 'basic':
        guard.add_basic(GstRtspServer.RTSPAuth.make_basic('viewer', 's3cret!pass'), token)
        guard.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
    else:
        guard.add_digest('viewer', 's3cret!pass', token)
        guard.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    server.set_auth(guard)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role('viewer', 'media.factory.access', True)
    permissions.add_permission_for_role('viewer', 'media.factory.construct', True)
    factory.set_permissions(permissions)

server.get_mount_points().add_factory('/live', factory)
server.attach(None)
loop = GLib.MainLoop()
threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
print(server.get_bound_port(), flush=True)
loop.run()
