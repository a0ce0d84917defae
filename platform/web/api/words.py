"""The words of the API's reference: what each schema is, what each group of operations is for, and examples."""

from __future__ import annotations

from typing import Any, Final

TAGS: Final = {
    "年度报告与计划": "各单位年度报告、计划的起草、报送、接收和公开。",
    "年度监督计划": "监督机构的年度监督计划、项目和进度。",
    "会话": "登录、退出、切换岗位、修改密码。",
    "工作台": "待办、消息和在计期限。",
    "线索渠道": "媒体和社会监督员线索、12345热线工单、疑似重复的线索、线索统筹（第十五条、第十七条）。",
    "线索": "登记、受理、转交、不予办理、并入、由线索立项、答复（第十七条）。",
    "规则模型": "规则模型对执法案件的预警、核实、启用停用，裁量基准和同类案件的比较（第十条、第十一条、第十七条）。",
    "监督事项": "立项、承办、核查、证据、问题、复议诉讼、核验、结项、中止、回访、回避（第十一条至第二十条）。",
    "回避": "申报、申请、责令、决定、解除回避，利害关系申报和确认（第十六条）。",
    "监督文书": "督办函、意见书等：起草、审核、批准、签发送达、认可报告、延期、异议（第十九条）。",
    "收到的文书": "被监督机关：签收、书面报告、延期、异议、申请回避（第十六条、第十九条）。",
    "向政府的报告": "期满未整改或者拒不整改的，向本级政府报告（第二十条）。",
    "监督决定": "政府的监督决定和执行核验（第二十条、第二十一条）。",
    "重大逾期": "提请上级关注的逾期事项和上级的要求（第二条、第十一条）。",
    "执法人员与证件": "名册、档案、证件、培训、考试、导入导出（第六条、第十条）。",
    "证件与资格": "证件的申请、审查、批准、制发、暂扣，资格取消后的限期（第十条、第二十一条）。",
    "执法主体": "执法机关、授权组织、受委托组织的依据、权限和期限（第十条）。",
    "移送": "问题线索、涉嫌犯罪案件的移送和督促移送；只有指定的人员知悉（第八条、第十八条、第二十一条）。",
    "对监督人员的反映": "反映由上一级有权机关调查和答复，反映人受保护（第二十三条）。",
    "表彰": "年度表彰的推荐、审核、批准和公布（第六条）。",
    "行政执法案件": "处罚、许可、强制、检查、征收案件：清单、批量提交、文件导入、待修正数据（第十一条）。",
    "统计": "由记录汇总的统计指标：数字、构成、记录和导出（第十一条）。",
    "统计报表": "填报、审定、报送、退回、采用、订正、汇总，报送情况和逾期通报（第十一条、第十二条）。",
    "责任追究": "提出、告知、听取申辩、决定或者建议、移送、复核和申诉（第二十一条）。",
    "责任追究文书": "被追究的单位和人员：签收、陈述申辩、反馈处理结果、登记培训、申请复核（第二十一条）。",
    "单位": "单位名录和监督关系（第二条、第五条）。",
    "规则": "本单位可以调整的期限、次数和报送日期。",
    "账号": "系统管理员、安全管理员：本单位账号。",
    "接口密钥": "系统管理员：本单位其他系统调用接口的密钥，权限、轮换和吊销。",
    "网络回调": "系统管理员：向本单位其他系统发送带签名的事件通知，签名密钥、投递记录和重新投递。",
    "消息设置": "本人的接收地址、接收方式、免打扰时段，消息的送达证明（第十八条至第二十条）。",
    "通知渠道": "系统管理员：邮件、短信、政务消息的状态、发送记录、测试和重新发送。",
    "未完成任务": "系统管理员：没有完成的后台任务。",
    "系统管理": "系统管理员：各进程、任务队列、备份和存储的状态。",
    "对接系统": "系统管理员：对接的系统、密钥、队列、对账和差异；监督人员处理与名册的差异（第十七条、第十八条）。",
    "代行授权": "安全管理员提出、审计管理员批准：谁在什么期间代谁办理什么。",
    "审计": "审计管理员：审计记录的查询和导出。",
    "文书验证": "公开：文书是否真实、有效。",
}

