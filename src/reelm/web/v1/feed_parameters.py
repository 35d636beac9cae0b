"""`/feed/parameters`: what the feed goes by."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from reelm.web.depends import InCell, Now

router = APIRouter(tags=["feed"])


class ModelView(BaseModel):
    id: str
    made_at: datetime


class WeightView(BaseModel):
    head: str
    weight: float


class SourceView(BaseModel):
    """`share` of what was shown in the last day, of 1."""

    source: str
    share: float


class RuleView(BaseModel):
    rule: str
    value: int


class ExplorationView(BaseModel):
    """The least and the largest part of a page, of 1, that is for clips few people have seen."""

    least: float
    most: float


class FeedParameters(BaseModel):
    """The weights in force: of a trained model's estimates, or of plain facts where `model` is null."""

    model: ModelView | None
    weights: list[WeightView]
    sources: list[SourceView]
    rules: list[RuleView]
    exploration: ExplorationView


@router.get("/feed/parameters")
async def get_parameters(cell: InCell, now: Now) -> FeedParameters:
    """The main parameters of the feed (Regulation (EU) 2022/2065, Art. 27 and 38). For everybody."""
    told = await cell.feed.parameters(now)
    return FeedParameters(
        model=ModelView(id=told.model[0], made_at=told.model[1]) if told.model else None,
        weights=[WeightView(head=head, weight=weight) for head, weight in told.weights.items()],
        sources=[SourceView(source=source, share=share) for source, share in told.sources.items()],
        rules=[RuleView(rule=rule, value=value) for rule, value in told.rules.items()],
        exploration=ExplorationView(least=told.least_explored, most=told.most_explored),
    )
