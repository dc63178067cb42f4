import { HistoryPage } from '../_history/history-page';

export default function Page() {
  return <HistoryPage />;
}
