"""The register of officers for API clients: lists, files, what is entered, workbooks (Arts. 6, 10)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from kernel.work import Work
from tenants.registers import service as registers
from tenants.registers.commands import ExaminationInput as ExaminationEntry
from tenants.registers.commands import OfficerInput as OfficerEntry
from tenants.registers.commands import TrainingInput as TrainingEntry
from tenants.registers.importing import view_of
from tenants.registers.service import ImportView
from tenants.registers.views import OfficerPage, OfficerView
from web.api.shapes import (
    Body,
    Code,
    FileInput,
    Limit,
    Line,
    Prose,
    Version,
    Words,
    command,
    decoded,
    download,
    file_answer,
    read,
)
from web.turns import Req, reading, turn

TAGS = ["执法人员与证件"]
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Hours = Annotated[int, msgspec.Meta(ge=-1000, le=1000)]
Score = Annotated[int, msgspec.Meta(ge=0, le=100)]
Areas = Annotated[list[Code], msgspec.Meta(max_length=10)]


class OfficerInput(Body, frozen=True, kw_only=True):
    """The file of an officer. `citizen_id` is kept encrypted and never given back; in a change, leave it out unless
    it is corrected."""

    name: Line
    employment: Code
    title: Line
    joined_on: date
    citizen_id: Code = ""
    unit: Line = ""
    areas: Areas = []
    phone: Code = ""
    legal_qualification: bool = False
    username: Code = ""
    version: Version | None = None


class LeavingInput(Body, frozen=True, kw_only=True):
    """An officer leaves: his first day out of the post, and why."""

    left_on: date
    reason: Line
    version: Version | None = None


class TransferInput(Body, frozen=True, kw_only=True):
    """An officer moves to another organ on a day."""

    organ_id: UUID
    left_on: date
    reason: Line
    version: Version | None = None


class TrainingInput(Body, frozen=True, kw_only=True):
    """Training that was attended; negative `hours` correct earlier ones, with a `note`."""

    held_on: date
    subject: Line
    provider: Line
    hours: Hours
    note: Prose = ""


class ExaminationInput(Body, frozen=True, kw_only=True):
    """An examination for a certificate: `kind` enforcement or supervision."""

    kind: Code
    held_on: date
    passed: bool
    score: Score | None = None
    note: Prose = ""


class CitizenIdInput(Body, frozen=True):
    """What the citizen id is needed for; it stands in the audit trail of both organs."""

    purpose: Prose


class CitizenId(msgspec.Struct, frozen=True):
    """The citizen id in full."""

    citizen_id: str


class MyFile(msgspec.Struct, frozen=True):
    """The caller's own file; none when nobody keeps one."""

    officer: OfficerView | None


class OfficerHead(msgspec.Struct, frozen=True):
    """What a command answers: the file as it is now. `version` goes into the next command."""

    id: UUID
    name: str
    citizen_mask: str
    joined_on: date
    left_on: date | None
    version: int


async def _head(work: Work, officer_id: UUID) -> OfficerHead:
    await work.session.flush()
    file = await registers.officer(work, officer_id)
    return OfficerHead(file.id, file.name, file.citizen_mask, file.joined_on, file.left_on, file.row_version)


def _entry(data: OfficerInput) -> OfficerEntry:
    values = msgspec.structs.asdict(data)
    values.pop("version")
    return OfficerEntry(**{**values, "areas": tuple(data.areas)})


@read(
    "/officers",
    "listOfficers",
    "执法人员名册",
    TAGS,
    description="tab：active 在册、expiring 即将到期、expired 已过期、suspended 暂扣、left 已离岗。"
    "q：姓名或者证件编号的开头，或者完整身份号码。以 next 作为下一页的 after。",
)
async def list_officers(
    request: Req,
    *,
    tab: FromQuery[str] = "active",
    q: Words = "",
    reach: FromQuery[str] = "own",
    organ_id: FromQuery[UUID | None] = None,
    after: Annotated[str | None, QueryParameter(max_length=500)] = None,
    limit: Limit = 50,
) -> OfficerPage:
    chosen = registers.filter_of(tab, q, reach, organ_id)
    async with reading(request) as work:
        return await registers.list_officers(work, chosen, after, limit)


@read("/officers/counts", "countOfficers", "各状态人数", TAGS, description="每一状态的人数，最多数到 1001。")
async def count_officers(request: Req, reach: FromQuery[str] = "own") -> dict[str, int]:
    chosen = registers.filter_of("active", "", reach, None)
    async with reading(request) as work:
        return {str(tab): count for tab, count in (await registers.count_tabs(work, chosen)).items()}


@download("/officers/export", "exportOfficers", "导出执法人员", TAGS, media_type=WORKBOOK)
async def export_officers(
    request: Req,
    *,
    tab: FromQuery[str] = "active",
    q: Words = "",
    reach: FromQuery[str] = "own",
    organ_id: FromQuery[UUID | None] = None,
) -> Response[bytes]:
    chosen = registers.filter_of(tab, q, reach, organ_id)
    async with reading(request) as work:
        return file_answer(*await registers.export(work, chosen), WORKBOOK)


