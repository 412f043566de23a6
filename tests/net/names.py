#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A web server under several addresses, which says under which one it was asked.

names.py PORT NAME=ADDRESS...
"""
import http.server
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections
    wbufsize = -1  # an answer is one segment: nobody waits for the rest of it

    def do_GET(self):
        body = f"{self.server.name}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # Who only looks whether we are there does not take its leave.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    port = int(sys.argv[1])
    for word in sys.argv[2:]:
        name, address = word.split("=")
        server = Server((address, port), Handler)
        server.name = name
        threading.Thread(target=server.serve_forever).start()


main()
