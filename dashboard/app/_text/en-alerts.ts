import { addTexts } from './text';

export const enAlerts = {
  'alerts.now': 'Now',
  'alerts.none': 'Nothing fires.',
  'alerts.rules': 'Rules',
  'alerts.noRules': 'There are no rules. They are written in the site file.',
  'alerts.past': 'Last 7 days',
  'alerts.nonePast': 'No alerts in the last 7 days.',
  'alerts.for': 'for {seconds} s',
  'alerts.severity.info': 'info',
  'alerts.severity.warning': 'warning',
  'alerts.severity.critical': 'critical',
  'alerts.silences': 'Silences',
  'alerts.silencesDetail': 'Alerts are written meanwhile, but nobody is told.',
  'alerts.silencedUntil': 'silent until {until}: {reason}',
  'alerts.allRules': 'all rules',
  'alerts.allCameras': 'all cameras',
  'alerts.silentNow': 'silent now',
  'alerts.silentLater': 'to come',
  'alerts.clip': 'Show clip',
  'alerts.noClip': 'There is no clip of it (any more).',
  'alerts.clipOf': 'Clip of alert {rule}',
  'alerts.state.firing': 'firing',
  'alerts.state.pending': 'pending',
  'alerts.state.resolved': 'resolved',
};

addTexts(enAlerts);
