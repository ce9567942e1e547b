/** 随访预约卡片的文字：供预约人员阅读，用语浅白。 */
export const zhCNAppointment = {
  'appointment.kind.visit': '门诊随访',
  'appointment.kind.chest-ct': '胸部CT',
  'appointment.summary.booked': '{{what}}预约于{{date}}，比建议时间（不迟于{{by}}）晚{{late}}',
  'appointment.summary.requested': '{{what}}申请自{{date}}起，比建议时间（不迟于{{by}}）晚{{late}}',
  'appointment.why':
    '根据该患者的风险分层及术后时间，随访方案建议更早的日期。在建议的日期范围内未见同类预约。',
  'appointment.column.what': '项目',
  'appointment.column.booked': '预约日期',
  'appointment.column.proposed': '建议日期',
  'appointment.column.late': '晚于建议',
  'appointment.what': '{{title}}（预约说明：{{description}}）',
  'appointment.counted-from': '建议日期自{{date}}的预约起计算。',
  'appointment.guess': '该预约未注明用途，按门诊随访处理；如用于其他目的，可忽略此卡片。',
  'appointment.others-unread': '未能读取患者的其他预约：建议日期范围内可能已有预约。',
  'appointment.suggestion': '申请不迟于{{date}}的日期',
  'appointment.action.update': '{{what}}：改为申请{{from}}至{{to}}之间的日期，取代原预约日期',
  'appointment.action.create': '{{what}}：新申请{{from}}至{{to}}之间的日期',
  'appointment.not-compared': '未核对随访日期',
  'appointment.stands': '该预约不受影响。',
  'appointment.pending': '复发风险仍在计算',
  'appointment.pending.detail':
    '建议日期取决于该结果。结果将在数分钟内得出，届时重新预约或打开病历即可看到。',
  'appointment.not-rechecked': '未能重新核对{{date}}的上次结果',
  'appointment.not-rechecked.detail': '建议日期须自当日的结果起计算。待病历可以读取后，即可核对该日期。',
} as const;