_SCHEMAS: Final = """
MediaClueInput 登记的媒体线索|SocialClueInput 社会监督员反映的线索|AppointmentInput 聘任社会监督员
KeptClue 继续办理的线索|PairNote 不是重复线索的说明|OrderRow 热线工单|SupervisorRow 社会监督员
ProposalPair 疑似重复的两条线索|PairSide 疑似重复的一条线索|PooledView 线索统筹|Count 一项线索数
AnnualPage 年度报告或者计划|AnnualRow 一件年度文件|BoardView 报送和公开情况|FigureView 一项数据
FigureInput 一项数据|SectionView 一个部分|RoundView 一次报送|PublicationView 一次公开
TextInput 起草的内容|PublishedInput 本单位网站的公开页面|PlanPage 年度监督计划|PlanRow 一件监督计划
PlanItemView 一个计划项目|LinkedMatter 关联的监督事项|PlanInput 计划的年度|ItemBody 一个计划项目
ItemsInput 全部计划项目|LinkInput 计入计划的事项|ActivityLinkInput 计入计划的监督活动
LinkedActivity 计入计划的监督活动
ArrivalRow 收到的一条内容|CheckRow 一次对账|ConnectionChange 修改的对接|ConnectionHead 对接系统
ConnectionInput 要建立的对接|ConnectionKeys 对接密钥|DifferenceLine 与对方的一条差异|LinkRow 一个对接系统
LinkView 对接系统的情况|ParcelRow 送出的一条内容|SettleInput 处理情况
HitRow 模型预警清单的一行|HitPage 一页模型预警|HitView 模型预警全貌|RecordDate 案件的一个步骤|SwitchView 一次启用停用
ModelView 规则模型|RunView 一次运行|ModelsPage 规则模型和最近运行|LikeCase 一件同类案件|LikeCases 同类案件的比较
Hit 模型预警|Models 规则模型|Benchmark 裁量基准
BenchmarkRow 一版裁量基准|TierRow 裁量基准的一行|BenchmarkPage 裁量基准和各行|HitsInput 要办理的预警
DismissalInput 排除的预警和理由|SwitchInput 启用或者停用|AccountsInput 指定账户|BenchmarkInput 裁量基准表
QuestionInput 要询问的情况|QuestionAnswer 对询问的答复|QuestionRow 一次询问和答复|QuestionPage 收到的询问
Question 收到的询问
HitsMade 办理后的线索或者事项|HitsDismissed 排除的条数
AccountDetail 账号和岗位|EndInput 结束岗位|FurtherPostInput 增加的岗位|GuestPostInput 外单位人员的岗位
OneTimePassword 一次性密码|PostCertificateInput 岗位的监督证|PostHead 岗位|PostItem 一个岗位|RolesInput 调整后的职责
ProlongInput 延长的时间|Prolonged 延长后的期限|RuleChange 规则的调整|RuleEntry 可以调整的一项规则
OfficeEnd 结束协助|TellingInput 告知的内容|ReferInput 移送的问题|OfficeInput 请司法所协助|OfficeView 协助的司法所
Acceptance 认可书面报告|AccountHead 账号|AccountInput 新增的账号|AccountItem 本单位的一个账号
ActGroup 一组可以办理的事|ActInput 登记的行政行为|ActivityInput 登记的核查活动|ActivityView 一次核查活动
AnswerInput 对线索渠道的答复|AnswerItem 对一项要求的答复|AnswerView 书面报告|AttachmentView 线索附件
AuditDetail 一条审计记录和记录的事实|AuditItem 一条审计记录|AuditProof 审计记录的证明
AuditSealing 审计记录的封存情况|Bar 一个来源的数量|BlockedView 不能办理的情形|Candidate 可以指派的人员
Changed 密码已经修改|Chip 期限标签|Choice 一件可以或者不能办理的事|CircularInput 对通报的要求
CircularLine 通报的一行|CircularView 逾期通报|ClosingInput 结项：提出、批准或者退回
ClueActView 线索可以或者不能办理的事|ClueEventView 线索办理过程的一条|ClueHead 办理后的线索|ClueInput 登记的线索
ClueRow 线索清单的一行|ClueView 线索全貌|ComplainantInput 反映人|Consequence 期满后果|DayCell 日历的一天
DeadlineView 期限|DecideInput 监督决定|DecideItem 对一个问题的决定|DecidedItem 已作出决定的一个问题
DecisionHead 办理后的决定|DecisionRow 决定清单的一行|DecisionView 监督决定全貌|DelegationInput 提出的代行授权
DelegationItem 代行授权|DelegationPreview 代行授权的效果|DeliveryRow 收到的文书清单的一行
DeliveryView 收到的文书全貌|DeskView 工作台|DocumentLine 一份文书|DraftInput 起草报告的依据
DraftInstrument 文书草稿|EscalatedView 提请关注的逾期事项|EvidenceInput 添加的证据|EvidenceView 一份证据
ExtensionDecision 对延期申请的决定|ExtensionInput 延期申请|ExtensionView 延期申请和决定
FieldError 需要修改的一项|Figure 一个数字|FileInput 文件|FindingInput 认定的问题|FindingView 一个问题
GroundInput 理由和情形|HandlersInput 指派的承办人|InstrumentActView 文书可以或者不能办理的事
InstrumentHead 办理后的文书|InstrumentRow 文书清单的一行|InstrumentView 文书全貌|KeptBack 不能代行的一件事
KeptEvidence 已保存的证据|KindOption 一种文书能否制发|KindView 一种决定能否作出|LetterItem 一项未完成任务
LookBackInput 回访情况|Masked 遮盖的反映人信息|MatterActView 行政行为|MatterEventView 事项办理过程的一条
MatterHead 办理后的事项|MatterRow 事项清单的一行|MatterView 监督事项全貌|Me 当前用户和岗位|MergeInput 并入的对象
NewPassword 新密码|NewSession 登录|NoSupervisor 常被误认为监督机构的单位|NoticeView 一条消息
ObjectionDecision 对异议的处理|ObjectionView 异议和处理|OpenMatterInput 由线索提请立项|Opened 可以代行的一件事
OrderAboveInput 上级对事项的要求|OrderInput 上级对逾期事项的要求|OrganDetail 单位|OrganItem 单位名录的一行
PaperReceipt 书面送达|PaperView 一份文书|PassOnInput 转交|PersonView 承办人|Pool 待受理的线索
PostOfMine 本人的一个岗位|Power 制发某种文书的权限|ProblemView 报告中的一个问题|Proposal 对一个问题的提请意见
ProposalInput 立项提请|ProposalView 提请意见|ProposedMatter 由线索提请的事项|PurposeInput 查看的用途
ReadCount 标为已读的条数|ReasonInput 理由|ReasonView 一项法定理由|ReceiptView 一个受送达单位的送达情况
Recorded 新的记录|RecusalDecision 回避决定|RecusalInput 回避申报|RecusalRequest 回避申请|RecusalView 回避和决定
Reference 相关记录|Relations 监督关系|RemedyEnd 复议诉讼的终结|RemedyInput 登记的复议诉讼|RemedyView 复议诉讼
ReopeningInput 重新办理|Replay 重新执行的任务|ReplyFile 一项要求的佐证|ReplyInput 书面报告草稿
ReplyItem 对一项要求的说明|ReplyItemView 对一项要求的说明|ReplyView 书面报告|ReportHead 办理后的报告
ReportInput 报告的可修改部分|ReportRow 报告清单的一行|ReportView 报告全貌|RequirementInput 对一个问题的要求
RequirementView 一项要求|ReturnInput 退回补充|Revealed 反映人信息|Right 一项权利|RunningView 一个在计期限
SendBack 退回书面报告|ServedView 已送达的文书|Similar 疑似重复的线索|StepView 法定步骤之一
SubjectInput 被反映单位|SupervisedItem 可以监督的单位|SupervisorItem 监督机构|SuspensionInput 中止办理
SwitchPost 切换的岗位|TodoGroup 一组待办|TodoItem 一件待办|Trend 近六个月立项和结项|UnmaskInput 查看的用途
Unmasked 当事人证件号码|Urged 已催办的期限|Verification 对一个问题的核验|Verified 文书验证结果
VerifyExecutionInput 对执行情况的核验|VerifyInput 对一个问题的核验|VersionInput 记录版本|Waiting 一件待审批的事
ApplicationView 回避申请和结果|ClearanceInput 没有利害关系的确认|ConflictItem 与事项有关的利害关系申报
InterestInput 申报的利害关系|InterestItem 利害关系申报|PurposeGiven 查看的用途|RecusalDetail 回避全貌
RecusalOrder 责令回避|RecusalRow 回避清单的一行|ReplacementItem 可以接办的人员|RevealedName 近亲属姓名原文
StepItem 回避前的一项办理行为|StepSettlement 对办理行为的确认
OfficerRow 名册的一行|OfficerView 执法人员档案|OfficerHead 办理后的档案|OfficerInput 执法人员档案
OfficerEventView 档案记录的一条|CertificateView 证件|HoursView 年度培训学时|TrainingView 一次培训
TrainingInput 登记的培训|ExaminationView 一次资格考试|ExaminationInput 登记的资格考试
EligibilityView 一项持证条件|LeavingInput 离岗|TransferInput 调动|CitizenIdInput 查看的用途|CitizenId 公民身份号码
MyFile 本人的档案|ImportView 导入的进度和结果|Problem 导入表的一处问题|BodyView 执法主体|BodyInput 登记的执法主体
LicenceView 证件申请|LicencePage 证件申请及其条件和步骤|ConditionView 一项持证条件|HeldCertificate 证件
BarView 资格取消与限期|Option 一个步骤能否办理|ApplicationInput 申请的证件|CheckInput 审查意见|SuspendInput 暂扣
Licence 证件申请清单|EndingInput 终止执法主体|Officer 执法人员名册|Body 执法主体名录
ReferralInput 起草的移送|ReferralChange 修改的移送草稿|ReaderInput 增加的知悉人员|IncomingInput 受移送机关的回复
MaterialInput 补充的移送材料|ReferralHead 办理后的移送|ReferralRow 移送清单的一行|ReferralView 移送全貌
ReferralFileView 移送的一份文件|ReferralReaderView 一名知悉人员|ReferralStepView 移送办理过程的一条
ComplaintInput 对监督人员的反映|ReceiptInput 查询的编号和口令|ExaminersInput 指定的调查人|ExaminationInput 调查情况
ConsequenceInput 一项处理措施|ComplaintAnswerInput 处理和答复|SourcePurpose 查看的用途|Registered 反映的编号
ComplaintAnswer 反映的办理情况|ComplaintHead 办理后的反映|ComplaintRow 反映清单的一行|ComplaintView 反映全貌
ComplaintSource 反映人信息|ComplaintStepView 反映办理过程的一条|ConsequenceView 一项处理措施
YearInput 表彰的年度|NominationInput 推荐的表彰对象|ReviewInput 对推荐的审核|SendBackInput 退回的理由
Nominated 办理后的推荐|CommendationLists 表彰名单清单|CommendationRow 表彰名单清单的一行|CommendationView 表彰名单全貌
CommendationHead 办理后的表彰名单|NominationView 一个推荐对象
CellView 一个统计数字|FiguresView 一个单位一个期间的统计数字|IndicatorView 统计指标和口径
LevelRow 构成统计数字的一个单位|LevelView 统计数字的构成|RecordRow 统计数字所依据的一条记录
RecordsView 统计数字所依据的记录|RowView 一项指标和它的数字|SeriesView 连续期间的统计数字|SliceView 指标的一个分项
AccountabilityDecision 责任追究的决定|AccountabilityDocument 责任追究的一份文书
AccountabilityInput 提出的责任追究|AccountabilityRow 责任追究清单的一行|AccountabilityView 责任追究全貌
DefenceInput 陈述和申辩|GroundView 一种情形|HearingInput 听取意见的记录|ProposalAnswerInput 处理结果
ProposalAnswerView 所在机关反馈的处理结果|ReceivedRow 收到的责任追究文书的一行|ReceivedView 收到的责任追究文书
ReferInput 移送|RespondentInput 责任人员|ReviewDecision 对复核、申诉的决定|ReviewRequest 复核、申诉申请
ReviewView 复核、申诉和决定|SanctionView 一种处理|StatementView 陈述和申辩|TrainingCompletion 离岗培训完成情况
CaseReferInput 追责中的移送|ConductExaminationInput 对反映的调查结论
MonthView 一个月的数|PartView 一个区域的数|OverdueView 一件逾期事项|OverdueList 逾期事项清单|RateView 一个比率
Overview 一页概览|CountView 一个数|Plan 年度监督计划|Annual 年度报告和计划
StatusLine 系统的一个部分|ProcessSign 一个进程|JobFiring 一项定时任务|SystemStatus 系统运行状态
ReturnRow 统计报表清单的一行|ReturnView 统计报表全貌|ReturnCellView 报表的一格|ReturnSectionView 报表的一部分
ReturnStepView 报送的一步
LateReturnLine 逾期报送通报的一行|VersionRow 一个报送版本
PartRow 汇总中的一个下级单位|ReturnActView 对报表可以或者不能办理的事|Comparison 两个版本的不同|DifferenceRow 不同的一格
CellDrill 一个数的下级构成|BoardRow 一个应报单位|Tally 报送率和按期率|LowerBoard 下级的报送情况|Board 报送情况
ReturnCircularView 逾期报送通报|Statistics 一个单位的统计数据|OpenReturnInput 报表和期间|FiguresInput 填报的数据
CellInput 一格的数和说明|SendReturnBackInput 退回的理由|ReturnCircularInput 对通报的要求|UrgedReturns 已催报的单位数
Finding 一处校验
EnforcementRow 案件清单的一行|EnforcementView 行政执法案件|EnforcementStep 案件的一个步骤
EnforcementFact 案件的一个数据项
PartyIdentity 当事人身份|PartyPurpose 查看的用途|RecordBatch 一批案件|RecordFile 案件数据文件
BatchResult 一批案件的结果
RecordImportView 案件导入的进度和结果|QuarantinedView 一行待修正数据|LineProblem 一处问题|LineField 一个字段
LineChanges 修改的字段|LinesGivenUp 放弃的行|DiscardedLines 放弃的行数
Quarantined 待修正数据清单|Enforcement 行政执法案件清单|RecordImport 案件导入清单
NoticeSettings 本人的消息设置|NoticeWishes 要保留的消息设置|NoticeAddressInput 接收地址|NoticeCode 收到的验证码
NoticeCodeResult 验证码是否正确|NoticeChannelInput 接收渠道|NoticeSendingHead 一次发送|AddressView 一个接收渠道
Proof 送达证明|ReadLine 一个岗位的阅读情况|SentLine 系统以外的一次发送|ChannelView 通知渠道|LogLine 发送记录的一条
ApiKeyInput 新建的接口密钥|ApiKeyItem 一个接口密钥|ApiKeyMade 新密钥，只告知一次|ApiKeySecretItem 一个可以使用的密钥
WebhookItem 一个网络回调|WebhookInput 新建的网络回调|WebhookChange 修改后的地址和事件
WebhookKept 新的签名密钥，只告知一次|WebhookHead 办理的网络回调|WebhookTry 一次投递|WebhookMessageItem 一条投递记录
ApiKeySelf 当前接口密钥|RotationInput 轮换接口密钥
LineRollUp 条线汇总报表|LineCellDrill 条线汇总的一格|LinePart 下一级单位所报的数|KeptLine 留存的汇总
KeptNumber 留存的版次
RollUpReport 一个单位的汇总报表|ReportCell 汇总报表的一格|GivenPart 下级单位所报的数|MissingUnit 没有计入的单位
GradesInput 案卷评查的结果
Reported 统计报送的完成情况
"""
SCHEMAS: Final[dict[str, str]] = {
    pair.partition(" ")[0]: pair.partition(" ")[2] for line in _SCHEMAS.split("\n") for pair in line.split("|") if pair
}
"""Component → what it is."""

