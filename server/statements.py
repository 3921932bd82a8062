"""A seller's monthly statement as CSV, behind a signed link that expires."""

import csv
import io

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import Response

from server.errors import refuse
from server.links import SignedLinks
