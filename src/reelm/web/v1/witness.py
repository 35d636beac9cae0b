"""`/witness`: we vouch for other logs, as C2SP tlog-witness has it. The signer decides; here only bytes pass."""

from fastapi import APIRouter, Request, Response

from reelm import ledger
from reelm.web.depends import InCell
from reelm.web.problems import problems
from reelm.web.refusals import BodyTooLarge, PageNotFound

router = APIRouter(prefix="/witness", tags=["trust"])
LIMIT_BYTES = 64 * 1024


@router.post("/add-checkpoint", response_class=Response, responses=problems(BodyTooLarge, ledger.SignerNotAnswering))
async def post_add_checkpoint(request: Request, cell: InCell) -> Response:
    """Cosign a checkpoint of a log that this realm is a witness for, once it is shown to extend the last."""
    body = await request.body()
    if len(body) > LIMIT_BYTES:
        raise BodyTooLarge(limit_bytes=LIMIT_BYTES)
    answer = await cell.signer.cosign(body)
    return Response(answer.body, answer.status, {"Content-Type": answer.content_type})


@router.get(
    "/{origin_hash}/checkpoint", response_class=Response, responses=problems(PageNotFound, ledger.SignerNotAnswering)
)
async def get_witnessed(origin_hash: str, cell: InCell) -> Response:
    """The newest checkpoint that was cosigned here of the log whose origin has this SHA-256, in hex."""
    note = await cell.signer.find_witnessed(origin_hash)
    if note is None:
        raise PageNotFound
    return Response(note, headers={"Cache-Control": "no-cache"}, media_type="text/plain; charset=utf-8")