_ID: Final = "0192f9aa-7b1e-7c55-9d1a-4f2b6c8e1d03"
VALUES: Final[dict[str, Any]] = {
    "title": "扣押物品期满未作处理决定",
    "facts": "扣押三十日届满，没有作出处理决定，也没有退还物品。",
    "provision": "《中华人民共和国行政强制法》第二十五条",
    "reason": "情况已经核实，材料齐全。",
    "place": "许昌市建安区新元大道",
    "version": 1,
    "username": "chen",
    "purpose": "电话核实办理经过",
    "number": "建监〔2026〕1号",
}
"""Member → an example of its value."""

EXAMPLES: Final[dict[str, Any]] = {
    "declareRecusal": {"ground": "relative_interest", "reason": "配偶在该事项当事人单位任职。"},
    "applyRecusal": {"handler": "陈明远", "ground": "other", "reason": "承办人曾在本单位任职，与本事项经办人有争议。"},
    "decideRecusal": {"granted": True, "reason": "情况属实，可能影响公正处理。"},
    "declareInterest": {
        "holder": "self",
        "nature": "shareholding",
        "subject_name": "许昌某某商贸有限公司",
        "from_on": "2024-01-01",
    },
    "openSession": {"organ_id": _ID, "username": "chen", "password": "…"},
    "reportMediaClue": {
        "title": "短视频反映执法人员没有出示证件",
        "facts": "短视频平台10月8日发布现场画面，执法人员检查摊位时没有出示执法证件。",
        "subject_organ_id": _ID,
        "outlet": "某某短视频平台",
        "published_on": "2026-10-08",
        "url": "https://example.com/video/1",
    },
    "reportSocialClue": {
        "title": "执法车辆标志不规范",
        "facts": "10月8日在新元大道看到两辆执法车没有按规定喷涂标志。",
        "subject_organ_id": _ID,
        "supervisor_id": _ID,
    },
    "appointSocialSupervisor": {"name": "何某某", "identity": "lawyer", "from_on": "2026-10-09"},
    "rejectDuplicates": {"note": "时间不同，是两次扣押。"},
    "registerClue": {
        "source": "hotline",
        "title": "扣押三轮车没有出具决定书",
        "facts": "10月8日上午，执法人员在新元大道扣押三轮车，没有出具扣押决定书，也没有告知理由。",
        "subject_organ_id": _ID,
        "complainant": {"name": "张某某", "contact": "13900000000", "confidential": True},
    },
    "acceptClue": {"version": 1},
    "passOnClue": {"to_organ_id": _ID, "reason": "反映事项由该机关主管。", "version": 1},
    "proposeMatter": {
        "title": "扣押物品期满未作处理决定",
        "mode": "inspection",
        "content_items": ["10(5)"],
        "supervised_id": _ID,
        "basis": "own_finding",
        "basis_note": "案卷抽查",
    },
    "approveOpening": {"post_ids": [_ID, _ID], "no_conflict": True, "version": 1},
    "recordActivity": {
        "kind": "site_survey",
        "at": "2026-10-09T09:00:00+08:00",
        "place": "扣押物品存放场所",
        "record": "现场查看，物品仍在存放场所，没有处理决定书。",
        "participant_post_ids": [_ID, _ID],
    },
    "enterAct": {"name": "扣押决定", "number": "建城管扣〔2026〕12号", "counterpart": "张某某"},
    "addEvidence": {"files": [{"name": "扣押决定书.pdf", "content": "JVBERi0xLjcK", "origin": "案卷第3页"}]},
    "establishFinding": {
        "content_item": "10(5)",
        "title": "扣押期限届满",
        "facts": "扣押三十日届满，没有作出处理决定。",
        "provision": "《中华人民共和国行政强制法》第二十五条",
        "gravity": "ordinary",
        "concerns_act": True,
        "act_id": _ID,
        "evidence_ids": [_ID],
    },
    "draftInstrument": {
        "matter_id": _ID,
        "kind": "urging_letter",
        "requirements": [{"finding_id": _ID, "text": "退还扣押物品，书面报告处理结果。"}],
    },
    "saveReply": {"items": [{"no": 1, "status": "done", "text": "已经退还，附退还凭证。"}]},
    "requestExtension": {"amount": 5, "unit": "working_day", "reason": "需要委托鉴定。", "steps_taken": "已经委托。"},
    "checkHitsToClues": {"hits": [_ID], "note": "请核实。"},
    "dismissCheckHits": {"hits": [_ID], "reason_code": "papers_on_file", "reason": "案卷第 12 页有延期审批表。"},
    "switchCheckModel": {"enabled": False, "line": "transport", "reason": "交通运输另有期限规定。"},
    "draftReport": {"matter_id": _ID},
    "decideReport": {
        "items": [
            {
                "finding_id": _ID,
                "kind": "perform_in_time",
                "reason_code": "no_performance",
                "requirement": "自收到本决定书之日起履行职责。",
            }
        ]
    },
    "verifyExecution": {"executed": True, "evidence_seen": True, "note": "已经履行。"},
    "closeMatter": {"action": "propose", "text": "问题已经整改到位。"},
    "addOfficer": {
        "name": "冯志强",
        "citizen_id": "411003199001010018",
        "employment": "civil_service",
        "title": "执法队员",
        "unit": "执法大队",
        "areas": ["urban_management"],
        "joined_on": "2020-03-01",
    },
    "enterTraining": {"held_on": "2026-04-15", "subject": "行政处罚法培训", "provider": "区司法局", "hours": 16},
    "enterExamination": {"kind": "enforcement", "held_on": "2026-05-20", "passed": True, "score": 92},
    "addBody": {
        "kind": "entrusted",
        "name": "市容监察所",
        "authority": "行政执法委托书",
        "scope": "占道经营的日常检查和简易处罚",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
    },
    "takeRecords": {
        "source": "own_system",
        "records": [
            {
                "kind": "penalty",
                "external_id": "2026-000123",
                "version": 1,
                "case_no": "建城管罚字〔2026〕12号",
                "party_kind": "legal_person",
                "party_name": "许昌某某商贸有限公司",
                "officers": [{"certificate_no": "16410001"}, {"certificate_no": "16410002"}],
                "filed_on": "2026-03-02",
                "decided_on": "2026-04-10",
                "fine_fen": 200000,
            }
        ],
    },
    "resubmitLine": {"changes": {"decided_on": "2026-04-10", "fine_fen": "200000"}},
    "discardLines": {"ids": [_ID], "note": "来源系统的测试数据"},
    "proposeAccountability": {
        "supervised_id": _ID,
        "grounds": ["21(5)"],
        "facts": "9月20日在新元大道执法时推搡经营者，没有出示证件，有现场视频和笔录。",
        "gravity": "serious",
        "fault": "intent",
        "measure": "organ_criticism",
        "files": [{"name": "现场视频说明.pdf", "content": "JVBERi0xLjcK", "origin": "现场调取"}],
    },
    "stateDefence": {"text": "当时对方先动手，请求从轻处理。", "wants_hearing": True},
    "makeApiKey": {"name": "城管局办公系统", "scopes": ["clues:write", "deadlines:read"], "expires_on": "2027-03-31"},
    "addWebhook": {"name": "城管局办公系统", "address": "https://hook.example.gov.cn/in", "events": ["matter.opened"]},
    "changeWebhook": {"address": "https://hook.example.gov.cn/in", "events": ["matter.opened", "matter.closed"]},
    "rotateApiKey": {"grace_hours": 72},
    "addAccount": {
        "name": "赵某",
        "username": "zhao",
        "password": "…",
        "title": "监督人员",
        "unit": "执法监督股",
        "roles": ["supervisor"],
    },
}
"""Operation → an example of its request."""
