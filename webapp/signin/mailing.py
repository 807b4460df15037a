"""Mail leaves behind the visitor's back.

How long a page takes must not tell whether there was somebody to write to; and a mail server that
hangs keeps nobody waiting.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context

from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)

# Threads start with the first mail, in the process that sends it; a process that ends well waits.
_post = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")


def send(message: EmailMessage) -> Future[None]:
    """Returns at once; what fails is logged, with the request's id and without the mail's text."""
    return _post.submit(copy_context().run, _send, message)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except Exception:
        logger.exception("A mail could not be sent.")
