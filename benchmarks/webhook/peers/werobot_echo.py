"""WeRoBot's echo under tornado, sessions off: parses, answers the same words, stores nothing."""

from __future__ import annotations

import logging
import sys

from werobot import WeRoBot

if __name__ == "__main__":
    port, path, token, app_id, aes_key = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    robot = WeRoBot(token=token, app_id=app_id, encoding_aes_key=aes_key)
    robot.config["SESSION_STORAGE"] = False
    robot.config["APP_ID"], robot.config["ENCODING_AES_KEY"] = app_id, aes_key

    @robot.text  # type: ignore[untyped-decorator]
    def echo(message: object) -> str:
        return str(message.content)  # type: ignore[attr-defined]

    from tornado.httpserver import HTTPServer
    from tornado.ioloop import IOLoop
    from tornado.web import Application
    from werobot.contrib.tornado import make_handler

    HTTPServer(Application([(path, make_handler(robot))])).listen(int(port), "127.0.0.1")
    IOLoop.current().start()
