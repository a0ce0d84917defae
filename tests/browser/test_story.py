"""The whole supervision by clicking: from a clue of a judicial office to the government's decision and its execution.

Five organs, seven people, each at a browser of their own. The days between are the demo clock's and the sweep's, as
the scheduler runs it.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests import stories
from tests.browser.site import PHONE, Site, Visitor

pytestmark = pytest.mark.browser

CLUE = "反映城管部门扣押三轮车逾期不退还"
TITLE = "扣押物品期满未作处理决定"
SEIZURE, FINE = "建城扣〔2026〕41号", "建城罚〔2026〕17号"
KEPT, HEARD = "扣押期限届满，未作处理决定也未办理延期", "作出罚款决定前没有告知当事人陈述、申辩的权利"
BODY, ORGAN, GOVERNMENT = stories.BODY, stories.SUPERVISED, stories.GOVERNMENT
LETTER = re.compile(r"建司执监督〔2026〕\d+号")
NUMBERED = re.compile(r"/(?:clues|matters|instruments|inbox|reports|decisions)/[0-9a-f-]{36}")


async def test_from_a_clue_to_the_executed_decision(site: Site) -> None:
    clue = await register_clue(site)
    matter = await propose_matter(site, clue)
    await approve_opening(site, matter)
    await check(site, matter)
    letter = await draft_letter(site, matter)
    number = await issue_letter(site, letter)
    await receive_letter(site, number)
    await let_the_term_pass(site, matter)
    await enter_reconsideration(site, matter)
    report = await send_report(site, matter)
    decision = await decide(site, report)
    await execute(site)
    await verify(site, decision)
    await finish(site, matter)


def here(visitor: Visitor) -> str:
    """The address of the record that is open, without its part."""
    found = NUMBERED.search(visitor.page.url)
    assert found, visitor.page.url
    return found[0]


async def register_clue(site: Site) -> str:
    """郭平, at the log-in page first, hands in what a citizen told the judicial office."""
    door = await site.visitor()
    await door.goto("/login")
    await door.pick("单位", ORGAN)
    await door.fill("账号", "zhou")
    await door.picture("login.png")
    await door.context.close()
    async with site.person("建安区尚集司法所", "guo") as guo:
        await guo.goto("/clues/new")
        await guo.sees("本所登记的线索由建安区司法局办理", "第十七条")
        await guo.select("线索来源", "投诉举报")
        await guo.fill("标题", CLUE)
        await guo.fill("内容", "6月11日城管部门在尚集街扣押三轮车1辆、货架2组，至今没有退还，也没有处理决定。")
        await guo.pick("被反映单位", ORGAN)
        await guo.fill("姓名", "张某某")
        await guo.fill("联系方式", "13800000000")
        await guo.attach("附件", "扣押清单.pdf")
        await guo.press("登记线索")
        await guo.sees(CLUE, "待受理")
        await guo.misses("13800000000")
        return here(guo)


async def propose_matter(site: Site, clue: str) -> str:
    """陈明远 accepts the clue and proposes a matter."""
    async with site.person(BODY, "chen") as chen:
        await chen.goto("/clues")
        await chen.follow(CLUE)
        await chen.press("受理线索")
        await chen.sees("办理期限自今日起算")
        await chen.press("受理线索")
        await chen.sees("已受理")
        await chen.goto(f"{clue}/matter")
        await chen.fill("事项标题", TITLE)
        await chen.select("监督方式", "核查督办")
        await chen.choose("监督内容", "执法主体、权限、程序合法性", "执法程序落实")
        await chen.press("提请立项")
        await chen.follow(TITLE)
        await chen.sees("待批准", "暂不能办理", "批准立项")
        return here(chen)


async def approve_opening(site: Site, matter: str) -> None:
    """李国栋 approves the opening and assigns two handlers."""
    async with site.person(BODY, "li") as li:
        await li.goto(matter)
        await li.press("批准立项")
        await li.choose("承办人", "陈明远", "刘思齐")
        await li.tick("承办人已各自声明")
        await li.press("批准立项并编号")
        await li.sees("建监〔2026〕1号", "核查中", "陈明远、刘思齐", "第十一条")


async def check(site: Site, matter: str) -> None:
    """陈明远 records an inspection, enters two acts, and establishes a problem with each."""
    async with site.person(BODY, "chen") as chen:
        await chen.goto(f"{matter}/activities/new")
        await chen.select("监督措施", "检查")
        await chen.fill("开始时间", "09:00")
        await chen.fill("地点", ORGAN)
        await chen.choose("参加的监督人员", "陈明远", "刘思齐")
        await chen.fill("经过和看到的情况", "两名监督人员出示证件，调取案卷 2 册，询问执法人员 1 人。")
        await chen.attach("上传照片、笔录和调取的材料", "询问笔录.pdf")
        await chen.press("记录核查活动")
        await chen.sees("询问笔录.pdf", "第十三条")
        await enter_act(chen, matter, "扣押决定", SEIZURE, "2026-06-11")
        await enter_act(chen, matter, "行政处罚决定", FINE, "2026-06-24")
        await establish(chen, matter, KEPT, SEIZURE, "《中华人民共和国行政强制法》第二十五条")
        await establish(chen, matter, HEARD, FINE, "《中华人民共和国行政处罚法》第四十四条")
        await chen.goto(matter)
        await chen.sees("2 项", "均待整改", SEIZURE, FINE, f"{SEIZURE}案卷.pdf")


async def enter_act(chen: Visitor, matter: str, name: str, number: str, day: str) -> None:
    await chen.goto(f"{matter}/acts/new")
    await chen.fill("行政行为名称", name)
    await chen.fill("文号", number)
    await chen.fill("作出日期", day)
    await chen.fill("标的", "三轮车1辆、货架2组")
    await chen.fill("当事人", "张某某")
    await chen.fill("当事人证件号码或者统一社会信用代码", "411003199001010018")
    await chen.press("登记行政行为")
    await chen.sees(number, "4110************18")
    await chen.misses("411003199001010018")


async def establish(chen: Visitor, matter: str, title: str, act: str, provision: str) -> None:
    await chen.goto(f"{matter}/findings/new")
    await chen.fill("问题", title)
    await chen.select("监督内容", "执法主体、权限、程序合法性")
    await chen.fill("查明的事实", f"{act}：{title}。案卷中没有相应的批准或者告知材料。")
    await chen.fill("违反的规定", provision)
    await chen.choose("情节轻重", "一般")
    await chen.choose("所涉行政行为", act)
    await chen.attach("上传新的证据", f"{act}案卷.pdf")
    await chen.press("认定问题")
    await chen.sees(title, provision, "第十九条")


async def draft_letter(site: Site, matter: str) -> str:
    """陈明远 writes the urging letter and sees it as it will be."""
    async with site.person(BODY, "chen") as chen:
        await chen.goto(matter)
        await chen.press("制发督办函")
        boxes = chen.page.get_by_label(re.compile("的处理要求$"))
        await boxes.nth(0).fill("解除扣押并退还物品，书面说明逾期原因。")
        preview = chen.page.locator("#preview img").last
        before = await preview.get_attribute("src")
        async with chen.page.expect_response("**/instruments/preview"):
            await boxes.nth(1).fill("补正告知程序，并报告处理结果。")
        await expect(preview).not_to_have_attribute("src", before or "")
        await chen.sees("10月22日", "第十九条")
        await chen.picture("letter.png")
        await chen.press("提交审核")
        if await chen.page.get_by_role("button", name="提交审核", exact=True).count():
            await chen.press("提交审核")
        await chen.sees("待签发", "起草人不得批准自己起草的文书")
        return here(chen)


async def issue_letter(site: Site, letter: str) -> str:
    """李国栋 approves, which takes the number, and issues."""
    async with site.person(BODY, "li") as li:
        await li.goto(letter)
        await li.press("批准文书")
        await li.sees("签发前的核对", "通过")
        await li.press("批准并取得文号")
        number = LETTER.search(await li.page.locator("main").inner_text())
        assert number
        await li.goto(f"{letter}/issue")
        await li.press("签发并送达")
        await li.sees(number[0], "送达回证", "待签收")
        return number[0]


async def receive_letter(site: Site, number: str) -> None:
    """周立新 signs for it and sees what was served, nothing else."""
    async with site.person(ORGAN, "zhou") as zhou:
        await zhou.goto("/")
        await zhou.follow(number)
        await zhou.sees("签收", "10 个工作日", "第十九条")
        await zhou.press("签收并查看")
        await zhou.sees(number, "10月22日", KEPT, HEARD, "您的权利", "逾期的后果", "第二十条")
        await zhou.misses(CLUE, "13800000000", "询问笔录", "内部")
        await zhou.picture("reply.png")
        own = here(zhou)
    async with site.person(ORGAN, "zhou", PHONE) as zhou:
        await zhou.goto(own)
        await zhou.picture("reply-phone.png")


async def let_the_term_pass(site: Site, matter: str) -> None:
    """Nobody answers. The demo clock moves; reminders arrive; a week on, the report to the government lies drafted."""
    async with site.person(ORGAN, "zhou") as zhou:
        await stories.sweep(site.world, "2026-10-20 09:00")
        await zhou.goto("/notices")
        await zhou.sees("书面报告处理情况：2026年10月22日（周四）到期", "第十九条")
        await zhou.page.locator(".zs-env-menu summary").click()
        await zhou.press("前进 5 日")
        await stories.sweep(site.world)
        await zhou.goto("/inbox")
        await zhou.sees("逾期 1 个工作日")
    async with site.person(BODY, "chen") as chen:
        await chen.goto("/desk")
        await chen.sees("逾期 1 个工作日", TITLE)
        await chen.page.locator("details[data-bell] summary").click()
        await chen.sees("逾期")
        await chen.goto(matter)
        await chen.sees("逾期 1 个工作日")
        await stories.sweep(site.world, "2026-10-30 09:00")
        await chen.goto("/reports")
        await chen.sees(TITLE, "系统起草")


async def enter_reconsideration(site: Site, matter: str) -> None:
    """The fine is under reconsideration: no decision about it, everything else goes on (Art. 20)."""
    async with site.person(BODY, "chen") as chen:
        await chen.goto(f"{matter}/remedies/new")
        await chen.choose("所针对的行政行为", FINE)
        await chen.choose("种类", "复议")
        await chen.fill("受理的复议机关或者人民法院", "建安区人民政府")
        await chen.fill("申请、起诉日期", "2026-10-29")
        await chen.attach("上传受理通知等证明材料", "受理通知书.pdf")
        await chen.press("登记复议或者诉讼")
        await chen.sees("办理中", "建安区人民政府")
        await chen.goto(matter)
        await chen.sees("第二十条")
        await chen.picture("matter.png", height=820)


async def send_report(site: Site, matter: str) -> str:
    """李国栋 completes the drafted report and sends it to the district government."""
    async with site.person(BODY, "li") as li:
        await li.goto("/reports")
        await li.follow(TITLE)
        await li.sees("不在提请范围", FINE, "第二十条")
        await li.fill("法制审核意见", "事实清楚，依据正确，程序合法，同意提请决定。")
        await li.choose("建议的决定种类", "责令补正或者改正")
        await li.select("理由", "改正")
        await li.fill("建议的改正要求", "解除扣押并退还物品，书面说明逾期原因。")
        await li.press("保存并报送")
        await li.sees("取得请示的文号")
        await li.press("报送本级政府")
        await li.sees("待政府决定", "建司执监请〔2026〕1号")
        return here(li)


async def decide(site: Site, report: str) -> str:
    """吴启明 sees the blocked act and decides on the other."""
    async with site.person(GOVERNMENT, "wu") as wu:
        await wu.goto("/")
        await wu.sees(TITLE)
        await wu.goto(report)
        await wu.sees("不能作出决定：行政复议正在办理", "第二十条", SEIZURE, FINE, "其他行为可以照常决定")
        await wu.choose("决定种类", "责令补正或者改正")
        await wu.select("理由", "改正")
        await wu.fill("改正要求", "解除扣押并退还物品，书面说明逾期原因。")
        await wu.picture("decision.png", height=880, scrolled=560)
        await wu.press("签发决定书")
        await wu.sees("责令补正或者改正")
        await wu.press("签发决定书")
        await wu.sees("监督决定", "责令补正或者改正", ORGAN)
        return here(wu)


async def execute(site: Site) -> None:
    """周立新 reports the execution, 钱卫东 approves it."""
    async with site.person(ORGAN, "zhou") as zhou:
        await zhou.goto("/inbox")
        await zhou.follow("决定书")
        await zhou.press("签收并查看")
        await zhou.page.locator(".zs-segment label").filter(has_text="已办结").first.click()
        await zhou.fill("处理情况", "10月30日解除扣押，三轮车1辆、货架2组已退还当事人。")
        await zhou.attach("上传佐证", "退还凭证.pdf")
        await zhou.press("提交主要负责人审定")
        await zhou.sees("正在由主要负责人")
        delivery = here(zhou)
    async with site.person(ORGAN, "qian") as qian:
        await qian.goto(delivery)
        await qian.tick("以上情况经本人审定")
        await qian.press("审定并报送")
        await qian.sees("钱卫东")


async def verify(site: Site, decision: str) -> None:
    """陈明远 has seen the evidence: executed."""
    async with site.person(BODY, "chen") as chen:
        await chen.goto(decision)
        await chen.choose("核验结果", "已执行")
        await chen.fill("核验说明", "核对退还凭证，电话询问当事人，物品已退还。")
        await chen.tick("已逐件查看执行证据")
        await chen.press("提交核验结果")
        await chen.sees("核验认定已经执行")


async def finish(site: Site, matter: str) -> None:
    """The reconsideration settles the other act; the matter is closed by two people."""
    await site.world.set_clock("2026-11-20 09:00")
    async with site.person(BODY, "chen") as chen:
        await chen.goto(f"{matter}/remedies/end")
        await chen.choose("终结的复议、诉讼", FINE)
        await chen.fill("终结日期", "2026-11-18")
        await chen.fill("结果和文号", "建政复决〔2026〕9号，撤销处罚决定。")
        await chen.choose("该行为的问题是否已经解决", "已经解决")
        await chen.attach("上传复议决定、裁判文书", "复议决定书.pdf")
        await chen.press("登记终结")
        await chen.sees("已终结")
        await chen.goto(f"{matter}/closing")
        await chen.fill("结项报告", "扣押的物品已经退还，处罚决定已被复议撤销，没有遗留问题。")
        await chen.press("提交结项审批")
    async with site.person(BODY, "li") as li:
        await li.goto(f"{matter}/closing/approve")
        await li.press("批准结项")
        await li.sees("已结项", "建监〔2026〕1号")