@read("/officers/mine", "getMyFile", "本人的证件和培训", TAGS)
async def my_file(request: Req) -> MyFile:
    async with reading(request) as work:
        return MyFile(await registers.my_file(work))


@read("/officers/{officer_id:uuid}", "getOfficer", "执法人员档案", TAGS, description="身份号码只显示首尾，查看留痕。")
async def get_officer(request: Req, officer_id: FromPath[UUID]) -> OfficerView:
    async with reading(request) as work:
        return await registers.officer_view(work, officer_id)


@command("/officers", "addOfficer", "新增执法人员", TAGS, OfficerHead, status=201)
async def add_officer(request: Req, data: JSONBody[OfficerInput]) -> Response[bytes]:
    async with turn(request) as t:
        file = await registers.add_officer(t.work, _entry(data))
        location = {"location": f"/api/v1/officers/{file.id}"}
        return t.json(await _head(t.work, file.id), status=201, headers=location)


@command("/officers/{officer_id:uuid}", "changeOfficer", "修改执法人员档案", TAGS, OfficerHead)
async def change_officer(request: Req, officer_id: FromPath[UUID], data: JSONBody[OfficerInput]) -> Response[bytes]:
    async with turn(request) as t:
        await registers.change_officer(t.work, officer_id, _entry(data), version=data.version)
        return t.json(await _head(t.work, officer_id))


@command(
    "/officers/{officer_id:uuid}/leave",
    "recordLeaving",
    "登记执法人员离岗",
    TAGS,
    OfficerHead,
    description="有效和暂扣的证件记为已收回，岗位上的监督证记载随之注销。",
)
async def leave(request: Req, officer_id: FromPath[UUID], data: JSONBody[LeavingInput]) -> Response[bytes]:
    async with turn(request) as t:
        await registers.leave(t.work, officer_id, data.left_on, data.reason, version=data.version)
        return t.json(await _head(t.work, officer_id))


@command("/officers/{officer_id:uuid}/transfer", "transferOfficer", "登记执法人员调动", TAGS, OfficerHead)
async def transfer(request: Req, officer_id: FromPath[UUID], data: JSONBody[TransferInput]) -> Response[bytes]:
    async with turn(request) as t:
        await registers.transfer(t.work, officer_id, data.organ_id, data.left_on, data.reason, version=data.version)
        return t.json(await _head(t.work, officer_id))


@command("/officers/{officer_id:uuid}/trainings", "enterTraining", "登记培训学时", TAGS, OfficerHead)
async def enter_training(request: Req, officer_id: FromPath[UUID], data: JSONBody[TrainingInput]) -> Response[bytes]:
    async with turn(request) as t:
        await registers.add_training(t.work, officer_id, TrainingEntry(**msgspec.structs.asdict(data)))
        return t.json(await _head(t.work, officer_id))


@command("/officers/{officer_id:uuid}/examinations", "enterExamination", "登记资格考试", TAGS, OfficerHead)
async def enter_examination(
    request: Req, officer_id: FromPath[UUID], data: JSONBody[ExaminationInput]
) -> Response[bytes]:
    async with turn(request) as t:
        await registers.add_examination(t.work, officer_id, ExaminationEntry(**msgspec.structs.asdict(data)))
        return t.json(await _head(t.work, officer_id))


@command(
    "/officers/{officer_id:uuid}/citizen-id",
    "readCitizenId",
    "查看公民身份号码",
    TAGS,
    CitizenId,
    description="须说明用途，查看在两个单位留痕；答复不保存。",
)
async def read_citizen_id(request: Req, officer_id: FromPath[UUID], data: JSONBody[CitizenIdInput]) -> CitizenId:
    async with reading(request) as work:
        return CitizenId(await registers.citizen_id(work, officer_id, data.purpose))


@download("/officers/imports/template", "getImportTemplate", "执法人员填报模板", TAGS, media_type=WORKBOOK)
async def import_template(request: Req) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await registers.template(work), WORKBOOK)


@command(
    "/officers/imports",
    "importOfficers",
    "导入执法人员",
    TAGS,
    ImportView,
    status=201,
    description="500 行以内当即导入；更多的在后台核对，state 为 checking 时稍后再查。有一处错误，全部不导入。",
)
async def import_officers(request: Req, data: JSONBody[FileInput]) -> Response[bytes]:
    async with turn(request) as t:
        row = await registers.begin_import(t.work, data.name, decoded(data, "content"))
        location = {"location": f"/api/v1/officers/imports/{row.id}"}
        return t.json(view_of(row), status=201, headers=location)


@read("/officers/imports/{import_id:uuid}", "getImport", "导入的进度和结果", TAGS)
async def get_import(request: Req, import_id: FromPath[UUID]) -> ImportView:
    async with reading(request) as work:
        return await registers.import_view(work, import_id)


ROUTES = [
    list_officers,
    count_officers,
    export_officers,
    my_file,
    get_officer,
    add_officer,
    change_officer,
    leave,
    transfer,
    enter_training,
    enter_examination,
    read_citizen_id,
    import_template,
    import_officers,
    get_import,
]
