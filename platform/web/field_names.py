"""What the fields of the API and of the forms are called in Chinese: in messages, in the reference, in the schema."""

from __future__ import annotations

from typing import Final

from supervision.records.fields import LABELS

_NAMES: Final = """
addresses 接收地址|arrival_id 收到内容编号|by_law 法定提醒|channel 接收渠道|demo_code 演示验证码|distance 偏离
gateway 网关|handed_at 交付时间|held_until 免打扰至|line_hash 消息摘要|masked 地址（遮盖）|pulls 定时取工单
quiet_from 免打扰开始|quiet_since 免打扰起|quiet_until 免打扰结束|read_at 阅读时间|sending_id 发送编号|sent 发送情况
answered_at 答复时间|answered_by_name 答复人|asked_at 询问时间|asked_by_name 询问人|asked_name 被询问单位
body_name 监督机构|may_ask 可以询问|question 请说明的情况|question_id 询问编号|questions 询问和答复
text_hash 文字摘要|together 合并发送|usable 可以使用|verified 已核实
accepted 已接收|check_passed 核对一致|derived 系统记录|draft 起草中的内容
evidence_name 截图名称|first_published_on 首次公开日期|from_month 起始月份|in_time 按期报送
activity_id 监督活动|activity_item 计划项目
item_key 计划项目|matters 关联事项|may_link 可以关联事项|mode_label 监督方式名称
overdue 逾期未报送|paper 年度文件|pdf_href PDF地址|place_label 公开位置
plan 监督计划|planned 计划数量|publications 公开记录|published 已公开
published_on 公开日期|recorded_by_name 登记人|rounds 报送记录|row_version 记录版本
sections 各部分内容|sent_back_reason 退回理由|started 已立项|submitted 已报送
submitted_by_name 报送人|submitted_on 首次报送日期|unpublished 应公开未公开|until_month 结束月份
versions 各版本|url 网址|area 监督区域|organ_ids 涉及单位
board 报送情况|kept 留存的版次|own_return_id 本单位报表编号
about 涉及|address 接口地址|arrived_at 收到时间|attempts 送出次数|breaker 发送状态|dead 未送达数量
difference_id 差异编号|differences 差异数量|direction 方向|equal 一致|failures 连续失败次数|fields 不同的内容
found_at 发现时间|key_id 密钥编号|last_error 最近的失败原因|last_error_at 最近失败时间|last_success_at 最近成功时间
link_id 对接编号|oldest_at 最早待送时间
open_until 暂停发送至|ours 本单位数量|parcel_id 送出内容编号|peer 对方公钥|peer_known 对方公钥已登记|posted_at 产生时间
public 本系统公钥|refused_in 未接收数量|seconds 等待秒数|secret 共享密钥|settled_at 处理时间|shared 对方给出的密钥
startable 可以启动|suite 签名方式|theirs 对方数量|external_id 对方编号|what 差异情况
clue_number 线索编号|organs 被反映单位
clue_state_label 线索状态|contact_mask 联系方式（遮盖）|identity 身份代码|identity_label 身份
may_return 可以退回|order_id 热线工单编号|order_version 工单版本|ordered_at 派单时间|outlet 媒体或者平台
proposal_id 重复建议编号|return_until 退回时限|second 后收到的线索|supervisor_id 社会监督员编号
workplace 工作单位|form_token 页面标识|government 发生地|website 请不要填写
expires_on 有效期至|grace_hours 旧密钥继续有效的小时数
by_name 重新投递人|endpoint_id 网络回调编号|event 事件|events 事件
failing_since 连续失败开始时间|message_id 投递记录编号|milliseconds 耗时（毫秒）
rotating_until 同时使用新旧签名密钥至|tries 各次投递
last_used_at 最近使用时间|last_used_from 最近使用地址|made_at 生成时间|made_by_name 新建人
per_minute 每分钟最多调用次数|revoke_reason 吊销理由|revoked_by_name 吊销人|scopes 权限|secrets 可以使用的密钥
token 密钥
account_id 账号编号|act 事项|act_id 行政行为编号|act_label 行政行为|action 操作|action_href 办理地址
activities 核查活动|actor_name 操作人|actor_title 操作人职务|acts 行政行为|addressee_id 受送达单位编号
addressee_name 受送达单位|after 下一页标识|again 新密码|algorithm 摘要算法|allowed 可以办理|amount 数量
anonymous 匿名|answer 答复|answer_title 答复文书名称|answered_at 答复时间|answers 答复记录
approval_number 批准文号|approved_at 批准时间|approved_by_name 批准人|article 依据条款代码
article_display 依据条款|articles 依据条款|asked 要求|assigned_at 指派时间|at 时间|attachment_ids 附件编号
attachments 附件|automatic 系统自动起草|badge 标记|bars 各来源数量|basis 立项依据|basis_label 立项依据名称
basis_note 立项依据说明|before 上一页标识|blocked 不能办理的原因|blocked_kind 不能办理的情形|body 正文
body_name 监督机构|bound 承担义务的单位|business_lines 业务条线|can_approve 可以审定|can_drop 可以撤销
can_open 可以签收|can_urge 可以催办|can_verify 可以核验|can_write 可以填写|case_number 案号|cells 日历格
certificate 证件号码|checks 检查结果|chip 期限标签|chosen 选定的编号|closed 办结|closed_on 结项日期
closing_report 结项报告|clue_id 线索编号|clue_ids 线索编号|code 错误代码|code_system 代码体系
commissioned 委托情况|complainant 反映人|complainant_contact 反映人联系方式|complainant_name 反映人姓名
complete 填写完整|concerns_act 涉及行政行为|confidential 要求保密|consequences 期满后果|considered 考虑因素
contact 联系方式|content 文件内容|content_item 监督内容|content_items 监督内容|content_name 监督内容名称
content_names 监督内容名称|copies 抄送单位|copies_to 抄送单位编号|copy_id 抄送件编号|counterpart 当事人
counterpart_id 当事人证件号码|counterpart_mask 当事人证件号码（遮盖）|created_at 建立时间|csrf_token 防伪标识
current 现在的密码|danger 不可撤回|dashed 暂定|date 日期|date_label 日期名称|date_text 期限说明|day 日期
days 天数|deadline 期限|deadline_id 期限编号|deadlines 期限|decided_at 决定时间|decided_by 决定人
decided_by_name 决定人|decision 监督决定|decision_id 决定编号|decision_reason 决定理由|declared_at 申报时间
declined_reason 不予决定的理由|delegate 受托人|delegate_post_id 受托人岗位编号|delegation_id 代行授权编号
deliveries 处理次数|delivery_id 送达编号|detail 详细内容|discard_reason 不予采用的理由
dismissal_proposed 已提出不予办理|division_code 行政区划代码|documents 文书|draft_id 通报草稿编号
drafted_at 起草时间|drafted_by_name 起草人|due 期限情形|due_on 期满日期|due_text 期满日期说明
duplicates 疑似重复线索|earlier 以前的报告|eligible 符合条件|end_reason 终止理由|ended_at 结束时间
ended_by 终止人|ended_on 终结日期|ended_reason 结束原因|entry 审计记录|entry_id 审计记录编号|error 错误说明
errors 需要修改的项目|established_on 设立日期|evidence 证据|evidence_id 证据编号|evidence_ids 证据编号
evidence_seen 已逐件查看证据|executed 已执行|extension 延期申请|external_id 外部编号|facts 事实
failed_at 失败时间|field 项目|figures 数字|file_id 文件编号|filed_on 申请日期|files 文件|filled 已填写项数
finding_facts 问题事实|finding_id 问题编号|finding_ids 问题编号|finding_state 问题状态代码
finding_state_label 问题状态|finding_title 问题名称|findings 问题|first 起始日期|first_on 最早日期|form 文书样式
format 文件格式|former_names 曾用名|from_organ_name 转出单位|general 总体说明|government_id 政府编号
government_name 政府|granted 是否同意|gravity 情节代码|gravity_label 情节|ground 情形代码|ground_label 情形
groups 分组|handled 已经处理|handled_at 处理时间|handled_note 处理说明|handler 承办人|handler_names 承办人
handler_post_ids 承办人岗位编号|handlers 承办人|happened_on 发生日期|has_pdf 有正式文本|head_name 主要负责人
heading 标题|hint 提示|href 页面地址|icon 图标|id 编号|in_force 在有效期内|instance 请求地址|instrument 文书
instrument_id 文书编号|instrument_label 文书名称|instruments 文书|internal 仅内部可见
into_clue_id 并入的线索编号|into_matter_id 并入的事项编号|is_supervision_body 是行政执法监督机构|issued 签发日期
issued_at 签发时间|issuer 制发单位|issuer_name 制发单位|item 监督内容|item_id 逾期事项编号|items 列表|job 任务
kept_at 上级保存时间|kept_back 不能代行的事项|kept_heads 上级保存的封存号|key 代码|kind 种类代码|kind_label 种类
kind_name 种类名称|kinds 种类|label 名称|labels 名称|last 截止日期|last_login_at 上次登录时间|late 逾期
late_workdays 逾期工作日|leadership 领导体制|legal_review 法制审核意见|length 时长|letter_id 任务编号
level 层级代码|level_label 层级|limit 每页条数|lines 各行|link 页面地址|living 有效|look_back_on 回访日期
made_on 作出日期|manner 送达方式|matter 事项编号|matter_id 事项编号|matter_number 事项文号|matter_title 事项名称
may_decide 可以决定|media_type 文件类型|merged 已并入|merged_into 并入对象|message 说明|message_id 消息编号
missing 缺少的内容|mode 监督方式代码|mode_article 监督方式依据|mode_name 监督方式|month 月份
must_change_password 须修改密码|must_log_in 须重新登录|name 名称|needs_leader 须负责人办理
new_due_on 新的期满日期|next 下一页标识|next_articles 下一步依据|next_due_on 最近期满日期|next_on 下一步日期
no 序号|no_conflict 无利害关系|not_supervisors 不是监督机构的单位|note 说明|notes 说明|notice_id 消息编号
number 文号|objection 异议|obstruction 阻碍情况|officers 相关人员|on 日期|opened 已签收|opened_at 签收时间
opened_by 签收人|opened_on 立项日期|opening 引言|opinion 意见书权限|order 上级要求|organ 单位
organ_entries 本单位记录数|organ_head 本单位摘要|organ_heads 封存的单位数|organ_id 单位编号|organ_name 单位
organ_text 单位|origin 来源|origin_name 登记单位|outcome 结果|overdue_workdays 逾期工作日|own 本单位的
owner_id 所属记录编号|owner_kind 所属记录种类|pages 页数|paper_id 文书编号|papers 文书|parent 上级单位编号
parent_id 上级单位编号|participant_post_ids 参加人岗位编号|participants 参加人|passed_to 接收机关|password 密码
path 路径|people 承办人|person 人员|person_id 人员编号|place 地点|pool 线索池|post_id 岗位编号|post_ids 岗位编号
posts 岗位|previous 上一页标识|principal 委托人|principal_post_id 委托人岗位编号|problems 问题|proof 送达证明
proposal 提请意见|proposals 提请意见|proposed_at 提请时间|proposed_by 提出人|provision 违反的规定|purpose 用途
q 检索词|raised_at 提请时间|reach 查看范围|read 已读|reason 理由|reason_code 理由代码|reason_label 理由名称
reason_name 理由名称|reasons 理由|receipt 送达情况|receipts 送达情况|received_at 收到时间|received_on 收到日期
received_text 收到时间说明|receiver 签收人|record 记录|rectified 已整改|recusal_id 回避编号|recusals 回避
refusal 不能决定的原因|refused 不能办理|refuses 拒不整改|registered_name 登记人|relapsed 问题反弹
relation 监督关系代码|relation_article 监督关系依据|relation_label 监督关系|relations 监督关系|remedies 复议诉讼
remedy 补救办法|remedy_checked_at 复议诉讼核对时间|remedy_id 复议诉讼编号|replayed_at 重新执行时间
replayed_by 重新执行人|replies 书面报告|reply 书面报告|reply_id 书面报告编号|report 结项报告|report_id 报告编号
request_id 请求编号|requested_at 申请时间|requested_by_name 申请人|requirement 要求|requirements 要求
result 结果|result_note 结果说明|retry_after 几秒后再试|return_reason 退回理由|returned_reason 退回理由
returned_until 补充期限|review_reason 审查理由|reviewed_at 审查时间|reviewed_by_name 审查人|rights 权利
role 身份|role_labels 职责|roles 职责代码|round 轮次|rule_id 规则编号|rulebook_key 规则版本
rulebook_name 规则名称|running 在计|scope 范围|score 相似度|seal 封存号|seal_head 封存摘要|sealed_at 封存时间
send_back_limit 退回次数上限|send_back_reason 退回理由|sent_at 发出时间|sent_back_count 已退回次数
sent_back_term 退回后的期限|sent_by_name 发出人|sentence 说明|seq 序号|served_how 送达方式|served_on 送达日期
settled 已办结|settles 问题已经解决|sha256 文件摘要（SHA-256）|short_name 简称|since 起始时间|size 字节数
sort 排序|source 来源代码|source_label 来源|spoken 口语说明|stage 环节代码|stage_label 环节|stage_tone 环节色调
standing 与本单位的关系|started_on 起算日期|state 状态代码|state_label 状态|state_reason 状态说明
statement 被监督机关陈述|status 情况代码|status_label 情况|steps_taken 已采取的措施|subject 对象
subject_id 对象编号|subject_kind 对象种类|subject_name 被反映单位|subject_organ_id 被反映单位编号
subject_text 被反映单位|subject_unknown 被反映单位不明|submitted_at 提交时间|successor_id 承继单位编号
summary 摘要|supervised 被监督单位|supervised_id 被监督单位编号|supervised_name 被监督单位
supervised_short 被监督单位简称|supervisors 监督机构|suspended_ground 中止情形|system 系统任务|tab 分类
term_amount 期限数量|term_name 期限名称|term_text 期限说明|term_unit 期限单位|text 内容|time 时间
timeline 办理过程|title 标题|to_open 待签收|to_organ_id 接收机关编号|today 今天|tone 色调|total 合计
total_href 全部的页面地址|trend 趋势|type 类型|unfinished 未办结|unit 单位|until 截止日期|urged_at 催办时间
urgent 紧急|urging_letter 督办函权限|uscc 统一社会信用代码|username 账号|valid_from 生效日期|valid_to 失效日期
value 数值|verdict 核验结论|verification_code 验证码|verifications 核验结果|verified_at 核验时间
verified_note 核验说明|version 记录版本|view 视图|waiting 待办|waiting_heading 待审批标题|weekday 星期
when 适用情形|who 人员|withdrawn_reason 撤回理由|year 年份
advice 处理办法|alive 在运行|fact 情况|host 主机|jobs 定时任务|last_at 上次执行时间|light 状态灯|lines 各部分
acknowledged_on 受理日期|added_by 提交人|answered_by_name 答复人|archive_sha256 案卷摘要（SHA-256）
archive_size 案卷字节数|block 不能表彰的原因|block_article 不能表彰的依据|channel_label 来源|commended 表彰对象
competent 有权机关|conduct 涉嫌的问题|discovered 发现经过|due_article 期限依据|due_at 期满时间
due_length 期限长度|due_name 期限名称|examiner_names 调查人|field_label 工作方面|include 是否列入
leader_post_id 决定的负责人|manifest_sha256 清单摘要（SHA-256）|manifest_sm3 清单摘要（SM3）
may_nominate 可以推荐|may_review 可以审核|merits 主要事迹|named_by 确定人|nominated_by_name 推荐单位
nominations 推荐对象|officer_id 人员编号|origin_label 来由|outcome_label 认定结论|overdue 已逾期
position 职务类别|position_label 职务类别|public_href 公布地址|published_at 公布时间|readers 知悉人员
recipient 受移送机关|review_note 审核意见|role_label 用途|secrecy 知悉范围代码|secrecy_label 知悉范围
secret 查询口令或者签名密钥|sm3 文件摘要（SM3）|source_mask 反映人（遮盖）|steps 办理过程
subject_organ_name 被反映人所在单位|submitted_by_name 报请人|complaint_id 反映编号|referral_id 移送编号
list_id 名单编号|nomination_id 推荐编号|what 文件|ended 已结束
next_at 下次执行时间|pid 进程号|processes 进程|seen_at 最后活动时间|started_at 启动时间
applicant 申请单位|applied_at 申请时间|applied_by 申请人|decider 决定人|decider_note 决定权的依据|details 申报内容
document 文书名称|from_on 开始日期|ground 事由代码|ground_name 事由|handler 承办人|holder 与本人的关系代码
holder_label 与本人的关系|in_force 有效|interest_id 利害关系申报编号|is_handler 现为承办人|lifted_at 解除时间
lifted_by 解除人|lifted_reason 解除理由|may_lift 可以解除|may_settle 可以确认办理行为|mine 本人的
nature 利害关系种类代码|nature_label 利害关系种类|open_only 仅待决定的|origin_label 来源|outcome_label 结果名称
paper_href 决定书地址|person_name 人员姓名|reads_matter 可以查看事项|relative_mask 近亲属姓名（遮盖）
relative_name 近亲属姓名|replacement 接办人|replacement_post_id 接办人岗位编号|replacements 可以接办的人员
settled_at 确认时间|settled_by 确认人|short_handed 承办人不足|step_id 办理行为编号|steps 回避前的办理行为
subject_code 统一社会信用代码|until_on 结束日期|declared_at 申报时间|declared_by 申报人|decided_by 决定人
decided_at 决定时间|decided_on 决定日期|decision_reason 决定理由|done_at 办理时间|ended_at 终止时间
ended_reason 终止理由|fit 可以指派|handler_name 承办人姓名
certificate_no 监督证号码|certificate_until 监督证截止日期|home 所在单位|home_organ_id 所在单位编号
original 规则的规定|present 本单位适用|changed 已调整
offices 协助的司法所|can_refer 可以移送|office 司法所|origin_label 协助缘由|can_name_office 可以请司法所协助
person_name 姓名|next_at 下次执行时间|pid 进程号|processes 进程|seen_at 最后活动时间|started_at 启动时间
added 新增人数|announced_on 公告日期|area_names 执法领域|areas 执法领域代码|authority 执法依据|body_id 执法主体编号
certificates 证件|changed 更新人数|checked 已核对行数|citizen_id 公民身份号码|citizen_mask 公民身份号码（遮盖）
confirmed_by 确认机关|days_left 剩余天数|done 已完成|employment 人员性质代码|employment_label 人员性质
examinations 资格考试|file_name 文件名称|held_on 举办日期|history 档案记录|holds 符合|hours 学时|import_id 导入编号
issued_on 发证日期|joined_on 到岗日期|left_on 离岗日期|left_reason 离岗原因|legal_qualification 法律职业资格
may 可以办理|may_manage 可以维护|officer 执法人员|officer_id 执法人员编号|passed 合格|percent 百分比|phone 联系电话
problem_count 问题数|provider 培训单位|required 应完成|rows 行数|rule 规则代码|started_by 提交人|status_on 情况起始日期
suspended_until 暂扣截止日期|trainings 培训记录|valid_until 截止日期
application 证件申请|application_id 证件申请编号|applied_by_name 提出人|applied_on 申请日期|barred_until 不得重新申领至
certificate_id 证件编号|certificate_options 证件的步骤|check_note 审查意见|checked_at 审查时间|checked_by_name 审查人
conditions 持证条件|decision_number 决定文号|department 审批部门|effective_on 生效日期|holder 所在单位
holder_name 持证人|lifted_on 解除日期|officer_name 申请人|options 步骤|person_name 人员|purpose_label 申请事由
reason_article 理由依据|status_reason 状态原因
catalogue 指标目录|catalogue_version 指标目录版本|cell 统计数字|codes 指标代码|counts_for 归属|definition 定义
dimension 分项维度代码|dimension_name 分项维度|first 起始期间|format 文件格式|group 分组代码|group_name 分组
indicator 指标|key 标识|last 截止期间|own 本单位部分|parts 分项|period 统计期间|period_label 统计期间名称
periods 统计期间|previous 上期数|reach 统计范围|reach_label 统计范围名称|records 可以查看记录|rows 各行|rule 计数方法
slices 分项|values 各期数值
accepted 已采用|accepted_version 已采用的版本|after_label 后一版本|before_label 前一版本|below 下级|below_name 下级名称
body_id 监督机构编号|cell 单元格代码|cell_reasons 逐格退回理由|cells 单元格|change 增减|check 校验代码|circular 逾期通报
circular_id 通报编号|column 列|completeness 报送率|computed 记录取数|data_until 数据截止日期|digest 校验值
drawn_at 取数时间|due_cells 期限日历|due_sentence 期限说明|expected 应报单位数|filled_by_name 填报人
first_submitted_on 首次报送日期|form_version 表样版本|grade 校验等级|has_below 有下级汇总|indent 缩进|last_year 上年同期
lower 下级报送情况|may_urge 可以催报|missing_note 缺报说明|note_by 说明人|noted 已说明|on_time 按期报送单位数
outcome_at 处理时间|outcome_by_name 处理人|outcome_label 处理结果|outcome_organ_name 处理单位|outcome_reason 退回理由
parts 下级单位|period 统计期间|period_label 统计期间名称|receiver_name 接收单位|record_version 记录版本
reported 已报单位数|return_id 报表编号|revision 订正次数|revision_reason 订正原因|row 行次|rows 各行|rule 计算规则
saved_at 保存时间|saved_by_name 保存人|sections 报表各部分|sent_back 退回的版本|stale 汇总待更新|steps 报送步骤
to_fill 待填数|returns 统计报送|grades 评查结果|good 优秀册数|passed 合格册数|vetoed 触及否决项册数|failed 不合格册数
social_count 参加的社会监督员人数
files_good 优秀册数|files_passed 合格册数|files_failed 不合格册数|files_vetoed 触及否决项册数|scale 倍数|formula 公式
submitted_by_name 报送人|submitted_on 报送日期|table 表号|tally 报送统计|timeliness 按期率|told 已催报单位数
why_typed 手工填写的原因|unsent 没有接入数据的提示|blank 空白格数
typed 填写的数|values 各格的数|versions 报送版本|warnings 提醒数|writable 可以填写
holder_name 持证人|lifted_on 解除日期
officer_name 申请人|options 步骤|person_name 人员|purpose_label 申请事由|reason_article 理由依据
status_reason 状态原因
against 追究对象的种类|aggravating 从重的情节|answered_by_name 反馈人|awards_from 取消评优评先起始日期
awards_lifted_on 恢复评优评先日期|awards_until 取消评优评先截止日期|below 包括下级办理的|case_id 责任追究编号
completed_on 完成日期|decider_name 决定机关|decision_number 决定文号|defence_answer 对陈述申辩的答复
document_number 处理决定文号|effective_on 生效日期|ended_note 办结说明|fault 过错程度代码|fault_label 过错程度
grounds 追究的情形|harm 危害后果|has_account 有账号|hearing_note 听取意见的情况|hearing_on 听取意见日期
hearing_wanted 要求当面听取意见|held_on 举办日期|hours 学时|imposed_by 决定机关代码|imposed_by_label 决定机关
matter_label 监督事项|measure 处理种类|measure_name 处理种类名称|measures 可以作出的处理|mitigating 从轻减轻的情节
nature 行为的性质|officer_id 执法人员编号|on_behalf 由单位代为提交|over 已失效|person_name 人员姓名
person_title 人员职务|proposed_by_name 提出人|referred 已提出的移送|respondent 追究对象|responsibility 责任代码
responsibility_label 责任|result_label 处理结果|review_until 申请复核截止日期|reviews 复核和申诉|sanctions 各种处理
stated_at 陈述时间|stated_by_name 陈述人|trained_hours 完成的学时|trained_on 培训完成日期|training_hours 离岗培训学时
training_until 离岗培训截止日期
channels 线索来源|clues 线索数|decisions 决定数|established 认定的问题数|months 各月|open 在办数
opened_before 期初在办数|part 分子|ranked 参加排序|reports 报告数|whole 分母|workdays 逾期工作日
worst 逾期最久的事项|week 周|plan_id 计划编号
acted_on 案件日期|address 住址|birth_on 出生日期|changes 修改的字段|discarded 放弃的行数|editable 可以修改
fields 各字段|finished_at 结束时间|format_label 文件格式名称|handled_by 处理人|has_secret 有加密的身份信息
id_no 证件号码|ids 编号|layout_label 数据项|line_id 数据行编号|may_unmask 可以查看身份
party_kind_label 当事人类别名称|personal 个人信息|problem 问题|quarantined 不能导入的行数|record_id 案件编号
shown 显示内容|taken_at 接收时间
accounts 账户|benchmark 裁量基准|cases 同类案件|cause 事由|cleared 不再命中数
confirmed 确认数|count 件数|dates 案件经过|dismissed 排除数|enabled 启用|ended_on 截止日期
file 文件|fine_fen 罚款（分）|found 命中数|found_on 发现日期|group 同类|hit 模型预警|hits 模型预警
in_force_on 施行日期|item_code 事项编码|item_name 违法行为|judged 已核实数|judged_at 核实时间|judged_by_name 核实人
law_range 法定幅度|line 业务条线|line_label 业务条线名称|mad_fen 绝对偏差中位数（分）|mark 模型依据|may_judge 可以核实
may_switch 可以启用停用|median_fen 中位数（分）|milliseconds 用时（毫秒）|models 规则模型|noisy 误报较多
opened 变化数|others 其他预警|outlier 偏离同类|parameters 参数|range 幅度|record_id 案件编号|row_count 条数
rule_name 模型名称|rule_version 模型版本|run 最近运行|shows 核实材料|switches 启用停用记录|this 本案|tier 裁量阶次
tier_label 裁量阶次名称|tiers 各阶次|traps 可能误报|severity 程度代码|severity_label 程度|changed_by_name 操作人
changed_at 操作时间|conditions 适用条件|ids 编号|benchmark_id 基准编号|hit_id 预警编号|imported_by_name 导入人
waived 不作陈述申辩|wants_hearing 要求当面听取意见|word_href Word 文件地址
"""

NAMES: Final[dict[str, str]] = dict(LABELS) | {
    pair.partition(" ")[0]: pair.partition(" ")[2] for line in _NAMES.split("\n") for pair in line.split("|") if pair
}
"""Field → its name in Chinese."""


def label(field: str) -> str:
    """The field as a sentence begins with it: “标题”; 这一项 for a field without a name."""
    name = NAMES.get(field) or NAMES.get(field.rstrip("0123456789-_"))
    return f"“{name}”" if name else "这一项"
