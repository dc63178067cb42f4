import type { enModels } from './en-models';

export const zhModels: Readonly<Record<keyof typeof enModels, string>> = {
  'models.drift': '漂移',
  'models.driftOf': '摄像机 {camera} 最近一天的漂移',
  'models.models': '模型',
  'models.none': '还没有模型处理过画面。',
  'models.frames': '{n} 帧',

  'models.state.ok': '与其他 {days} 天一致（界限 {threshold}）',
  'models.state.drifted': '与其他 {days} 天不同（界限 {threshold}）',
  'models.state.uncalibrated': '未校准：已有 {days} / {needed} 天',
  'models.state.unknown': '尚无可比数据',
  'models.noDrift': '尚无数据。',
  'models.driftDetail': '每台摄像机的画面与其同一时段历史的距离（检测器特征的 MMD²）。接近 0 表示一如往常；虚线为二十个正常日中会超过一次的界限。',
};
