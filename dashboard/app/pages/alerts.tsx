import { AlertsPage } from '../_alerts/alerts-page';

export default function Page() {
  return <AlertsPage />;
}
