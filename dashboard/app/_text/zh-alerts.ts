import type { enAlerts } from './en-alerts';

export const zhAlerts: Readonly<Record<keyof typeof enAlerts, string>> = {
  'alerts.now': '当前',
  'alerts.none': '没有告警。',
  'alerts.rules': '规则',
  'alerts.noRules': '没有规则。规则写在站点文件中。',
  'alerts.past': '最近 7 天',
  'alerts.nonePast': '最近 7 天没有告警。',
  'alerts.for': '持续 {seconds} 秒',
  'alerts.clip': '查看片段',
  'alerts.noClip': '没有（或已不再保留）片段。',
  'alerts.clipOf': '告警 {rule} 的片段',
  'alerts.state.firing': '触发',
  'alerts.state.pending': '待定',
  'alerts.state.resolved': '已恢复',
};
